/// Where things are in an Ethernet frame with a DHCP message, when the IP header has no options (RFC 2131, figure 1).
enum DHCPFrame {
  static let ip = 14
  static let udp = ip + 20
  static let bootp = udp + 8
  static let xid = bootp + 4
  static let flags = bootp + 10
  static let yiaddr = bootp + 16
  static let chaddr = bootp + 28
  static let cookie = bootp + 236
  static let options = bootp + 240
  static let magicCookie: UInt32 = 0x6382_5363

  /// The message types that are measured with (RFC 2132, 9.6).
  static let discover: UInt8 = 1
  static let offer: UInt8 = 2
  static let request: UInt8 = 3
  static let ack: UInt8 = 5

  /// The sum of 16-bit words in the machine's order, to be folded (RFC 1071).
  @inline(__always)
  static func sum(_ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int) -> UInt64 {
    var total: UInt64 = 0
    var offset = start
    while offset + 4 <= end {
      total &+= UInt64(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      offset += 4
    }
    if offset + 2 <= end {
      total &+= UInt64(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
      offset += 2
    }
    if offset < end { total &+= UInt64(UInt16(bytes[offset]).littleEndian) }
    return total
  }

  /// The complement of a sum folded to 16 bits, in the machine's order.
  @inline(__always)
  static func folded(_ sum: UInt64) -> UInt16 {
    var total = sum
    while total > 0xffff { total = (total & 0xffff) + (total >> 16) }
    return ~UInt16(truncatingIfNeeded: total)
  }

  /// The sum of the UDP pseudo header: addresses, protocol and length.
  @inline(__always)
  static func pseudoHeaderSum(_ bytes: UnsafeRawBufferPointer, udpLength: Int) -> UInt64 {
    sum(bytes, from: ip + 12, to: ip + 20) + UInt64(UInt16(17).bigEndian)
      + UInt64(UInt16(truncatingIfNeeded: udpLength).bigEndian)
  }
}
