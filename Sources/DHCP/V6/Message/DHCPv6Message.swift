import PacketFormats

/// A DHCPv6 message between a client and a server: its fixed fields, and where its options are. The options stay in the
/// bytes that the message was read from, so reading one allocates nothing.
public struct DHCPv6Message: Hashable, Sendable {
  /// What the message is.
  public let type: DHCPv6MessageType
  /// The exchange that it belongs to, 24 bits.
  public let transactionID: UInt32
  /// Where the options are in the payload.
  let options: Range<Int>

  /// The number of bytes before the options (RFC 8415 section 8).
  static let headerLength = 4

  /// Reads a UDP payload, and checks that its options, down to those of identity associations, have the lengths that
  /// they can have.
  ///
  /// - Throws: `relayed` for a message of a relay agent, whose header is another.
  public init(parsing payload: RawSpan) throws(DHCPv6ParseError) {
    guard let first = payload.uint32(at: 0) else {
      throw .truncated(needed: DHCPv6Message.headerLength, available: payload.byteCount)
    }
    let number = UInt8(truncatingIfNeeded: first >> 24)
    guard let type = DHCPv6MessageType(rawValue: number) else { throw .unknownMessageType(number) }
    guard !type.isRelayed else { throw .relayed(type) }
    self.type = type
    transactionID = first & 0xff_ffff
    options = DHCPv6Message.headerLength..<payload.byteCount
    var cursor = DHCPv6OptionCursor(options)
    while let option = try cursor.next(in: payload) {
      try DHCPv6Association.check(option.code, option.value, in: payload)
    }
  }

  /// All options with their values copied. What answers packets does not use it.
  ///
  /// - Throws: the first value that is not of its option's form.
  public func decodedOptions(in payload: RawSpan) throws(DHCPv6ParseError) -> [DHCPv6Option] {
    try DHCPv6Option.list(in: payload, options)
  }

  /// Appends a message.
  public static func write(
    _ type: DHCPv6MessageType, transactionID: UInt32, options: [DHCPv6Option], to buffer: inout [UInt8]
  ) {
    buffer.appendUInt32(UInt32(type.rawValue) << 24 | transactionID & 0xff_ffff)
    for option in options { option.write(to: &buffer) }
  }
}

extension [UInt8] {
  /// Appends an option's header and what `writeValue` appends.
  @inline(__always)
  mutating func appendOption(_ code: DHCPv6OptionCode, _ writeValue: (inout [UInt8]) -> Void) {
    let start = count
    appendUInt16(code.rawValue)
    appendUInt16(0)
    writeValue(&self)
    setUInt16(UInt16(clamping: count - start - 4), at: start + 2)
  }
}
