import NetworkTypes

/// The bridge and the ports of ours that a host must have.
public struct HostBridgeRequest: Hashable, Sendable {
  /// The port that tunnels end at.
  public struct Tunnel: Hashable, Sendable {
    /// The encapsulation, by Open vSwitch's name of the interface type.
    public enum Encapsulation: String, Hashable, Sendable, CaseIterable {
      /// VXLAN, RFC 7348.
      case vxlan
      /// Geneve, RFC 8926.
      case geneve
      /// GRE, RFC 2784 with the key of RFC 2890.
      case gre
    }

    /// The interface's name.
    public var name: String
    /// The encapsulation.
    public var type: Encapsulation
    /// The address that tunnels are sent from and that packets must be sent to; nil leaves it to the host's routes.
    public var localAddress: IPAddress?
    /// The UDP port; nil is the one assigned to the encapsulation. GRE has none.
    public var destinationPort: UInt16?

    /// A tunnel port.
    public init(name: String, type: Encapsulation, localAddress: IPAddress? = nil, destinationPort: UInt16? = nil) {
      self.name = name
      self.type = type
      self.localAddress = localAddress
      self.destinationPort = destinationPort
    }
  }

  /// The bridge's name.
  public var bridge: String
  /// The datapath type a new bridge gets: "system" or "netdev".
  public var datapathType: String
  /// Whether a bridge of another datapath type is changed to the one asked for, which empties and restarts its datapath.
  public var forcesDatapathType: Bool
  /// Whether a bridge of the name that carries nobody's mark is taken over. Otherwise it is in the way.
  public var adoptsUnmarkedBridge: Bool
  /// The tunnel port.
  public var tunnel: Tunnel
  /// The internal port that DHCP is answered on.
  public var dhcpInterface: String

  /// A request.
  public init(
    bridge: String = "br-int", datapathType: String, forcesDatapathType: Bool = false,
    adoptsUnmarkedBridge: Bool = false, tunnel: Tunnel, dhcpInterface: String = "alioth-dhcp"
  ) {
    self.bridge = bridge
    self.datapathType = datapathType
    self.forcesDatapathType = forcesDatapathType
    self.adoptsUnmarkedBridge = adoptsUnmarkedBridge
    self.tunnel = tunnel
    self.dhcpInterface = dhcpInterface
  }

  /// The key in external_ids that says whose a row is.
  public static let ownerKey = "alioth-owner"
  /// Its value on rows of ours.
  public static let owner = "aliothd"
}

/// Why the host's bridge cannot be made or repaired without touching what is not ours; says what to do.
public enum HostBridgeConflict: Error, Hashable, Sendable {
  /// The request itself cannot be met by any database.
  case invalidRequest(String)
  /// The database has no root row.
  case notInitialized
  /// Open vSwitch has no such datapath type.
  case unknownDatapathType(String, known: [String])
  /// Open vSwitch has no such interface type.
  case unknownTunnelType(String, known: [String])
  /// The bridge is there and is not marked as ours.
  case bridgeNotOurs(bridge: String, owner: String?)
  /// A port of the name is on the bridge and is not marked as ours.
  case portNotOurs(port: String, bridge: String, owner: String?)
  /// A port or interface of the name is on another bridge, or in a bond.
  case nameTaken(name: String, port: String?, bridge: String?)
}

extension HostBridgeConflict: CustomStringConvertible {
  /// What is in the way, and what to do.
  public var description: String {
    let key = HostBridgeRequest.ownerKey
    let owner = HostBridgeRequest.owner
    switch self {
    case .invalidRequest(let problem):
      return problem
    case .notInitialized:
      return "the Open_vSwitch database has no root row: initialize it with 'ovs-vsctl --no-wait init', or restart Open"
        + " vSwitch by its service"
    case .unknownDatapathType(let type, let known):
      return
        "this Open vSwitch has no datapath type '\(type)', only \(known.joined(separator: ", ")): choose one of them"
        + " (openvswitch.datapath-type)"
    case .unknownTunnelType(let type, let known):
      return "this Open vSwitch has no interface type '\(type)', only \(known.joined(separator: ", ")): choose another"
        + " encapsulation (tunnel.types)"
    case .bridgeNotOurs(let bridge, let other?):
      return "bridge \(bridge) belongs to '\(other)' (external_ids:\(key)): choose another name (openvswitch.bridge)"
    case .bridgeNotOurs(let bridge, nil):
      return "bridge \(bridge) exists and was not made by \(owner): hand it over with 'ovs-vsctl br-set-external-id"
        + " \(bridge) \(key) \(owner)', delete it with 'ovs-vsctl del-br \(bridge)', or choose another name"
        + " (openvswitch.bridge)"
    case .portNotOurs(let port, let bridge, let other?):
      return "port \(port) on bridge \(bridge) belongs to '\(other)' (external_ids:\(key)): choose another name"
    case .portNotOurs(let port, let bridge, nil):
      return "port \(port) on bridge \(bridge) was not made by \(owner): delete it with 'ovs-vsctl del-port \(bridge)"
        + " \(port)', or choose another name"
    case .nameTaken(let name, let port, let bridge):
      let place = [port.map { "in port \($0)" }, bridge.map { "on bridge \($0)" }].compactMap(\.self)
      let removal =
        if let port, let bridge { "delete it with 'ovs-vsctl del-port \(bridge) \(port)'" } else { "delete it" }
      return "the name \(name) is taken by an interface or port "
        + (place.isEmpty ? "of no bridge" : place.joined(separator: " ")) + ": \(removal), or choose another name"
    }
  }
}
