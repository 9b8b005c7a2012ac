import NetworkTypes

extension TextPiece {
  /// A number that may not be larger than `limit`: decimal, hexadecimal after `0x`, octal after `0`.
  func number(_ what: String = "a number", upTo limit: UInt128) throws(TextError) -> UInt128 {
    guard let value = plainNumber else { throw failure(what) }
    guard value <= limit else { throw failure("\(what) of at most \(limit)") }
    return value
  }

  /// A number of this type.
  func integer<T: FixedWidthInteger & UnsignedInteger>(
    _ what: String = "a number", _ type: T.Type = T.self
  ) throws(TextError) -> T {
    T(truncatingIfNeeded: try number(what, upTo: UInt128(T.max)))
  }

  /// A number of 64 bits, where `-1` stands for all ones.
  func wrappingNumber(_ what: String) throws(TextError) -> UInt64 {
    self == "-1" ? .max : try integer(what)
  }

  private var plainNumber: UInt128? {
    let digits = bytes[range]
    guard digits.count <= 64, let first = digits.first else { return nil }
    let second = digits.dropFirst().first.map { $0 | 0x20 }
    if first == UInt8(ascii: "0"), second == UInt8(ascii: "x") { return number(digits.dropFirst(2), radix: 16) }
    return number(digits, radix: first == UInt8(ascii: "0") && digits.count > 1 ? 8 : 10)
  }

  private func number(_ digits: ArraySlice<UInt8>, radix: UInt128) -> UInt128? {
    guard !digits.isEmpty else { return nil }
    var value: UInt128 = 0
    for digit in digits {
      guard let digit = hexDigitValue(digit), UInt128(digit) < radix else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: radix)
      let (sum, carry) = product.addingReportingOverflow(UInt128(digit))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value
  }

  /// The bytes that pairs of hexadecimal digits stand for, with dots between them or not.
  func hexBytes(dotted: Bool) throws(TextError) -> [UInt8] {
    var result: [UInt8] = []
    var digits: [UInt8] = []
    for byte in bytes[range] {
      if dotted, byte == UInt8(ascii: "."), digits.isEmpty || digits.count == 2 {
        digits = []
        continue
      }
      guard let digit = hexDigitValue(byte) else { throw failure("hexadecimal digits") }
      if digits.count == 2 { digits = [] }
      digits.append(digit)
      if digits.count == 2 { result.append(digits[0] << 4 | digits[1]) }
    }
    guard digits.count != 1 else { throw failure("pairs of hexadecimal digits") }
    return result
  }

  /// The bytes of pairs of digits after `0x`; none are none.
  func prefixedHexBytes() throws(TextError) -> [UInt8] {
    guard part(start..<(start + 2)) == "0x" else { throw failure("hexadecimal digits after 0x") }
    return try part((start + 2)..<end).hexBytes(dotted: false)
  }

  func mac() throws(TextError) -> MACAddress {
    guard let address = MACAddress(text) else { throw failure("an Ethernet address") }
    return address
  }

  func ipv4() throws(TextError) -> IPv4Address {
    guard let address = IPv4Address(text) else { throw failure("an IPv4 address") }
    return address
  }

  func ipv6() throws(TextError) -> IPv6Address {
    guard let address = IPv6Address(text) else { throw failure("an IPv6 address") }
    return address
  }

  /// A port's number or the name of a reserved one. The 16 bits of OpenFlow 1.0 mean the reserved ports too.
  func port() throws(TextError) -> OFPort {
    let name = text.lowercased()
    if let reserved = TextPiece.ports.first(where: { $0.name == name }) { return reserved.port }
    guard let number = try? integer("a port", UInt32.self) else { throw failure("a port's number or name") }
    return (0xff00...0xffff).contains(number) ? OFPort(compact: UInt16(truncatingIfNeeded: number)) : OFPort(number)
  }

  private static let ports: [(name: String, port: OFPort)] = [
    ("in_port", .inPort), ("table", .table), ("normal", .normal), ("flood", .flood), ("all", .all),
    ("controller", .controller), ("local", .local), ("any", .any), ("none", .any), ("unset", OFPort(0xffff_fff7)),
  ]

  func table() throws(TextError) -> TableID { TableID(rawValue: try integer("a table of 0 to 255")) }

  func group() throws(TextError) -> GroupID {
    switch text.lowercased() {
    case "all": .all
    case "any": .any
    default: GroupID(rawValue: try integer("a group's number"))
    }
  }

  func meter() throws(TextError) -> MeterID {
    switch text.lowercased() {
    case "all": .all
    case "controller": .controller
    case "slowpath": .slowPath
    default: MeterID(rawValue: try integer("a meter's number"))
    }
  }
}
