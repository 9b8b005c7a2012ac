import GoalState
import NetworkTypes
import OpenFlow

extension Compiler {
  /// A router is on every host for the guests of that host: its links, its routes, and what other hosts have routed. The
  /// next hops are the ports' and the neighbors' own.
  func compile(_ router: Router) -> CompiledUnit {
    guard router.adminStateUp, let number = goal.number(of: router.id) else { return CompiledUnit() }
    let unit = Unit.router(router.id)
    var problems: [String] = []
    var interfaces: [RouterInterface] = []
    for interface in router.interfaces {
      do {
        interfaces.append(try resolve(interface))
      } catch {
        switch error {
        case .waiting(let reason): return .waiting(reason)
        case .invalid(let reason): problems.append(reason)
        }
      }
    }
    let cookie = FlowCookie(unit)
    var flows: [Flow] = []
    for interface in interfaces {
      flows.append(SourceGuard.reserving(interface.mac, in: interface.network, for: unit))
      flows += interface.addresses.map {
        AddressResolution.routerAnswer(cookie, interface.network, address: $0, mac: interface.mac)
      }
      flows += RouterEntry.flows(of: interface, number: number, cookie: cookie, unit: unit)
      flows += RouterEntry.ownFlows(of: interface, number: number, cookie: cookie, unit: unit)
      flows.append(Routes.connected(interface, number: number, cookie: cookie))
      flows += Routes.broadcasts(interface, number: number, unit: unit)
      flows.append(NextHops.unknown(interface, unit: unit))
      flows += DistributedRouter.restoring(interface, cookie: cookie)
    }
    for link in interfaces {
      for route in link.routes {
        flows += staticRoute(route, interfaces, number: number, from: link, cookie: cookie, &problems)
      }
    }
    for route in router.routes {
      flows += staticRoute(route, interfaces, number: number, from: nil, cookie: cookie, &problems)
    }
    flows.append(Routes.noRoute(number: number, unit: unit))
    flows = firstOfEachKey(flows)
    return problems.isEmpty
      ? CompiledUnit(flows: flows)
      : CompiledUnit(flows: flows, status: .invalid(reason: problems.joined(separator: "; ")))
  }

  private func staticRoute(
    _ route: Router.Route, _ interfaces: [RouterInterface], number: UInt32, from link: RouterInterface?,
    cookie: FlowCookie, _ problems: inout [String]
  ) -> [Flow] {
    let name = "route to \(route.destination) through \(route.nextHop)"
    guard route.destination.version == (route.nextHop.v4 == nil ? .v6 : .v4) else {
      problems.append("\(name): the next hop is of another version of IP")
      return []
    }
    guard let out = interfaces.first(where: { $0.subnet.prefix.contains(route.nextHop) }) else {
      problems.append("\(name): the next hop is in none of the router's subnets")
      return []
    }
    guard !interfaces.contains(where: { $0.address == route.nextHop }) else {
      problems.append("\(name): the next hop is the router itself")
      return []
    }
    return [
      Routes.through(
        route.nextHop, in: out.network, to: route.destination, number: number, from: link, cookie: cookie)
    ]
  }

  /// Two subnets of one network may have one MAC address for their gateways, and two routes one destination: the first has it.
  private func firstOfEachKey(_ flows: [Flow]) -> [Flow] {
    var seen: Set<FlowKey> = []
    return flows.filter { seen.insert($0.key).inserted }
  }
}
