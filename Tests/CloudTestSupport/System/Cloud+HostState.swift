import GoalState
import NetworkTypes
import OpenFlow
import Pipeline

// What a controller tells each host of a cloud, and where the host's switch has its ports.
extension Cloud {
  /// The tunnel address of a host.
  static func tunnelAddress(of host: Int) -> IPv4Address { IPv4Address(192, 0, 2, UInt8(truncatingIfNeeded: host + 1)) }

  /// The physical network that all hosts are attached to.
  static let physicalNetwork = "provider"

  /// The host of a tunnel address; nil when there is none.
  func host(of address: UInt32) -> Int? {
    (0..<hostCount).first { Cloud.tunnelAddress(of: $0).rawValue == address }
  }

  /// Where a host's guests, tunnels and services are plugged in.
  func ports(of host: Int) -> HostPorts {
    let local = guests.filter { $0.host == host }
    return HostPorts(
      tunnels: HostSwitch.tunnels, physicalNetworks: [Cloud.physicalNetwork: .attached(HostSwitch.physical, mtu: nil)],
      dhcp: HostSwitch.responder, routerMAC: HostPorts.routerMAC(of: Cloud.tunnelAddress(of: host)),
      guests: Dictionary(
        local.map { ($0.id, .attached(OFPort($0.interface), interface: "tap\($0.interface)")) }
      ) { $1 })
  }

  /// Everything that a host is told: its guests' ports, the networks that they can reach with all that is in them, and the groups
  /// and routers that they are held to and led by.
  func resources(for host: Int) -> [Resource] {
    let local = guests.filter { $0.host == host }
    let own = Set(local.map(\.port.networkID))
    let reached = own.reduce(into: Set<NetworkID>()) { $0.formUnion(reach(of: $1)) }
    let ownSubnets = Set(subnets.filter { own.contains($0.networkID) }.map(\.id))
    let held = Set(local.flatMap(\.port.security.groups))
    var resources: [Resource] = networks.filter { reached.contains($0.id) }.map(Resource.network)
    resources += subnets.filter { reached.contains($0.networkID) }.map(Resource.subnet)
    resources += groups.filter { held.contains($0.id) }.map(Resource.securityGroup)
    resources += routers.filter { $0.interfaces.contains { ownSubnets.contains($0.subnetID) } }.map(Resource.router)
    for guest in guests where reached.contains(guest.port.networkID) {
      resources.append(guest.host == host ? .port(guest.port) : .neighbor(guest.neighbor))
    }
    return resources
  }
}

extension Cloud.Guest {
  fileprivate var neighbor: Neighbor {
    Neighbor(
      id: NeighborID(port.id.rawValue), networkID: port.networkID, mac: port.mac,
      hostAddress: .v4(Cloud.tunnelAddress(of: host)), fixedIPs: port.fixedIPs,
      allowedAddressPairs: port.allowedAddressPairs, securityGroupIDs: port.security.groups)
  }
}
