import CNetlink
import NetworkTypes

/// A network interface as the kernel describes it.
public struct Link: Hashable, Sendable {
  /// What an interface's carrier and protocols allow (RFC 2863, `ifOperStatus`).
  public enum OperationalState: UInt8, Hashable, Sendable {
    /// The driver does not say; usual for tunnels and loopback. Frames may flow.
    case unknown = 0
    case notPresent = 1
    case down = 2
    case lowerLayerDown = 3
    case testing = 4
    case dormant = 5
    case up = 6
  }

  /// The interface's name.
  public let name: String
  /// The kernel's number for it, unique in its network namespace.
  public let index: Int32
  /// The largest packet in bytes, without the Ethernet header.
  public let mtu: Int
  /// The Ethernet address; nil where there is none (tun, some tunnels).
  public let macAddress: MACAddress?
  /// Whether it was set up (`IFF_UP`).
  public let isUp: Bool
  /// Whether it has carrier (`IFF_RUNNING`).
  public let isRunning: Bool
  /// Whether it is the loopback interface (`IFF_LOOPBACK`).
  public let isLoopback: Bool
  /// What carrier and protocols allow.
  public let operationalState: OperationalState
  /// The kind of a virtual interface, such as `veth` or `vxlan`; nil for hardware.
  public let kind: String?

  /// The link in a `struct rtnl_link`, which is borrowed.
  init?(borrowing raw: OpaquePointer) {
    guard let name = rtnl_link_get_name(raw) else { return nil }
    let flags = Int(rtnl_link_get_flags(raw))
    self.name = String(cString: name)
    index = rtnl_link_get_ifindex(raw)
    mtu = Int(rtnl_link_get_mtu(raw))
    macAddress = MACAddress(borrowing: rtnl_link_get_addr(raw))
    isUp = flags & Int(IFF_UP) != 0
    isRunning = flags & Int(IFF_RUNNING) != 0
    isLoopback = flags & Int(IFF_LOOPBACK) != 0
    operationalState = OperationalState(rawValue: rtnl_link_get_operstate(raw)) ?? .unknown
    kind = rtnl_link_get_type(raw).map { String(cString: $0) }
  }
}

/// An address of an interface.
public struct InterfaceAddress: Hashable, Sendable, CustomStringConvertible {
  /// The interface's index.
  public let interfaceIndex: Int32
  /// The address.
  public let address: IPAddress
  /// How many leading bits are the network's.
  public let prefixLength: Int

  /// The address in a `struct rtnl_addr`, which is borrowed.
  init?(borrowing raw: OpaquePointer) {
    guard let address = IPAddress(borrowing: rtnl_addr_get_local(raw)) else { return nil }
    self.address = address
    interfaceIndex = rtnl_addr_get_ifindex(raw)
    prefixLength = Int(rtnl_addr_get_prefixlen(raw))
  }

  /// The network that the address is in.
  public var network: IPPrefix? {
    switch address {
    case .v4(let address): IPv4Prefix(containing: address, length: prefixLength).map { .v4($0) }
    case .v6(let address): IPv6Prefix(containing: address, length: prefixLength).map { .v6($0) }
    }
  }

  /// Address and prefix length, such as `192.0.2.1/24`.
  public var description: String { "\(address)/\(prefixLength)" }
}

/// How the host would send to a destination.
public struct RouteLookup: Hashable, Sendable {
  /// The address that the host would send from; nil when the route does not say.
  public let source: IPAddress?
  /// The index of the interface that it would send through.
  public let interfaceIndex: Int32
  /// The next router; nil when the destination is on the link.
  public let gateway: IPAddress?
}
