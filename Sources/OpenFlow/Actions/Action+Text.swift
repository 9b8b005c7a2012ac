import NetworkTypes

extension Action: CustomStringConvertible {
  /// As ovs-ofctl has it: `set_field:0x64->tun_id`, `output:3`.
  public var description: String {
    switch self {
    case .output(let port): return port.isPhysical ? "output:\(port)" : port.description
    case .outputField(let source): return "output:\(source)"
    case .group(let id): return "group:\(id)"
    case .setQueue(let id): return "set_queue:\(id)"
    case .pushVLAN(let type): return "push_vlan:0x" + hexString(UInt64(type), digits: 4)
    case .popVLAN: return "pop_vlan"
    case .setTTL(let ttl): return "mod_nw_ttl:\(ttl)"
    case .decrementTTL: return "dec_ttl"
    case .setField(let field): return "set_field:\(field.setFieldText)->\(field.field)"
    case .move(let source, let destination): return "move:\(source)->\(destination)"
    case .load(let value, let destination): return "load:0x\(String(value, radix: 16))->\(destination)"
    case .resubmit(let port, let table):
      if table == .all { return "resubmit:\(port)" }
      return port == .inPort ? "resubmit(,\(table))" : "resubmit(\(port),\(table))"
    case .controller(let controller): return controller.description
    case .conjunction(let id, let clause, let count): return "conjunction(\(id),\(Int(clause) + 1)/\(count))"
    case .note(let note): return "note:" + note.map { hexString(UInt64($0), digits: 2) }.joined(separator: ".")
    case .clone(let actions): return "clone(\(actions.map(\.description).joined(separator: ",")))"
    case .ctClear: return "ct_clear"
    case .exit: return "exit"
    case .raw(let bytes): return "raw(\(hexString(bytes)))"
    }
  }
}

extension ControllerAction: CustomStringConvertible {
  /// As ovs-ofctl has it: `controller(userdata=01.02,meter_id=3)`.
  public var description: String {
    var parts: [String] = []
    if reason != 1 { parts.append("reason=\(reason)") }
    if maxLength != .max { parts.append("max_len=\(maxLength)") }
    if controllerID != 0 { parts.append("id=\(controllerID)") }
    if !userdata.isEmpty {
      parts.append("userdata=" + userdata.map { hexString(UInt64($0), digits: 2) }.joined(separator: "."))
    }
    if pause { parts.append("pause") }
    if let meter { parts.append("meter_id=\(meter)") }
    return "controller(\(parts.joined(separator: ",")))"
  }
}

extension MatchField {
  /// The value as set-field has it: a VLAN id with its presence bit, everything else as in a match.
  var setFieldText: String {
    field == .vlanVID ? String(value ?? 0) : valueText
  }
}
