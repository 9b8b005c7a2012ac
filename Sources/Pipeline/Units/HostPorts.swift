import GoalState
import NetworkTypes
import OpenFlow

/// The host as the pipeline needs it: where the tunnels, the physical networks, the DHCP responder and the guests are plugged
/// into the switch, and what the underlay carries.
public struct HostPorts: Sendable, Equatable {
  /// A guest's interface on the integration bridge.
  public enum Attachment: Sendable, Equatable {
    /// Plugged in, with its OpenFlow port and the interface's name.
    case attached(OFPort, interface: String)
    /// There, but the switch has given it no port yet, or cannot: the text says which.
    case unusable(reason: String, interface: String)

    /// The OpenFlow port, if there is one.
    public var port: OFPort? {
      if case .attached(let port, _) = self { port } else { nil }
    }
  }

  /// A physical network that a bridge of the host is mapped to.
  public enum PhysicalNetwork: Sendable, Equatable {
    /// Joined, with the port towards its bridge, and the MTU of its interfaces where that is known.
    case attached(OFPort, mtu: Int?)
    /// Configured, and not usable for this reason.
    case unusable(reason: String)
  }

  /// The ports of the flow-based tunnels that the switch has.
  public var tunnels: [TunnelKind: OFPort]
  /// The physical networks that bridges are configured for, by their names.
  public var physicalNetworks: [String: PhysicalNetwork]
  /// The MTU of the interface that tunnels are sent from, in octets; nil while it is not known.
  public var underlayMTU: Int?
  /// The DHCP responder's internal port; nil while the switch has none.
  public var dhcp: OFPort?
  /// What this host's routers say that they are towards other hosts; nil while its tunnel address is not known.
  public var routerMAC: MACAddress?
  /// Guests' interfaces by the port that they are for.
  public var guests: [PortID: Attachment]

  /// The port of the VXLAN tunnels.
  public var tunnel: OFPort? {
    get { tunnels[.vxlan] }
    set { tunnels[.vxlan] = newValue }
  }

  /// All parts.
  ///
  /// - Parameter tunnel: the port of the VXLAN tunnels, where it is not in `tunnels`.
  public init(
    tunnel: OFPort? = nil, tunnels: [TunnelKind: OFPort] = [:], physicalNetworks: [String: PhysicalNetwork] = [:],
    underlayMTU: Int? = nil, dhcp: OFPort? = nil, routerMAC: MACAddress? = nil, guests: [PortID: Attachment] = [:]
  ) {
    self.tunnels = tunnels
    self.physicalNetworks = physicalNetworks
    self.underlayMTU = underlayMTU
    self.dhcp = dhcp
    self.routerMAC = routerMAC
    self.guests = guests
    if let tunnel { self.tunnel = tunnel }
  }

  /// What routers of the host with this tunnel address say that they are towards other hosts: no guest may.
  public static func routerMAC(of tunnelAddress: IPv4Address) -> MACAddress {
    MACAddress(rawValue: 0x0ad2 << 32 | UInt64(tunnelAddress.rawValue))
  }
}
