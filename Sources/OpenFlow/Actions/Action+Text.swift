import NetworkTypes

extension Action: CustomStringConvertible {
  /// As ovs-ofctl has it: `set_field:0x64->tun_id`, `output:3`.
  public var description: String {
    switch self {
    case .output(let port, let maxLength):
      if port == .controller { return "CONTROLLER:\(maxLength)" }
      return port.isBelowReserved ? "output:\(port)" : port.description
    case .outputField(let source, _): return "output:\(source)"
    case .outputTruncated(let port, let length): return "output(port=\(port),max_len=\(length))"
    case .group(let id): return "group:\(id)"
    case .setQueue(let id): return "set_queue:\(id)"
    case .popQueue: return "pop_queue"
    case .resubmit(let port, let table): return Action.resubmitText(port, table)
    case .resubmitTuple(let port, let table):
      return "resubmit(\(port == .inPort ? "" : "\(port)"),\(table == .all ? "" : "\(table)"),ct)"
    case .resubmitPort(let port): return Action.resubmitText(port, .all)
    case .track(let action): return action.description
    case .ctClear: return "ct_clear"
    case .learn(let action): return action.description
    case .finTimeout(let idle, let hard):
      let parts = [("idle_timeout", idle), ("hard_timeout", hard)].filter { $0.1 != 0 }.map { "\($0.0)=\($0.1)" }
      return "fin_timeout(\(parts.joined(separator: ",")))"
    case .conjunction(let id, let clause, let count): return "conjunction(\(id),\(Int(clause) + 1)/\(count))"
    case .multipath(let action): return action.description
    case .bundle(let action): return action.description
    case .controller(let controller): return controller.description
    case .sample(let action): return action.description
    case .note(let note): return "note:" + Action.dotted(Action.padded(note))
    case .clone(let actions): return "clone(\(actions.isEmpty ? "drop" : Action.text(actions)))"
    case .exit: return "exit"
    case .raw(let bytes): return "raw(\(hexString(bytes)))"
    default: return editText
    }
  }

  /// Those that edit the packet.
  private var editText: String {
    switch self {
    case .pushVLAN(let type): return "push_vlan:" + Action.etherType(type)
    case .popVLAN: return "pop_vlan"
    case .pushMPLS(let type): return "push_mpls:" + Action.etherType(type)
    case .popMPLS(let type): return "pop_mpls:" + Action.etherType(type)
    case .pushPBB(let type): return "push_pbb:" + Action.etherType(type)
    case .popPBB: return "pop_pbb"
    case .encapsulate(let encapsulation): return encapsulation.description
    case .decapsulate(let type):
      return type == .next ? "decap()" : "decap(packet_type(ns=\(type.namespace),type=\(type.numberText)))"
    case .setTTL(let ttl): return "mod_nw_ttl:\(ttl)"
    case .decrementTTL: return "dec_ttl"
    case .decrementTTLTelling(let controllers):
      return "dec_ttl(\(controllers.map(\.description).joined(separator: ",")))"
    case .setMPLSTTL(let ttl): return "set_mpls_ttl(\(ttl))"
    case .decrementMPLSTTL: return "dec_mpls_ttl"
    case .decrementNSHTTL: return "dec_nsh_ttl"
    case .copyTTLOut: return "copy_ttl_out"
    case .copyTTLIn: return "copy_ttl_in"
    case .setField(let field), .loadField(let field): return "set_field:\(field.setFieldText)->\(field.field)"
    case .load(let value, let destination):
      return destination.wireField.isExperimenter
        ? Action.loadField(destination.value(UInt128(value))).description
        : "load:0x\(String(value, radix: 16))->\(destination)"
    case .move(let source, let destination), .copyField(let source, let destination):
      return "move:\(source)->\(destination)"
    case .setTunnel(let id): return "set_tunnel:0x\(String(id, radix: 16))"
    case .setTunnel64(let id): return "set_tunnel64:0x\(String(id, radix: 16))"
    case .deleteField(let field): return "delete_field:\(field)"
    case .push(let slice): return "push:\(slice)"
    case .pop(let slice): return "pop:\(slice)"
    case .checkLength(let length, let slice): return "check_pkt_larger(\(length))->\(slice)"
    default: return ""
    }
  }

  /// A list of actions.
  static func text(_ actions: [Action]) -> String { actions.map(\.description).joined(separator: ",") }

  /// Bytes as `01.02`.
  static func dotted(_ bytes: [UInt8]) -> String {
    bytes.map { hexString(UInt64($0), digits: 2) }.joined(separator: ".")
  }

  private static func etherType(_ type: UInt16) -> String { "0x" + hexString(UInt64(type), digits: 4) }

  /// A note with the zeros that it gets on its way.
  private static func padded(_ note: [UInt8]) -> [UInt8] {
    let count = roundedUpToEight(10 + max(1, note.count)) - 10
    return note + Array(repeating: 0, count: count - note.count)
  }

  private static func resubmitText(_ port: OFPort, _ table: TableID) -> String {
    if port != .inPort, table == .all { return "resubmit:\(port)" }
    return "resubmit(\(port == .inPort ? "" : "\(port)"),\(table == .all ? "" : "\(table)"))"
  }
}

extension OFPort {
  /// Whether this is no reserved port.
  fileprivate var isBelowReserved: Bool { rawValue < 0xff00 }
}

extension MatchField {
  /// The value as actions have it: a VLAN id with its presence bit, an Ethernet type without zeros in front, everything
  /// else as in a match.
  var setFieldText: String {
    switch field {
    case .vlanVID: String(value ?? 0)
    case .ethType: "0x" + String(value ?? 0, radix: 16)
    default: valueText
    }
  }
}
