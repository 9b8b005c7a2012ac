import Foundation
import GoalState
import NetworkTypes

// What is stored, as JSON under the keys of `ModelKeys`. New fields are optional, so that older stores stay readable.

/// What every resource has besides its own fields.
public struct RecordHeader: Codable, Hashable, Sendable {
  /// A UUID in lower case.
  public var id: String
  /// What people call it; need not be unique.
  public var name: String
  /// The owner; empty when none was given.
  public var projectID: String
  /// Free text.
  public var description: String
  /// When it was made, in whole seconds.
  public var createdAt: Date
  /// When it was last changed through the API, in whole seconds.
  public var updatedAt: Date
  /// Counts the changes through the API, as Neutron's `revision_number` does.
  public var revisionNumber: Int

  /// A header for a new resource.
  public init(id: String, name: String, projectID: String, description: String, now: Date) {
    self.id = id
    self.name = name
    self.projectID = projectID
    self.description = description
    self.createdAt = now
    self.updatedAt = now
    self.revisionNumber = 0
  }

  /// Notes a change through the API.
  public mutating func touch(now: Date) {
    updatedAt = now
    revisionNumber += 1
  }
}

/// A network as it is stored.
public struct NetworkRecord: Codable, Hashable, Sendable {
  /// Id, name and the like.
  public var header: RecordHeader
  /// The number that tells it from all others, and the tunnels' key where tunnels carry it.
  public var vni: VNI
  /// The guests' MTU, or nil to let each host derive it.
  public var mtu: Int?
  /// What carries it between hosts; nil as earlier releases wrote it, for VXLAN.
  public var segment: SegmentRecord?
  /// Whether its ports are held to their addresses and to security groups unless they say otherwise; nil for yes.
  public var portSecurityEnabled: Bool?
  /// Whether hosts are told of its ports elsewhere when they ask; nil for no.
  public var neighborsOnDemand: Bool?

  /// The network's id.
  public var id: NetworkID { NetworkID(header.id) }
}

/// A subnet as it is stored.
public struct SubnetRecord: Codable, Hashable, Sendable {
  /// Addresses that are given out to ports that ask for none.
  public struct Pool: Codable, Hashable, Sendable {
    /// The first.
    public var start: IPAddress
    /// The last; not before the first.
    public var end: IPAddress
  }

  /// A route that guests learn.
  public struct Route: Codable, Hashable, Sendable {
    /// Where to.
    public var destination: IPPrefix
    /// Through whom.
    public var nextHop: IPAddress
  }

  /// Id, name and the like.
  public var header: RecordHeader
  /// Its network.
  public var networkID: NetworkID
  /// Its addresses.
  public var prefix: IPPrefix
  /// The address that guests route through.
  public var gateway: IPAddress?
  /// The MAC address that hosts answer for the gateway; kept while there is none.
  public var gatewayMAC: MACAddress
  /// In ascending order, disjoint.
  public var pools: [Pool]
  /// Whether guests are served by DHCP.
  public var dhcpEnabled: Bool
  /// The resolvers that guests are told.
  public var dnsServers: [IPAddress]
  /// The routes that guests are told.
  public var hostRoutes: [Route]
  /// What guests are told by DHCP besides; nil as earlier releases wrote it, for nothing.
  public var dhcpOptions: [ExtraDHCPOption]?

  /// Whether guests that ask for it have their lease after two messages; nil for no.
  public var rapidCommit: Bool?
  /// How long guests lease their addresses, in seconds; nil for a day.
  public var leaseSeconds: UInt32?
  /// What the advertisements of the subnet's router say of addresses; nil when nothing advertises.
  public var ipv6RAMode: IPv6Mode?
  /// How guests come by IPv6 addresses; nil when that is their own affair.
  public var ipv6AddressMode: IPv6Mode?

  /// The subnet's id.
  public var id: SubnetID { SubnetID(header.id) }

  /// Whether guests form their addresses by themselves, of what our router says or another's.
  var formsAddresses: Bool { (ipv6AddressMode ?? ipv6RAMode)?.isAutonomous == true }

  /// The address that guests form by themselves of their MAC address; nil where they are given theirs.
  func formedAddress(of mac: MACAddress) -> IPAddress? {
    guard formsAddresses else { return nil }
    return prefix.v6?.address(formedOf: mac).map { .v6($0) }
  }
}

/// A port as it is stored.
public struct PortRecord: Codable, Hashable, Sendable {
  /// An address in a subnet of the port's network.
  public struct Address: Codable, Hashable, Sendable {
    /// The subnet.
    public var subnetID: SubnetID
    /// The address.
    public var address: IPAddress
  }

  /// Id, name and the like.
  public var header: RecordHeader
  /// Its network.
  public var networkID: NetworkID
  /// Unique in its network.
  public var mac: MACAddress
  /// Unique in their subnets.
  public var addresses: [Address]
  /// When false, nothing passes.
  public var adminStateUp: Bool
  /// What it belongs to, such as a server's id.
  public var deviceID: String
  /// What kind of thing that is, such as `compute:nova`.
  public var deviceOwner: String
  /// The host that its guest is on, or nil.
  public var host: HostID?
  /// What the cloud notes about the binding: a JSON object's text, handed back as it came.
  public var bindingProfile: String?
  /// The guest's host name.
  public var dnsName: String
  /// What the guest is told by DHCP besides; nil as earlier releases wrote it, for nothing.
  public var dhcpOptions: [ExtraDHCPOption]?

  /// The prefixes that are delegated to the guest by DHCPv6; nil as earlier releases wrote it, for none.
  public var delegatedPrefixes: [IPv6Prefix]?

  /// The security groups that it is a member of; nil as earlier releases wrote it: nothing is filtered then.
  public var securityGroups: [SecurityGroupID]?
  /// Whether the guest is held to its addresses and to security groups; nil for yes.
  public var portSecurityEnabled: Bool?
  /// What the guest may send from besides; nil for nothing.
  public var allowedAddressPairs: [AddressPairRecord]?
  /// The router that this is an interface of; nil for a guest's port.
  public var router: RouterID?
  /// Whether the MAC address is the subnet's gateway's, which belongs to the subnet; nil for no.
  public var hasGatewayMAC: Bool?

  /// The port's id.
  public var id: PortID { PortID(header.id) }

  /// What the guest is held to.
  var security: PortSecurity {
    guard portSecurityEnabled ?? true else { return .off }
    return securityGroups.map { .filtered($0) } ?? .guarded
  }
}

/// A compute node as it is stored: what others' goal states depend on.
public struct HostRecord: Codable, Hashable, Sendable {
  /// The name by which its agent registered.
  public var host: HostID
  /// A UUID, as clients of Neutron's agents expect.
  public var agentID: String
  /// Where tunnels to it end.
  public var tunnelAddress: IPAddress
  /// When it first registered.
  public var createdAt: Date
}

/// What is known of a port on its host, under a key of its own: it is no part of any goal state.
public struct PortStatusRecord: Codable, Hashable, Sendable {
  /// The revision of the port that this is about; for a later one nothing is known yet.
  public var revision: UInt64
  /// What to show.
  public var status: PortStatus
  /// Why, when it is not active.
  public var reason: String?
}

/// A port's status, in Neutron's words.
public enum PortStatus: String, Codable, Hashable, Sendable {
  /// In force on its host.
  case active = "ACTIVE"
  /// Bound, and its host has not yet reported it.
  case build = "BUILD"
  /// Not in force.
  case down = "DOWN"
}
