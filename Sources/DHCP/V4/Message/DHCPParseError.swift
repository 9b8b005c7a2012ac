/// Why bytes are no DHCP message. Offsets count from the start of the UDP payload.
public enum DHCPParseError: Error, Hashable, Sendable {
  /// The fixed fields or the cookie are cut short.
  case truncated(needed: Int, available: Int)
  /// The options do not start with 99.130.83.99: BOOTP, or something else (RFC 2131 section 3).
  case noMagicCookie(found: UInt32)
  /// An option's length leads past its field's end.
  case optionOverrun(code: DHCPOptionCode, offset: Int, length: Int, available: Int)
  /// Option 52 is not one byte of 1, 2 or 3 (RFC 2132 section 9.3), or there is more than one.
  case invalidOverload(offset: Int)
  /// An option's value has not the length that its definition gives.
  case wrongOptionLength(code: DHCPOptionCode, found: Int, expected: Int)
}

extension DHCPParseError: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    switch self {
    case .truncated(let needed, let available):
      "DHCP message: \(needed) bytes are needed for the fixed fields and the cookie, \(available) are there"
    case .noMagicCookie(let found):
      "DHCP message: no magic cookie at offset 236: 0x\(String(found, radix: 16)), expected 0x63825363"
    case .optionOverrun(let code, let offset, let length, let available):
      "DHCP option \(code.rawValue) at offset \(offset) says \(length) bytes, its field has \(available) left"
    case .invalidOverload(let offset):
      "DHCP option 52 (overload) at offset \(offset): expected once, one byte, 1 to 3"
    case .wrongOptionLength(let code, let found, let expected):
      "DHCP option \(code.rawValue) has \(found) bytes, expected \(expected)"
    }
  }
}
