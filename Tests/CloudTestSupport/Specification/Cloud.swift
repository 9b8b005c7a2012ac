import GoalState
import NetworkTypes

/// A whole virtual private cloud: what its owner asked for, wherever its guests run. Hosts are given parts of it.
struct Cloud: Hashable, Sendable {
  /// A port with its guest, and where it runs.
  struct Guest: Hashable, Sendable {
    var port: Port
    var host: Int
    /// The OpenFlow port that the guest is plugged into, never given to another one.
    var interface: UInt32

    var id: PortID { port.id }
  }

  /// The hosts are numbered from 0.
  var hostCount: Int
  var networks: [Network] = []
  var subnets: [Subnet] = []
  var groups: [SecurityGroup] = []
  var routers: [Router] = []
  var guests: [Guest] = []

  func network(_ id: NetworkID) -> Network? { networks.first { $0.id == id } }

  func subnet(_ id: SubnetID) -> Subnet? { subnets.first { $0.id == id } }

  func group(_ id: SecurityGroupID) -> SecurityGroup? { groups.first { $0.id == id } }

  func guest(_ id: PortID) -> Guest? { guests.first { $0.id == id } }

  func subnets(of network: NetworkID) -> [Subnet] { subnets.filter { $0.networkID == network } }

  func guests(in network: NetworkID) -> [Guest] { guests.filter { $0.port.networkID == network } }
}

extension Cloud {
  /// A router's leg in a subnet.
  struct Leg: Hashable, Sendable {
    var router: Router
    var subnet: Subnet
    var address: IPAddress
    var mac: MACAddress
    var routes: [Router.Route]
  }

  /// The legs of routers that forward.
  var legs: [Leg] {
    routers.filter(\.adminStateUp).flatMap { router in
      router.interfaces.compactMap { interface in
        guard let subnet = subnet(interface.subnetID), let address = interface.address ?? subnet.gateway else {
          return nil
        }
        return Leg(
          router: router, subnet: subnet, address: address.address, mac: address.mac, routes: interface.routes)
      }
    }
  }

  func legs(in network: NetworkID) -> [Leg] { legs.filter { $0.subnet.networkID == network } }

  /// The leg with a MAC address, which takes packets of its subnet's version.
  func leg(at mac: MACAddress, in network: NetworkID, _ version: IPVersion) -> Leg? {
    legs(in: network).first { $0.mac == mac && $0.address.version == version }
  }

  func legs(of router: RouterID) -> [Leg] { legs.filter { $0.router.id == router } }

  /// The networks that a router joins with one, itself among them: their guests reach each other by one hop.
  func reach(of network: NetworkID) -> Set<NetworkID> {
    let own = Set(subnets(of: network).map(\.id))
    var reached: Set<NetworkID> = [network]
    for router in routers where router.interfaces.contains(where: { own.contains($0.subnetID) }) {
      reached.formUnion(router.interfaces.compactMap { subnet($0.subnetID)?.networkID })
    }
    return reached
  }
}

extension Cloud.Guest {
  /// The addresses that are a guest's own.
  var addresses: [IPAddress] { port.fixedIPs.map(\.address) }

  /// The addresses that it may send from, each prefix with the MAC address that goes with it.
  var bindings: [(mac: MACAddress, prefix: IPPrefix)] {
    port.fixedIPs.map { (port.mac, IPPrefix($0.address)) }
      + port.allowedAddressPairs.map { ($0.mac ?? port.mac, $0.prefix) }
  }
}
