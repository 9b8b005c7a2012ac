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
    guard let service = DHCPService(subnet: subnet, in: goal) else { return CompiledUnit() }
    return CompiledUnit(flows: [
      AddressResolution.arpAnswer(
        FlowCookie(unit), network, address: service.serverAddress, mac: service.serverMAC, priority: Priority.low)
    ])
  }
}
