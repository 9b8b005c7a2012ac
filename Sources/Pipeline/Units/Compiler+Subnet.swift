import GoalState
import NetworkTypes
import OpenFlow

extension Compiler {
  /// The gateway's addresses are answered by every host, below a port that may really have the address.
  func compile(_ subnet: Subnet) -> CompiledUnit {
    let unit = Unit.subnet(subnet.id)
    guard let network = goal.networks[subnet.networkID] else { return .waiting(missing(subnet.networkID)) }
    // IPv6 routers are known by their link-local addresses, and may be given by them.
    if let gateway = subnet.gateway, !subnet.prefix.contains(gateway.address), gateway.address.v6?.isLinkLocal != true {
      return .invalid("gateway \(gateway.address) is not in the subnet's network \(subnet.prefix)")
    }
    if let gateway = goal.served(subnet).gateway {
      return CompiledUnit(
        flows: [SourceGuard.reserving(gateway.mac, in: network, for: unit)]
          + AddressResolution.routerAddresses(gateway.address, gateway.mac).map {
            AddressResolution.routerAnswer(FlowCookie(unit), network, address: $0, mac: gateway.mac)
          })
    }
    guard let service = DHCPService(subnet: subnet, in: goal) else { return CompiledUnit() }
    return CompiledUnit(flows: [
      AddressResolution.routerAnswer(
        FlowCookie(unit), network, address: .v4(service.serverAddress), mac: service.serverMAC)
    ])
  }
}
