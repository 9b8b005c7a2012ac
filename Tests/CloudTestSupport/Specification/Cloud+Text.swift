import GoalState
import NetworkTypes

extension Cloud {
  /// The cloud for whoever looks for what is wrong with it.
  var text: String {
    var lines = networks.map { "network \($0.id) VNI \($0.vni) \($0.segment)" }
    lines += subnets.map { subnet in
      let gateway = subnet.gateway.map { "\($0.address) at \($0.mac)" } ?? "none"
      return "subnet \(subnet.id) in \(subnet.networkID): \(subnet.prefix), gateway \(gateway), "
        + "DHCP \(subnet.dhcpEnabled)"
    }
    for router in routers {
      let legs = router.interfaces.map { interface in
        let own = interface.address.map { " as \($0.address) at \($0.mac)" } ?? ""
        return "\(interface.subnetID)\(own)\(interface.routes.map(Cloud.text).joined())"
      }
      lines.append(
        "router \(router.id)\(router.adminStateUp ? "" : " down"): \(legs.joined(separator: ", "))"
          + router.routes.map(Cloud.text).joined())
    }
    for group in groups {
      lines.append("group \(group.id) \(group.isStateful ? "stateful" : "stateless")")
      lines += group.rules.map { "  \($0.direction) \($0.version) \($0.traffic) with \($0.remote)" }
    }
    lines += guests.map { guest in
      let pairs = guest.port.allowedAddressPairs.map { "\($0.prefix) at \($0.mac.map { "\($0)" } ?? "its own")" }
      return "guest \(guest.id) on host \(guest.host) port \(guest.interface) in \(guest.port.networkID): "
        + "\(guest.port.mac) \(guest.addresses.map { "\($0)" }.joined(separator: " "))"
        + "\(pairs.isEmpty ? "" : " and \(pairs.joined(separator: ", "))"), \(guest.port.security)"
        + (guest.port.adminStateUp ? "" : ", down")
    }
    return lines.joined(separator: "\n")
  }

  private static func text(_ route: Router.Route) -> String { " [\(route.destination) by \(route.nextHop)]" }
}
