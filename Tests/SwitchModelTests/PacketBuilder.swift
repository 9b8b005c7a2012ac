/// Frames with right lengths and checksums, built from the inside out.
enum PacketBuilder {
  static func bytes(_ value: some BinaryInteger, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
  }

  static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for (index, byte) in bytes.enumerated() { sum += index % 2 == 0 ? UInt32(byte) << 8 : UInt32(byte) }
    while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
    return ~UInt16(sum)
  }

  static func ethernet(
    source: UInt64 = 0x0200_0000_0001, destination: UInt64 = 0x0200_0000_0002,
    vlans: [(type: UInt16, control: UInt16)] = [], type: UInt16, _ payload: [UInt8]
  ) -> [UInt8] {
    bytes(destination, 6) + bytes(source, 6) + vlans.flatMap { bytes($0.type, 2) + bytes($0.control, 2) }
      + bytes(type, 2) + payload
  }

  static func ipv4(
    source: UInt32 = 0x0a00_0001, destination: UInt32 = 0x0a00_0002, ipProtocol: UInt8, tos: UInt8 = 0, ttl: UInt8 = 64,
    fragment: UInt16 = 0, options: [UInt8] = [], _ payload: [UInt8]
  ) -> [UInt8] {
    let length = 20 + options.count
    var header =
      [0x40 | UInt8(length / 4), tos] + bytes(length + payload.count, 2) + bytes(0x1234, 2) + bytes(fragment, 2)
      + [ttl, ipProtocol, 0, 0] + bytes(source, 4) + bytes(destination, 4) + options
    header.replaceSubrange(10..<12, with: bytes(checksum(header), 2))
    return header + payload
  }

  static func ipv6(
    source: UInt128 = 0xfd00 << 112 | 1, destination: UInt128 = 0xfd00 << 112 | 2, next: UInt8, trafficClass: UInt8 = 0,
    label: UInt32 = 0, hopLimit: UInt8 = 64, _ payload: [UInt8]
  ) -> [UInt8] {
    bytes(6 << 28 | UInt32(trafficClass) << 20 | label, 4) + bytes(payload.count, 2) + [next, hopLimit]
      + bytes(source, 16) + bytes(destination, 16) + payload
  }

  /// The pseudo header of addresses in network order.
  static func pseudo(_ addresses: [UInt8], _ ipProtocol: UInt8, _ length: Int) -> [UInt8] {
    addresses + bytes(length, 4) + [0, 0, 0, ipProtocol]
  }

  static func addresses(_ source: UInt32, _ destination: UInt32) -> [UInt8] { bytes(source, 4) + bytes(destination, 4) }
  static func addresses(_ source: UInt128, _ destination: UInt128) -> [UInt8] {
    bytes(source, 16) + bytes(destination, 16)
  }

  static func tcp(
    _ addresses: [UInt8], source: UInt16, destination: UInt16, sequence: UInt32 = 1000, acknowledgement: UInt32 = 0,
    flags: UInt16, window: UInt16 = 8192, options: [UInt8] = [], _ payload: [UInt8] = []
  ) -> [UInt8] {
    let length = 20 + options.count
    var segment =
      bytes(source, 2) + bytes(destination, 2) + bytes(sequence, 4) + bytes(acknowledgement, 4)
      + bytes(UInt16(length / 4) << 12 | flags, 2) + bytes(window, 2) + [0, 0, 0, 0] + options + payload
    let sum = checksum(pseudo(addresses, 6, segment.count) + segment)
    segment.replaceSubrange(16..<18, with: bytes(sum, 2))
    return segment
  }

  static func udp(
    _ addresses: [UInt8], source: UInt16, destination: UInt16, hasChecksum: Bool = true, _ payload: [UInt8] = []
  ) -> [UInt8] {
    var datagram = bytes(source, 2) + bytes(destination, 2) + bytes(8 + payload.count, 2) + [0, 0] + payload
    if hasChecksum {
      let sum = checksum(pseudo(addresses, 17, datagram.count) + datagram)
      datagram.replaceSubrange(6..<8, with: bytes(sum == 0 ? 0xffff : sum, 2))
    }
    return datagram
  }

  static func icmp(type: UInt8, code: UInt8, rest: UInt32 = 0x0001_0001, _ payload: [UInt8] = []) -> [UInt8] {
    var message = [type, code, 0, 0] + bytes(rest, 4) + payload
    message.replaceSubrange(2..<4, with: bytes(checksum(message), 2))
    return message
  }

  static func icmpv6(
    _ addresses: [UInt8], type: UInt8, code: UInt8, rest: UInt32 = 0x0001_0001, _ payload: [UInt8] = []
  ) -> [UInt8] {
    var message = [type, code, 0, 0] + bytes(rest, 4) + payload
    message.replaceSubrange(2..<4, with: bytes(checksum(pseudo(addresses, 58, message.count) + message), 2))
    return message
  }

  static func arp(operation: UInt16, sender: UInt64, senderIP: UInt32, target: UInt64, targetIP: UInt32) -> [UInt8] {
    bytes(1, 2) + bytes(0x0800, 2) + [6, 4] + bytes(operation, 2) + bytes(sender, 6) + bytes(senderIP, 4)
      + bytes(target, 6) + bytes(targetIP, 4)
  }
}
