import NetworkTypes
import PacketFormats

/// A DHCP message: its fixed fields, and an index of its options, whose values stay in the bytes it was read from. So
/// reading a message allocates nothing, and what asks for an option names those bytes again.
public struct DHCPMessage: Sendable {
  /// The fixed fields.
  public let header: DHCPHeader
  private let index: DHCPOptionIndex

  /// Reads a UDP payload.
  public init(parsing payload: RawSpan) throws(DHCPParseError) {
    header = try DHCPHeader(parsing: payload)
    index = try DHCPOptionIndex(parsing: payload)
  }

  /// Whether the option is there, however often.
  public func has(_ code: DHCPOptionCode) -> Bool {
    index.has(code)
  }

  /// Hands the option's whole value to `body`; nil when the option is not there.
  public func withValue<Result>(
    _ code: DHCPOptionCode, in payload: RawSpan, _ body: (RawSpan) -> Result
  ) -> Result? {
    index.withValue(code, in: payload, body)
  }

  /// An option's value, or nil when it is not there.
  public func value(_ code: DHCPOptionCode, in payload: RawSpan) -> [UInt8]? {
    withValue(code, in: payload) { value in
      var bytes: [UInt8] = []
      bytes.append(value, 0..<value.byteCount)
      return bytes
    }
  }

  /// All options in the order in which they first occur.
  public func options(in payload: RawSpan) -> [DHCPOption] {
    var options: [DHCPOption] = []
    index.forEachPart(in: payload) { code, range in
      let position = options.firstIndex { $0.code == code }
      if let position {
        options[position].value.append(payload, range)
      } else {
        var value: [UInt8] = []
        value.append(payload, range)
        options.append(DHCPOption(code, value))
      }
    }
    return options
  }

  /// What the message is: option 53. Nil when there is none, and for a number that RFC 2131 does not know.
  public func messageType(in payload: RawSpan) throws(DHCPParseError) -> DHCPMessageType? {
    try messageTypeNumber(in: payload).flatMap(DHCPMessageType.init(rawValue:))
  }

  /// The number in option 53.
  public func messageTypeNumber(in payload: RawSpan) throws(DHCPParseError) -> UInt8? {
    try fixedWidth(.messageType, 1, in: payload) { $0.uint8(at: 0) }
  }

  /// An option that is one IPv4 address.
  public func address(_ code: DHCPOptionCode, in payload: RawSpan) throws(DHCPParseError) -> IPv4Address? {
    try fixedWidth(code, 4, in: payload) { $0.ipv4Address(at: 0) }
  }

  /// An option that is one 32-bit number.
  public func uint32(_ code: DHCPOptionCode, in payload: RawSpan) throws(DHCPParseError) -> UInt32? {
    try fixedWidth(code, 4, in: payload) { $0.uint32(at: 0) }
  }

  /// An option that is one 16-bit number.
  public func uint16(_ code: DHCPOptionCode, in payload: RawSpan) throws(DHCPParseError) -> UInt16? {
    try fixedWidth(code, 2, in: payload) { $0.uint16(at: 0) }
  }

  private func fixedWidth<Value>(
    _ code: DHCPOptionCode, _ width: Int, in payload: RawSpan, _ read: (RawSpan) -> Value?
  ) throws(DHCPParseError) -> Value? {
    guard let found = withValue(code, in: payload, { ($0.byteCount, $0.byteCount == width ? read($0) : nil) }) else {
      return nil
    }
    guard let value = found.1 else { throw .wrongOptionLength(code: code, found: found.0, expected: width) }
    return value
  }
}

extension DHCPMessage {
  /// Appends a message: the fixed fields, the options in their order, the end, and padding to 300 bytes, the size of
  /// BOOTP that some relays and clients insist on (RFC 1542 section 2.1). It knows no limit of size.
  public static func write(_ header: DHCPHeader, options: [DHCPOption], to buffer: inout [UInt8]) {
    let start = buffer.count
    header.write(to: &buffer)
    for option in options {
      buffer.appendOption(option.code, option.value.span.bytes)
    }
    buffer.endOptions(messageStart: start)
  }
}

extension [UInt8] {
  /// Appends an option in as many parts as its length takes (RFC 3396 section 6).
  mutating func appendOption(_ code: DHCPOptionCode, _ value: RawSpan) {
    var offset = 0
    repeat {
      let length = Swift.min(255, value.byteCount - offset)
      append(code.rawValue)
      append(UInt8(truncatingIfNeeded: length))
      append(value, offset..<offset + length)
      offset += length
    } while offset < value.byteCount
  }

  /// Appends a whole option.
  mutating func appendOption(_ option: DHCPOption) {
    appendOption(option.code, option.value.span.bytes)
  }

  /// Appends an option that is one address.
  mutating func appendOption(_ code: DHCPOptionCode, _ address: IPv4Address) {
    appendOption(code, address.rawValue)
  }

  /// Appends an option that is one 32-bit number.
  mutating func appendOption(_ code: DHCPOptionCode, _ value: UInt32) {
    append(code.rawValue)
    append(4)
    appendUInt32(value)
  }

  /// Appends the end of the options and padding up to BOOTP's size.
  mutating func endOptions(messageStart: Int) {
    append(DHCPOptionCode.end.rawValue)
    appendZeros(300 - (count - messageStart))
  }
}
