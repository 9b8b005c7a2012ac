import NetworkTypes
import PacketFormats

/// Reads an option's value from its start to its end; what is not there is an error that says where.
struct DHCPOptionReader {
  /// The option that errors name.
  let code: DHCPOptionCode
  /// The whole value.
  let bytes: [UInt8]
  /// Where the next read starts.
  private(set) var offset = 0
  /// Where in the option's value `bytes` start, when they are a part of it; errors count from the value's start.
  private let origin: Int

  init(_ code: DHCPOptionCode, _ bytes: [UInt8], origin: Int = 0) {
    self.code = code
    self.bytes = bytes
    self.origin = origin
  }

  var remaining: Int { bytes.count - offset }
  var isAtEnd: Bool { remaining <= 0 }

  mutating func uint8() throws(DHCPOptionError) -> UInt8 {
    try next(1, bytes.span.bytes.uint8(at: offset))
  }

  mutating func uint16() throws(DHCPOptionError) -> UInt16 {
    try next(2, bytes.span.bytes.uint16(at: offset))
  }

  mutating func uint32() throws(DHCPOptionError) -> UInt32 {
    try next(4, bytes.span.bytes.uint32(at: offset))
  }

  mutating func address() throws(DHCPOptionError) -> IPv4Address {
    try next(4, bytes.span.bytes.ipv4Address(at: offset))
  }

  mutating func ipv6Address() throws(DHCPOptionError) -> IPv6Address {
    try next(16, bytes.span.bytes.ipv6Address(at: offset))
  }

  mutating func take(_ count: Int) throws(DHCPOptionError) -> [UInt8] {
    try next(count, bytes.span.bytes.holds(count, at: offset) ? Array(bytes[offset..<offset + count]) : nil)
  }

  /// As many bytes as the next one says.
  mutating func lengthPrefixed() throws(DHCPOptionError) -> [UInt8] {
    let length = try uint8()
    return try take(Int(length))
  }

  /// Everything up to the end.
  mutating func rest() -> [UInt8] {
    defer { offset = bytes.count }
    return Array(bytes.dropFirst(offset))
  }

  /// Goes on elsewhere; the end of the value is as far as it goes.
  mutating func move(to offset: Int) {
    self.offset = min(max(offset, 0), bytes.count)
  }

  private mutating func next<Value>(_ count: Int, _ value: Value?) throws(DHCPOptionError) -> Value {
    guard let value else {
      throw DHCPOptionError(code, at: origin + offset, .truncated(needed: count, available: remaining))
    }
    offset += count
    return value
  }

  /// The byte at `offset` is wrong.
  func invalid(_ found: some BinaryInteger, at offset: Int, expected: String) -> DHCPOptionError {
    DHCPOptionError(code, at: origin + offset, .invalid(found: Int(clamping: found), expected: expected))
  }

  /// The value's length is wrong.
  func wrongLength(expected: String) -> DHCPOptionError {
    DHCPOptionError(code, at: 0, .wrongLength(found: origin + bytes.count, expected: expected))
  }
}
