import GoalState
import NetworkTypes
import OpenFlow

/// A port whose references are resolved and whose guest is plugged in, as the functions that make flows of it need it.
struct AttachedPort {
  let port: Port
  let network: Network
  let ofport: OFPort
  let unit: Unit

  var cookie: FlowCookie { FlowCookie(unit) }
}

extension Compiler {
  func compile(_ port: Port) -> CompiledUnit {
    guard port.adminStateUp else { return CompiledUnit() }
    guard let network = goal.networks[port.networkID] else { return .waiting(missing(port.networkID)) }
    for fixedIP in port.fixedIPs {
      guard let subnet = goal.subnets[fixedIP.subnetID] else {
        return .waiting("subnet \(fixedIP.subnetID) is not known here yet")
      }
      guard subnet.networkID == port.networkID else {
        return .invalid("subnet \(subnet.id) belongs to network \(subnet.networkID), not to \(port.networkID)")
      }
      guard subnet.prefix.contains(fixedIP.address) else {
        return .invalid("address \(fixedIP.address) is not in subnet \(subnet.id), which is \(subnet.prefix)")
      }
    }
    if network.segment.physicalNetwork != nil, case .missing(let reason) = host.carriage(of: network) {
      return .waiting(reason)
    }
    switch host.guests[port.id] {
    case nil: return .waiting("no interface with external_ids:iface-id=\(port.id) on the integration bridge")
    case .unusable(let reason, let interface): return .waiting("interface \(interface): \(reason)")
    case .attached(let ofport, _):
      return compile(AttachedPort(port: port, network: network, ofport: ofport, unit: .port(port.id)))
    }
  }

  private func compile(_ attached: AttachedPort) -> CompiledUnit {
    var flows = SourceGuard.flows(of: attached)
    flows += Forwarding.flows(of: attached)
    flows += AddressResolution.flows(of: attached)
    flows += nextHops(of: attached)
    flows += policy(of: attached)
    let dhcp = dhcpService(of: attached.port)
    let ipv6 = IPv6Service(port: attached.port, in: goal)
    guard dhcp != nil || ipv6 != nil else { return CompiledUnit(flows: flows) }
    guard let responder = host.dhcp else { return .waiting("the DHCP responder's interface is not on the bridge yet") }
    flows += dhcp?.flows(of: attached.ofport, responder: responder, cookie: attached.cookie) ?? []
    flows += ipv6?.flows(of: attached.ofport, responder: responder, cookie: attached.cookie) ?? []
    return CompiledUnit(flows: flows)
  }

  /// The DHCP service of the port's first IPv4 address in a subnet that has DHCP.
  private func dhcpService(of port: Port) -> DHCPService? {
    port.fixedIPs.lazy.filter { $0.address.v4 != nil }.compactMap { goal.subnets[$0.subnetID] }
      .compactMap { DHCPService(subnet: $0, in: goal) }.first
  }
}
