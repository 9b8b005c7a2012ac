import NetworkTypes

// Big-endian appends to a frame under construction, and patches of what was appended before its value was known.

extension [UInt8] {
  /// Appends `value` in network byte order.
  @inlinable
  package mutating func appendUInt16(_ value: UInt16) {
    Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
  }

  /// Appends `value` in network byte order.
  @inlinable
  package mutating func appendUInt32(_ value: UInt32) {
    Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
  }

  /// Appends `value` in network byte order.
  @inlinable
  package mutating func appendUInt64(_ value: UInt64) {
    Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
  }

  /// Appends the six octets of `address`.
  @inlinable
  package mutating func append(_ address: MACAddress) {
    appendUInt16(UInt16(truncatingIfNeeded: address.rawValue >> 32))
    appendUInt32(UInt32(truncatingIfNeeded: address.rawValue))
  }

  /// Appends the four octets of `address`.
  @inlinable
  package mutating func append(_ address: IPv4Address) {
    appendUInt32(address.rawValue)
  }

  /// Appends the sixteen octets of `address`.
  @inlinable
  package mutating func append(_ address: IPv6Address) {
    appendUInt64(address.high)
    appendUInt64(address.low)
  }

  /// Appends `count` zero bytes.
  @inlinable
  package mutating func appendZeros(_ count: Int) {
    append(contentsOf: repeatElement(0, count: Swift.max(count, 0)))
  }

  /// Appends the bytes of `range`, as far as they are inside `bytes`.
  @inlinable
  package mutating func append(_ bytes: RawSpan, _ range: Range<Int>) {
    guard bytes.holds(range.count, at: range.lowerBound) else { return }
    bytes.extracting(range).withUnsafeBytes { append(contentsOf: $0) }
  }

  /// Overwrites two bytes that were appended before; nothing happens when they were not.
  @inlinable
  package mutating func setUInt16(_ value: UInt16, at offset: Int) { set(value, at: offset) }

  /// Overwrites four bytes that were appended before; nothing happens when they were not.
  @inlinable
  package mutating func setUInt32(_ value: UInt32, at offset: Int) { set(value, at: offset) }

  /// Overwrites eight bytes that were appended before; nothing happens when they were not.
  @inlinable
  package mutating func setUInt64(_ value: UInt64, at offset: Int) { set(value, at: offset) }

  /// Overwrites six bytes that were appended before; nothing happens when they were not.
  @inlinable
  package mutating func set(_ address: MACAddress, at offset: Int) {
    guard offset >= 0, offset <= count - 6 else { return }
    set(UInt16(truncatingIfNeeded: address.rawValue >> 32), at: offset)
    set(UInt32(truncatingIfNeeded: address.rawValue), at: offset + 2)
  }

  @inlinable
  mutating func set<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at offset: Int) {
    guard offset >= 0, offset <= count - MemoryLayout<Value>.size else { return }
    withUnsafeMutableBytes { $0.storeBytes(of: value.bigEndian, toByteOffset: offset, as: Value.self) }
  }
}
