import NetworkTypes
import Testing

@testable import OpenFlow

@Suite("Text as ovs-ofctl reads and writes it")
struct TextTests {
  /// Where the bytes that ovs-ofctl makes of a text are others, and why.
  static let otherBytes: [String: String] = [:]
  /// Where the text that ovs-ofctl makes of bytes is another, and why.
  static let otherText: [String: String] = [:]

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
      #expect(throws: Never.self, "\(entry.name): \(text)") { #expect(try Flow(parsing: text) == flow) }
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
    for columns in lines where columns.count == 3 && !columns[2].isEmpty {
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
        #expect(Action.text(actions) == columns[2], "\(columns[0])")
      } catch {
        Issue.record("\(columns[0]): \(columns[2]): \(error)")
      }
    }
  }
}
