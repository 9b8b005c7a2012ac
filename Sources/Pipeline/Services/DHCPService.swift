import GoalState
import NetworkTypes
import OpenFlow

/// The DHCP service of a subnet as the switch sees it: which address it answers from, and the two flows that join a
/// guest's port to the responder.
///
/// The port's OpenFlow number travels in the destination MAC address towards the responder, and in the source MAC
/// address of its reply. So the responder knows the port beyond doubt, whatever the guest wrote into the packet, for any
/// port number; the host's own IP stack ignores the frames, as they are for another station; and no tag is added that
/// a kernel would strip.
public struct DHCPService: Sendable, Equatable {
  /// What the server calls itself in option 54, and answers ARP for, so that a guest's unicast renewal leaves it.
  public let serverAddress: IPv4Address
  /// The MAC address of that address.
  public let serverMAC: MACAddress

  /// Without a gateway the server has a link-local address of its own (RFC 3927), the same in every subnet.
  static let standaloneAddress = IPv4Address(169, 254, 169, 253)
  static let standaloneMAC = MACAddress(0x0a, 0xd1, 0xff, 0xff, 0xff, 0xff)

  /// The service of an IPv4 subnet; nil when it has DHCP turned off or is no IPv4 subnet.
  public init?(subnet: Subnet, in goal: HostGoalState) {
    guard subnet.dhcpEnabled, subnet.prefix.v4 != nil else { return nil }
    if let gateway = goal.served(subnet).gateway, let address = gateway.address.v4 {
      serverAddress = address
      serverMAC = gateway.mac
    } else {
      serverAddress = DHCPService.standaloneAddress
      serverMAC = DHCPService.standaloneMAC
    }
  }

  /// The MAC address that stands for a port on the responder's interface: locally administered, the port in its low 32
  /// bits.
  public static func mac(of port: OFPort) -> MACAddress {
    MACAddress(rawValue: macPrefix | UInt64(port.rawValue))
  }

  /// The port that a MAC address on the responder's interface stands for; nil for any other address.
  public static func port(of mac: MACAddress) -> OFPort? {
    guard mac.rawValue & ~0xffff_ffff == macPrefix else { return nil }
    return OFPort(rawValue: UInt32(truncatingIfNeeded: mac.rawValue))
  }

  private static let macPrefix: UInt64 = 0x0ad1 << 32

  /// From the guest to the responder, and back.
  func flows(of port: OFPort, responder: OFPort, cookie: FlowCookie) -> [Flow] {
    [
      Flow(
        table: .localServices, priority: Priority.high, cookie: cookie,
        match: [
          .inPort(port), .ethType(EtherType.ipv4), .ipProto(IPProtocol.udp), .udpSrc(68), .udpDst(67),
        ],
        instructions: [
          .applyActions([.setField(.ethDst(DHCPService.mac(of: port))), .output(responder)])
        ]),
      Flow(
        table: .classification, priority: Priority.normal, cookie: cookie,
        match: [.inPort(responder), .ethSrc(DHCPService.mac(of: port))],
        instructions: [.applyActions([.setField(.ethSrc(serverMAC)), .output(port)])]),
    ]
  }
}
