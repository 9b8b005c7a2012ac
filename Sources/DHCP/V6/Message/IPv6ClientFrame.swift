import NetworkTypes
import PacketFormats

/// Whole frames as hosts send them to servers and routers, for what plays a host.
public enum IPv6ClientFrame {
  /// A DHCPv6 message from an interface's link-local address to all servers of its link.
  public static func message(
    _ type: DHCPv6MessageType, transactionID: UInt32, mac: MACAddress, options: [DHCPv6Option]
  ) -> [UInt8] {
    var frame: [UInt8] = []
    IPv6Frame(
      destinationMAC: .allDHCPServers, sourceMAC: mac, source: IPv6Address(linkLocalOf: mac),
      destination: .allDHCPServers, hopLimit: 1
    ).writeUDP(from: 546, to: 547, in: &frame) { payload in
      DHCPv6Message.write(
        type, transactionID: transactionID, options: [DHCPv6Option(.clientID, .duid(DHCPv6DUID(mac)))] + options,
        to: &payload)
    }
    return frame
  }

  /// A router solicitation from an interface's link-local address (RFC 4861 section 4.1).
  public static func routerSolicitation(mac: MACAddress) -> [UInt8] {
    var frame: [UInt8] = []
    IPv6Frame(
      destinationMAC: .ipv6AllRouters, sourceMAC: mac, source: IPv6Address(linkLocalOf: mac),
      destination: .allRouters, hopLimit: 255
    ).write(.icmpv6, checksumOffset: 2, to: &frame) { message in
      message.appendUInt32(133 << 24)
      message.appendUInt32(0)
      // The sender's own MAC address (RFC 4861 section 4.6.1).
      message.appendUInt16(0x0101)
      message.append(mac)
    }
    return frame
  }
}

extension MACAddress {
  /// `33:33:00:01:00:02`, where frames to all DHCPv6 servers go (RFC 2464 section 7).
  fileprivate static let allDHCPServers = MACAddress(0x33, 0x33, 0, 1, 0, 2)
  /// `33:33:00:00:00:02`, where frames to all routers go (RFC 2464 section 7).
  fileprivate static let ipv6AllRouters = MACAddress(0x33, 0x33, 0, 0, 0, 2)
}

extension IPv6Address {
  /// `ff02::2`, all routers on the link (RFC 4291 section 2.7.1).
  fileprivate static let allRouters = IPv6Address(high: 0xff02_0000_0000_0000, low: 2)
}
