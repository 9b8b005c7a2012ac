import NetworkTypes
import PacketFormats

/// Frames as guests send them, of addresses in text.
enum GuestFrame {
  static func mac(_ text: String) -> MACAddress {
    guard let mac = MACAddress(text) else { fatalError("\(text) is no MAC address") }
    return mac
  }

  static func v4(_ text: String) -> IPv4Address {
    guard let address = IPv4Address(text) else { fatalError("\(text) is no IPv4 address") }
    return address
  }

  static func v6(_ text: String) -> IPv6Address {
    guard let address = IPv6Address(text) else { fatalError("\(text) is no IPv6 address") }
    return address
  }

  static func ethernet(
    from source: MACAddress, to destination: MACAddress, type: UInt16, vlan: UInt16? = nil, _ payload: [UInt8]
  ) -> [UInt8] {
    octets(destination.rawValue, 6) + octets(source.rawValue, 6)
      + (vlan.map { octets(0x8100, 2) + octets($0, 2) } ?? [])
      + octets(type, 2) + payload
  }

  static func arp(
    from source: MACAddress, to destination: MACAddress = .broadcast, operation: UInt16 = 1, sender: MACAddress? = nil,
    _ senderIP: String, asks targetIP: String
  ) -> [UInt8] {
    ethernet(
      from: source, to: destination, type: 0x0806,
      [0, 1, 8, 0, 6, 4] + octets(operation, 2) + octets((sender ?? source).rawValue, 6)
        + octets(v4(senderIP).rawValue, 4) + octets(0, 6) + octets(v4(targetIP).rawValue, 4))
  }

  static func ipv4(
    from mac: MACAddress, _ source: String, to gateway: MACAddress, _ destination: String, ttl: UInt8 = 64,
    number: UInt8 = 17, vlan: UInt16? = nil, _ payload: [UInt8]? = nil
  ) -> [UInt8] {
    let payload = payload ?? udp(from: 1000, to: 2000)
    var header =
      [0x45, 0] + octets(20 + payload.count, 2) + [0, 1, 0, 0, ttl, number, 0, 0] + octets(v4(source).rawValue, 4)
      + octets(v4(destination).rawValue, 4)
    header.replaceSubrange(10..<12, with: octets(checksum(header), 2))
    return ethernet(from: mac, to: gateway, type: 0x0800, vlan: vlan, header + payload)
  }

  /// Without a checksum, which IPv4 allows.
  static func udp(from source: UInt16, to destination: UInt16) -> [UInt8] {
    octets(source, 2) + octets(destination, 2) + octets(8, 2) + [0, 0]
  }

  static func ping() -> [UInt8] {
    var message: [UInt8] = [8, 0, 0, 0, 0, 1, 0, 1, 0x61]
    message.replaceSubrange(2..<4, with: octets(checksum(message), 2))
    return message
  }

  static func ipv6(
    from mac: MACAddress, _ source: String, to gateway: MACAddress, _ destination: String, hopLimit: UInt8 = 64,
    number: UInt8 = 17, _ payload: [UInt8]? = nil
  ) -> [UInt8] {
    let payload = payload ?? udp(from: 1000, to: 2000)
    return ethernet(
      from: mac, to: gateway, type: 0x86dd,
      [0x60, 0, 0, 0] + octets(payload.count, 2) + [number, hopLimit] + octets(v6(source).value, 16)
        + octets(v6(destination).value, 16) + payload)
  }

  /// An ICMPv6 message with what comes behind its checksum.
  static func icmpv6(
    from mac: MACAddress, _ source: String, to destinationMAC: MACAddress, _ destination: String, type: UInt8,
    hopLimit: UInt8 = 255, _ rest: [UInt8]
  ) -> [UInt8] {
    var message = [type, 0, 0, 0] + rest
    message.replaceSubrange(2..<4, with: octets(checksum(pseudo(source, destination, message.count) + message), 2))
    return ipv6(
      from: mac, source, to: destinationMAC, destination, hopLimit: hopLimit, number: 58, message)
  }

  static func solicitation(from mac: MACAddress, _ source: String, for target: String, option: MACAddress?) -> [UInt8] {
    icmpv6(
      from: mac, source, to: self.mac("33:33:ff:00:00:01"), "ff02::1:ff00:1", type: 135,
      octets(0, 4) + octets(v6(target).value, 16) + (option.map { [1, 1] + octets($0.rawValue, 6) } ?? []))
  }

  static func advertisement(from mac: MACAddress, _ source: String, of target: String, option: MACAddress?) -> [UInt8] {
    icmpv6(
      from: mac, source, to: self.mac("33:33:00:00:00:01"), "ff02::1", type: 136,
      octets(0x2000_0000, 4) + octets(v6(target).value, 16) + (option.map { [2, 1] + octets($0.rawValue, 6) } ?? []))
  }

  static func pseudo(_ source: String, _ destination: String, _ length: Int) -> [UInt8] {
    octets(v6(source).value, 16) + octets(v6(destination).value, 16) + octets(length, 4) + [0, 0, 0, 58]
  }

  static func octets(_ value: some BinaryInteger, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
  }

  /// RFC 1071; zero over what carries a right one.
  static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for (index, byte) in bytes.enumerated() { sum += index % 2 == 0 ? UInt32(byte) << 8 : UInt32(byte) }
    while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
    return ~UInt16(truncatingIfNeeded: sum)
  }
}
