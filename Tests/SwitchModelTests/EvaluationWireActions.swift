import OpenFlow

/// Actions as bytes, with the text that ovs-ofctl reads for them.
struct WireAction {
  var bytes: [UInt8]
  var text: String

  var action: Action { .raw(bytes) }

  private init(_ bytes: [UInt8], _ text: String) {
    self.bytes = bytes
    self.text = text
  }

  private static func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
  }

  private static func standard(_ type: UInt16, _ body: [UInt8]) -> [UInt8] {
    let length = (4 + body.count + 7) / 8 * 8
    return padded(PacketBuilder.bytes(type, 2) + PacketBuilder.bytes(length, 2) + body)
  }

  private static func nicira(_ subtype: UInt16, _ body: [UInt8]) -> [UInt8] {
    standard(0xffff, PacketBuilder.bytes(0x2320, 4) + PacketBuilder.bytes(subtype, 2) + body)
  }

  private static func header(_ field: Field, hasMask: Bool = false) -> [UInt8] {
    PacketBuilder.bytes(field.oxmClass, 2) + [field.number << 1 | (hasMask ? 1 : 0), field.length * (hasMask ? 2 : 1)]
  }

  // MARK: Labels

  static func pushLabel(_ type: UInt16) -> WireAction {
    WireAction(standard(19, PacketBuilder.bytes(type, 2)), "push_mpls:0x\(String(type, radix: 16))")
  }

  static func popLabel(_ type: UInt16) -> WireAction {
    WireAction(standard(20, PacketBuilder.bytes(type, 2)), "pop_mpls:0x\(String(type, radix: 16))")
  }

  static func setLabelTTL(_ ttl: UInt8) -> WireAction { WireAction(standard(15, [ttl]), "set_mpls_ttl(\(ttl))") }
  static let decrementLabelTTL = WireAction(standard(16, []), "dec_mpls_ttl")

  // MARK: Others

  static func push(_ slice: FieldSlice) -> WireAction { stack(27, "push", slice) }
  static func pop(_ slice: FieldSlice) -> WireAction { stack(28, "pop", slice) }

  private static func stack(_ subtype: UInt16, _ name: String, _ slice: FieldSlice) -> WireAction {
    WireAction(
      nicira(
        subtype,
        PacketBuilder.bytes(slice.offset, 2) + header(slice.field) + PacketBuilder.bytes(slice.count, 2)
          + [0, 0, 0, 0, 0, 0]), "\(name):\(slice)")
  }

  static func checkLength(_ length: UInt16, _ slice: FieldSlice) -> WireAction {
    WireAction(
      nicira(49, PacketBuilder.bytes(length, 2) + PacketBuilder.bytes(slice.offset, 2) + header(slice.field)),
      "check_pkt_larger(\(length))->\(slice)")
  }

  static func truncated(_ port: UInt16, _ length: UInt32) -> WireAction {
    WireAction(
      nicira(39, PacketBuilder.bytes(port, 2) + PacketBuilder.bytes(length, 4)),
      "output(port=\(port),max_len=\(length))")
  }

  static func resubmitTuple(_ table: UInt8) -> WireAction {
    WireAction(nicira(44, [0xff, 0xf8, table, 0, 0, 0]), "resubmit(,\(table),ct)")
  }

  // MARK: Connection tracking

  static func track(
    zone: UInt16 = 0, zoneField: FieldSlice? = nil, commit: Bool = false, force: Bool = false, table: UInt8? = nil,
    mark: (value: UInt32, mask: UInt32)? = nil, label: (value: UInt128, mask: UInt128)? = nil,
    translation: WireAction? = nil
  ) -> WireAction {
    var nested: [UInt8] = []
    var assignments: [String] = []
    if let mark {
      nested += nicira(
        33,
        [0, 0, 0, 0, 0, 0] + header(.ctMark, hasMask: true) + PacketBuilder.bytes(mark.value, 4)
          + PacketBuilder.bytes(mark.mask, 4))
      assignments.append("set_field:\(mark.value)/\(mark.mask)->ct_mark")
    }
    if let label {
      nested += nicira(
        33,
        [0, 0, 0, 0, 0, 0] + header(.ctLabel, hasMask: true) + PacketBuilder.bytes(label.value, 16)
          + PacketBuilder.bytes(label.mask, 16))
      assignments.append(
        "set_field:0x\(String(label.value, radix: 16))/0x\(String(label.mask, radix: 16))->ct_label")
    }
    nested += translation?.bytes ?? []
    let flags: UInt16 = (commit ? 1 : 0) | (force ? 2 : 0)
    let zoneBytes: [UInt8]
    if let zoneField {
      zoneBytes = header(zoneField.field) + PacketBuilder.bytes(zoneField.offset << 6 | (zoneField.count - 1), 2)
    } else {
      zoneBytes = [0, 0, 0, 0] + PacketBuilder.bytes(zone, 2)
    }
    let body = PacketBuilder.bytes(flags, 2) + zoneBytes + [table ?? 0xff, 0, 0, 0, 0, 0] + nested
    var parts = ["zone=\(zoneField?.description ?? String(zone))"]
    if force { parts.append("force,commit") } else if commit { parts.append("commit") }
    if let table { parts.append("table=\(table)") }
    if let translation { parts.append(translation.text) }
    if !assignments.isEmpty { parts.append("exec(\(assignments.joined(separator: ",")))") }
    return WireAction(nicira(35, body), "ct(\(parts.joined(separator: ",")))")
  }

  /// Source or destination translation to one address, and one port when it is said; neither for an existing one.
  static func translation(
    isSource: Bool?, address: UInt32? = nil, address6: UInt128? = nil, port: UInt16? = nil
  ) -> WireAction {
    guard let isSource else { return WireAction(nicira(36, [0, 0, 0, 0, 0, 0]), "nat") }
    var present: UInt16 = 0
    var values: [UInt8] = []
    var text = ""
    if let address {
      present |= 1
      values += PacketBuilder.bytes(address, 4)
      text = "=" + PacketBuilder.bytes(address, 4).map(String.init).joined(separator: ".")
    }
    if let address6 {
      present |= 4
      values += PacketBuilder.bytes(address6, 16)
      let groups = (0..<8).map { String(UInt16(truncatingIfNeeded: address6 >> UInt128(112 - 16 * $0)), radix: 16) }
      text = "=" + (port == nil ? groups.joined(separator: ":") : "[\(groups.joined(separator: ":"))]")
    }
    if let port {
      present |= 16
      values += PacketBuilder.bytes(port, 2)
      text += ":\(port)"
    }
    return WireAction(
      nicira(36, [0, 0] + PacketBuilder.bytes(isSource ? 1 : 2, 2) + PacketBuilder.bytes(present, 2) + values),
      "nat(\(isSource ? "src" : "dst")\(text))")
  }
}
