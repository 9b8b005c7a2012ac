import GoalState
import NetworkTypes
import OpenFlow

/// The switch's ports as the pipeline needs them: where the tunnels, the DHCP responder and the guests are plugged in.
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

  /// The port of the flow-based tunnel; nil while the switch has none.
  public var tunnel: OFPort?
  /// The DHCP responder's internal port; nil while the switch has none.
  public var dhcp: OFPort?
  /// What this host's routers say that they are towards other hosts; nil while its tunnel address is not known.
  public var routerMAC: MACAddress?
  /// Guests' interfaces by the port that they are for.
  public var guests: [PortID: Attachment]

  /// All parts.
  public init(
    tunnel: OFPort? = nil, dhcp: OFPort? = nil, routerMAC: MACAddress? = nil, guests: [PortID: Attachment] = [:]
  ) {
    self.tunnel = tunnel
    self.dhcp = dhcp
    self.routerMAC = routerMAC
    self.guests = guests
  }
}
