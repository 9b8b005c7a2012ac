import NetworkTypes

/// An Ethernet frame as guests send and receive it, by what it means; `bytes` is how it looks on the wire.
///
/// Frames are built here only, from the inside out and with right lengths and checksums: what a switch made of one is
/// compared, byte by byte, with the frame that was expected.
struct Frame: Hashable, Sendable {
  enum Payload: Hashable, Sendable {
    case arp(ARPMessage)
    case ip(IPPacket)
    /// Anything else, by its EtherType.
    case other(UInt16, [UInt8])
  }

  var destination: MACAddress
  var source: MACAddress
  /// The 802.1Q tag that a guest has put on; nil without.
  var tag: UInt16?
  var payload: Payload

  var ip: IPPacket? {
    if case .ip(let packet) = payload { packet } else { nil }
  }

  var arp: ARPMessage? {
    if case .arp(let message) = payload { message } else { nil }
  }

  var bytes: [UInt8] {
    let type: UInt16
    let content: [UInt8]
    switch payload {
    case .arp(let message): (type, content) = (0x0806, message.bytes)
    case .ip(let packet): (type, content) = (packet.source.version == .v4 ? 0x0800 : 0x86dd, packet.bytes)
    case .other(let other, let bytes): (type, content) = (other, bytes)
    }
    return destination.octets + source.octets + (tag.map { Wire.octets(0x8100, 2) + Wire.octets($0, 2) } ?? [])
      + Wire.octets(type, 2) + content
  }
}

extension Frame: CustomStringConvertible {
  var description: String {
    let text =
      switch payload {
      case .arp(let message): "\(message)"
      case .ip(let packet): "\(packet)"
      case .other(let type, let bytes): "0x\(String(type, radix: 16)) with \(bytes.count) octets"
      }
    return "\(source) > \(destination)\(tag.map { " tag \($0)" } ?? ""): \(text)"
  }
}

/// An ARP message for IPv4 over Ethernet (RFC 826).
struct ARPMessage: Hashable, Sendable, CustomStringConvertible {
  var isRequest: Bool
  var senderMAC: MACAddress
  var senderAddress: IPv4Address
  var targetMAC = MACAddress.zero
  var targetAddress: IPv4Address

  var bytes: [UInt8] {
    Wire.octets(1, 2) + Wire.octets(0x0800, 2) + [6, 4] + Wire.octets(isRequest ? 1 : 2, 2) + senderMAC.octets
      + senderAddress.octets + targetMAC.octets + targetAddress.octets
  }

  var description: String {
    isRequest
      ? "ARP who has \(targetAddress), tell \(senderAddress) at \(senderMAC)"
      : "ARP \(senderAddress) is at \(senderMAC), for \(targetAddress) at \(targetMAC)"
  }
}

/// Numbers as they go over the wire.
enum Wire {
  static func octets(_ value: some BinaryInteger, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
  }

  /// RFC 1071.
  static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for (index, byte) in bytes.enumerated() { sum &+= index % 2 == 0 ? UInt32(byte) << 8 : UInt32(byte) }
    while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
    return ~UInt16(truncatingIfNeeded: sum)
  }
}
