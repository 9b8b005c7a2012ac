import NetworkTypes

// Big-endian reads that answer nil past the end instead of trapping. Every parser of the project's packets goes
// through these, so that no length that came from outside is ever used unchecked.

extension RawSpan {
  /// Whether `count` bytes from `offset` are inside.
  @inlinable
  package func holds(_ count: Int, at offset: Int) -> Bool {
    offset >= 0 && count >= 0 && offset <= byteCount && count <= byteCount - offset
  }

  /// The byte at `offset`.
  @inlinable
  package func uint8(at offset: Int) -> UInt8? {
    guard holds(1, at: offset) else { return nil }
    return unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  /// The big-endian 16-bit value at `offset`.
  @inlinable
  package func uint16(at offset: Int) -> UInt16? {
    guard holds(2, at: offset) else { return nil }
    return UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  /// The big-endian 32-bit value at `offset`.
  @inlinable
  package func uint32(at offset: Int) -> UInt32? {
    guard holds(4, at: offset) else { return nil }
    return UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// The big-endian 64-bit value at `offset`.
  @inlinable
  package func uint64(at offset: Int) -> UInt64? {
    guard holds(8, at: offset) else { return nil }
    return UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// The MAC address at `offset`.
  @inlinable
  package func macAddress(at offset: Int) -> MACAddress? {
    guard let high = uint16(at: offset), let low = uint32(at: offset + 2) else { return nil }
    return MACAddress(rawValue: UInt64(high) << 32 | UInt64(low))
  }

  /// The IPv4 address at `offset`.
  @inlinable
  package func ipv4Address(at offset: Int) -> IPv4Address? {
    uint32(at: offset).map(IPv4Address.init(rawValue:))
  }

  /// The IPv6 address at `offset`.
  @inlinable
  package func ipv6Address(at offset: Int) -> IPv6Address? {
    guard let high = uint64(at: offset), let low = uint64(at: offset + 8) else { return nil }
    return IPv6Address(high: high, low: low)
  }
}
