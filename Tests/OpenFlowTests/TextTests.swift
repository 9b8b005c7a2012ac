import NetworkTypes
import Testing

@testable import OpenFlow

@Suite("Text as ovs-ofctl reads and writes it")
struct TextTests {
  /// Where the bytes that ovs-ofctl makes of a text are others, and why.
  static let otherBytes: [String: String] = [
    "tun_metadata0-0x1234-tun_metadata2-0x1-0xff": "a mask of all ones is none",
    "tun_metadata3-0x1-0xff": "a mask of all ones is none",
    "tun_metadata1-0x12345678-0xffffffff": "a mask of all ones is none",
    "tun_metadata0-0x0001": "the digits say the length, here that of two bytes",
    "tun_metadata0-0x1-0x0001": "the digits say the length, here that of two bytes",
    "tun_metadata0-0x0-0x00ff": "the digits say the length, here that of two bytes",
    "dp_hash-3-7-recirc_id-1-conj_id-4-in_port-1-acts": "ovs-ofctl 3.1 takes the value of an ERSPAN field for its mask",
    "tcp-tun_gtpu_flags-4-tun_erspan_ver-2-tun_erspan": "ovs-ofctl 3.1 takes the value of an ERSPAN field for its mask",
    "whole-erspan-version": "ovs-ofctl 3.1 takes the value of an ERSPAN field for its mask",
    "whole-erspan-hardware": "ovs-ofctl 3.1 takes the value of an ERSPAN field for its mask",
    "icmp6-nd_target-1": "ovs-ofctl leaves out what its prerequisites are not there for",
    "ip-ct_state-+trk-inv-ct_tp_src-5": "ovs-ofctl leaves out what its prerequisites are not there for",
    "nw_src-1-2-3-4": "ovs-ofctl leaves out what its prerequisites are not there for",
    "tp_src-3": "ovs-ofctl leaves out what its prerequisites are not there for",
    "tcp-udp_src-3": "a port of UDP is not one of TCP",
    "load-0x1--_-_-_-load-1--xreg0-0-3-load-1--xxreg0": "a field that is set in part stays one action",
    "vlan_tci-0x6000-0xe000": "ovs-ofctl says instead that the packet is a frame",
    "table-255": "a table that is said is the table",
    "actions/enqueue": "the longest length is not in the text",
    "actions/load-nsh": "the text of loading a field is that of setting it",
    "actions/output-limited-port": "the longest length is not in the text",
    "actions/output-field-limited": "the longest length is not in the text",
    "actions/output-field-new": "the text has one form of the action",
    "actions/set-tunnel-nicira": "the text has one form of the action",
    "actions/set-tunnel64-nicira": "the text has one form of the action",
    "actions/resubmit-nicira": "the text has one form of the action",
    "actions/resubmit-nicira-in-port": "the text has one form of the action",
    "actions/copy-field": "the text has one form of the action",
    "actions/copy-field-bits": "the text has one form of the action",
    "actions/set-field-bits-exact": "the text has one form of the action",
    "actions/sample-unspecified": "the text has one form of the action",
    "actions/sample-no-port": "the text has one form of the action",
    "actions/learn-limited-without-limit": "the text has one form of the action",
    "actions/resubmit-nicira-controller": "the text has one form of the action",
    "actions/nat-equal-ends": "the text has one form of the action",
    "actions/controller-without-properties": "the text has one form of the action",
  ]
  /// Where the text that ovs-ofctl makes of bytes is another, and why.
  static let otherText: [String: String] = [
    "packet_type-0-0": "ovs-ofctl does not say that a packet is a frame",
    "eth": "ovs-ofctl does not say that a packet is a frame",
    "eth-reg0-1": "ovs-ofctl does not say that a packet is a frame",
    "tp_src-3": "ovs-ofctl does not say that a packet is a frame",
    "nw_src-1-2-3-4": "ovs-ofctl does not say that a packet is a frame",
    "vlan_tci-0x6000-0xe000": "ovs-ofctl does not say that a packet is a frame",
    "dp_hash-3-7-recirc_id-1-conj_id-4-in_port-1-acts": "ovs-ofctl leaves out ERSPAN's direction, and masks",
    "tcp-tun_gtpu_flags-4-tun_erspan_ver-2-tun_erspan": "ovs-ofctl leaves out masks",
    "tun_gbp_id-5-0xf-tun_gbp_flags-1-3-tun_erspan_id": "ovs-ofctl leaves out masks",
    "tun_gbp_flags-1-3-tun_gbp_id-0xffff-0xff": "ovs-ofctl leaves out masks",
    "dl_type-0x894f-nsh_flags-1-3-nsh_c1-0x10-0xf0-ns": "ovs-ofctl leaves out the context without a type of metadata",
    "whole-erspan-version": "ovs-ofctl leaves out ERSPAN's direction but for version 2",
    "whole-erspan-hardware": "ovs-ofctl leaves out ERSPAN's hardware but for version 2",
    "whole-gtpu": "ovs-ofctl does not read the name that it writes for GTP-U",
    "tun_metadata0-0x0-0x00ff": "the digits say the length",
    "nsp-3-dl_type-0x894f-nsi-4-nshc1-3": "ovs-ofctl leaves out the context without a type of metadata",
  ]
  /// Where ovs-ofctl takes its own text for something else than what it was made from: it keeps the older forms apart.
  static let olderForms = ["mod_", "set_tunnel", "strip_vlan", "enqueue", "dl_vlan=0xffff", "vlan_tci=0,"]
  /// Where the text does not say everything: the longest length of an output is of use to a controller only.
  static let shortText: Set<String> = ["action-enqueue-3", "action-enqueue-other"]

  @Test("a flow's text is read into the bytes that ovs-ofctl sends for it")
  func flowBytes() throws {
    for entry in try Corpus.read("flows") {
      let command = try #require(Corpus.commands["flows"]?[entry.name])
      let text = Corpus.line(command, entry.given)
      do {
        let bytes = try OpenFlowMessage.flowMod(FlowMod(parsing: text)).encode(xid: 0)
        if Self.otherBytes[entry.name] == nil {
          #expect(hexString(bytes) == hexString(entry.bytes), "\(entry.name): \(text)")
        } else {
          #expect(bytes != entry.bytes, "\(entry.name) is the same by now")
        }
      } catch let error as TextError {
        if Self.otherBytes[entry.name] == nil { Issue.record("\(entry.name): \(text): \(error)") }
      }
    }
  }

  @Test("a flow's bytes are written as the line that ovs-ofctl has for them")
  func flowText() throws {
    for entry in try Corpus.read("flows") {
      let flow = try #require(try OpenFlowMessage.decode(entry.bytes).message.flowMod?.flow)
      let text = FlowStatistics(flow: flow).description
      if Self.otherText[entry.name] == nil {
        #expect(text == entry.text, "\(entry.name)")
      } else {
        #expect(text != entry.text, "\(entry.name) is the same by now")
      }
      do {
        let read = try Flow(parsing: text)
        #expect(read == flow || Self.shortText.contains(entry.name), "\(entry.name): \(text)")
        #expect(FlowStatistics(flow: read).description == text, "\(entry.name)")
      } catch {
        Issue.record("\(entry.name): \(text): \(error)")
      }
    }
  }

  @Test("groups are read and written as ovs-ofctl does")
  func groups() throws {
    for entry in try Corpus.read("groups") {
      let command = try #require(Corpus.commands["groups"]?[entry.name])
      let mod = try GroupMod(parsing: Corpus.line(command, entry.given))
      #expect(
        hexString(try OpenFlowMessage.groupMod(mod).encode(xid: 0)) == hexString(entry.bytes), "\(entry.name)")
      guard mod.command != .delete else { continue }
      #expect(entry.text.hasSuffix(" \(mod.group)"), "\(entry.name): \(mod.group), \(entry.text)")
    }
  }

  @Test("meters are read and written as ovs-ofctl does")
  func meters() throws {
    for entry in try Corpus.read("meters") {
      let command = try #require(Corpus.commands["meters"]?[entry.name])
      let mod = try MeterMod(parsing: Corpus.line(command, entry.given))
      #expect(
        hexString(try OpenFlowMessage.meterMod(mod).encode(xid: 0)) == hexString(entry.bytes), "\(entry.name)")
      guard mod.command != .delete else { continue }
      let printed = entry.text.replacing("\\n", with: " ")
      #expect(printed.hasSuffix(" \(mod.meter)"), "\(entry.name): \(mod.meter), \(entry.text)")
    }
  }

  @Test("the text of actions is read into the bytes that it was written for")
  func actions() throws {
    let lines = try Corpus.lines("actions")
    #expect(lines.count > 100)
    for columns in lines where columns.count == 3 && !columns[2].isEmpty && columns[0] != "controller-no-name" {
      let bytes = hex(columns[1])
      do {
        let actions = try Action.list(parsing: columns[2])
        var encoded: [UInt8] = []
        for action in actions { action.encode(to: &encoded) }
        if Self.otherBytes["actions/" + columns[0]] == nil {
          #expect(hexString(encoded) == hexString(bytes), "\(columns[0]): \(columns[2])")
        } else {
          #expect(encoded != bytes, "\(columns[0]) is the same by now")
        }
        if !columns[0].hasPrefix("set-tunnel") {
          #expect(Action.text(actions) == columns[2], "\(columns[0])")
        }
      } catch {
        Issue.record("\(columns[0]): \(columns[2]): \(error)")
      }
    }
  }

  @Test("the corpus has every field that Open vSwitch speaks, exact and with a mask where there can be one")
  func coverage() throws {
    var exact: Set<String> = []
    var masked: Set<String> = []
    for entry in try Corpus.read("flows") {
      for field in try OpenFlowMessage.decode(entry.bytes).message.flowMod?.flow.match.fields ?? [] {
        if field.isExact { exact.insert("\(field.field)") } else { masked.insert("\(field.field)") }
      }
    }
    for known in FieldRegistry.descriptions where known.isSpoken && !known.field.isFolded {
      #expect(exact.contains(known.name), "\(known.name) is not there exact")
      if known.isMaskable, known.field.bits > 1 {
        #expect(masked.contains(known.name), "\(known.name) is not there with a mask")
      }
    }
  }
}
