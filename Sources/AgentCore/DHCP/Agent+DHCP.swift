import DHCP
import DHCPServer
import GoalState
import Logging
import NetworkTypes
import Pipeline

extension Agent {
  /// Swaps in a new table of reservations when one of the dirty ports changed.
  func updateBindings(_ units: [Unit]) {
    let ids = units.compactMap { unit -> PortID? in
      if case .port(let id) = unit { id } else { nil }
    }
    guard !ids.isEmpty else { return }
    let advertised = ids.map { dhcpPorts.advertisement($0) }
    dhcpPorts.remove(ids)
    dhcpPorts.forget(ids.filter { goal.ports[$0] == nil })
    for (id, before) in zip(ids, advertised) {
      guard let port = goal.ports[id], let ofport = ports.guests[id]?.port else { continue }
      let binding = DHCPBinding(port: port, in: goal, mtu: mtu(of: port))
      let ipv6 = servedIPv6(port, before: before)
      if ipv6?.advertisement != before { unannounced.insert(id) }
      if binding != nil || ipv6 != nil { dhcpPorts.put(id, at: ofport, binding, ipv6) }
    }
    dhcpTable.publish(dhcpPorts.snapshot)
  }

  private func mtu(of port: Port) -> Int? { goal.networks[port.networkID].flatMap { ports.mtu(of: $0) } }

  /// What the port's guest is told of IPv6. What cannot be told is a warning and the port's readiness: the port itself works
  /// without.
  ///
  /// - Parameter before: What its router said until now.
  private func servedIPv6(_ port: Port, before: RouterAdvertisement?) -> DHCPServedIPv6? {
    guard IPv6Service(port: port, in: goal) != nil else {
      if !port.delegatedPrefixes.isEmpty {
        dhcpPorts.note("no prefix is delegated: no address of the port is in an IPv6 subnet with a mode", of: port.id)
      }
      return nil
    }
    do throws(DHCPv6ConfigurationError) {
      return try DHCPServedIPv6(port: port, in: goal, mtu: mtu(of: port), before: before)
    } catch {
      logger.warning("IPv6 cannot be served", metadata: ["port": "\(port.id)", "reason": "\(error)"])
      dhcpPorts.note("\(error)", of: port.id)
      return nil
    }
  }
}
