import DHCP
import GoalState
import NetworkTypes
import Pipeline

extension DHCPBinding {
  /// What a port's guest is told: its first IPv4 address in a subnet with DHCP, and that subnet's parameters.
  ///
  /// - Parameter mtu: the MTU of the port's network on this host; nil while it is not known.
  /// - Returns: nil when the port is down, has no such address, or refers to what is not known yet.
  init?(port: Port, in goal: HostGoalState, mtu: Int?) {
    guard port.adminStateUp, goal.networks[port.networkID] != nil else { return nil }
    for fixedIP in port.fixedIPs {
      guard let address = fixedIP.address.v4, let subnet = goal.subnets[fixedIP.subnetID],
        let service = DHCPService(subnet: subnet, in: goal), let prefix = subnet.prefix.v4, prefix.contains(address)
      else { continue }
      self.init(
        mac: port.mac, address: address, prefix: prefix, router: subnet.gateway?.address.v4,
        serverIdentifier: service.serverAddress, dnsServers: subnet.dnsServers.compactMap(\.v4),
        domainName: subnet.domainName, hostName: port.hostName, mtu: mtu.map { UInt16(clamping: $0) },
        leaseSeconds: subnet.leaseSeconds,
        routes: subnet.hostRoutes.compactMap { route in
          guard let destination = route.destination.v4, let router = route.nextHop.v4 else { return nil }
          return Route(destination: destination, router: router)
        })
      allowsRapidCommit = subnet.rapidCommit
      // The port's come after its subnet's, so that they count. None is refused here: nobody could send it to this host.
      for option in subnet.dhcpOptions + port.dhcpOptions where option.version == .v4 {
        if let extra = try? DHCPExtraOption(named: option.name, text: option.value) { add(extra) }
      }
      return
    }
    return nil
  }
}
