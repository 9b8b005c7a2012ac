/// Why bytes are no DHCPv6 message, or a value none of its option. Offsets count from the start of the UDP payload, or of
/// the bytes that were given when those are only a part.
public enum DHCPv6ParseError: Error, Hashable, Sendable {
  /// The type and the transaction are cut short.
  case truncated(needed: Int, available: Int)
  /// No message that RFC 8415 knows.
  case unknownMessageType(UInt8)
  /// A message between relay agents and servers; hosts send none.
  case relayed(DHCPv6MessageType)
  /// Less than an option's code and length is left.
  case truncatedOption(offset: Int, available: Int)
  /// An option's length leads past the end of what it is in.
  case optionOverrun(code: DHCPv6OptionCode, offset: Int, length: Int, available: Int)
  /// A value's length is not one that the option's definition gives.
  case wrongLength(code: DHCPv6OptionCode, offset: Int, found: Int)
  /// A field in a value has a content that it may not have.
  case invalidValue(code: DHCPv6OptionCode, offset: Int)
  /// Options in options in options: deeper than any definition.
  case nestedTooDeep(offset: Int)
}

extension DHCPv6ParseError: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    switch self {
    case .truncated(let needed, let available):
      "DHCPv6 message: \(needed) bytes are needed for the fixed fields, \(available) are there"
    case .unknownMessageType(let number):
      "DHCPv6 message type \(number) is unknown, expected 1 to 13"
    case .relayed(let type):
      "DHCPv6 \(type) comes from a relay agent, expected a client's message"
    case .truncatedOption(let offset, let available):
      "DHCPv6 option at offset \(offset): 4 bytes are needed, \(available) are there"
    case .optionOverrun(let code, let offset, let length, let available):
      "DHCPv6 option \(code) at offset \(offset) says \(length) bytes, \(available) are left"
    case .wrongLength(let code, let offset, let found):
      "DHCPv6 option \(code) at offset \(offset) has \(found) bytes, which its definition does not allow"
    case .invalidValue(let code, let offset):
      "DHCPv6 option \(code) has an invalid value at offset \(offset)"
    case .nestedTooDeep(let offset):
      "DHCPv6 options are nested too deep at offset \(offset)"
    }
  }
}
