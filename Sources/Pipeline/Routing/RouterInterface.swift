import GoalState
import NetworkTypes
import OpenFlow

/// A router's place in a subnet, with its references resolved.
struct RouterInterface {
  let subnet: Subnet
  let network: Network
  /// The address that guests of the subnet are told; the subnet's gateway's unless the interface has one of its own.
  let address: IPAddress
  let mac: MACAddress
  let routes: [Router.Route]

  /// All addresses that it has on its link.
  var addresses: [IPAddress] { AddressResolution.routerAddresses(address, mac) }

  var etherType: UInt16 { subnet.prefix.version == .v4 ? EtherType.ipv4 : EtherType.ipv6 }
}

extension Compiler {
  /// Why an interface cannot be used.
  enum UnusableInterface: Error {
    case waiting(String)
    case invalid(String)
  }

  func resolve(_ interface: Router.Interface) throws(UnusableInterface) -> RouterInterface {
    guard let subnet = goal.subnets[interface.subnetID] else {
      throw .waiting("subnet \(interface.subnetID) is not known here yet")
    }
    guard let network = goal.networks[subnet.networkID] else { throw .waiting(missing(subnet.networkID)) }
    guard let gateway = interface.address ?? subnet.gateway else {
      throw .invalid("subnet \(subnet.id) has no gateway, and the router has no address in it")
    }
    guard subnet.prefix.contains(gateway.address) || gateway.address.v6?.isLinkLocal == true else {
      throw .invalid("the router's address \(gateway.address) is not in subnet \(subnet.id), which is \(subnet.prefix)")
    }
    return RouterInterface(
      subnet: subnet, network: network, address: gateway.address, mac: gateway.mac, routes: interface.routes)
  }
}

extension MatchField {
  /// What goes to a prefix.
  static func destination(_ prefix: IPPrefix) -> MatchField {
    switch prefix {
    case .v4(let prefix): .ipv4Dst(prefix)
    case .v6(let prefix): .ipv6Dst(prefix)
    }
  }
}
