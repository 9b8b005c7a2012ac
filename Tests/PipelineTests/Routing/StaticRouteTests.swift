import GoalState
import NetworkTypes
import OpenFlow
import SwitchModel
import Testing

@testable import Pipeline

@Suite("Static routes and several routers")
struct StaticRouteTests {
  private typealias Frame = GuestFrame

  private func packet(_ destination: String) -> [UInt8] {
    Frame.ipv4(from: RoutedHost.web, "10.0.0.10", to: RoutedHost.gatewayA, destination)
  }

  private func route(_ destination: String, _ nextHop: String) -> Router.Route {
    Router.Route(
      destination: prefix(destination),
      nextHop: IPv4Address(nextHop).map { .v4($0) } ?? .v6(GuestFrame.v6(nextHop)))
  }

  private func router(_ routes: [Router.Route], forA: [Router.Route] = []) -> Router {
    var router = RoutedHost.router
    router.routes = routes
    router.interfaces = router.interfaces.map {
      $0.subnetID == SubnetID("a4") ? .init(subnetID: $0.subnetID, routes: forA) : $0
    }
    return router
  }

  /// The MAC address that a packet of `web`'s to a destination goes out to; nil when it goes nowhere.
  private func hop(_ frame: [UInt8], _ host: RoutedHost) -> MACAddress? {
    var host = host
    let frames = host.send(frame, from: RoutedHost.webPort).outputs.map(\.bytes)
    guard frames.count == 1, let frame = frames.first else { return nil }
    return MACAddress(rawValue: frame.prefix(6).reduce(0) { $0 << 8 | UInt64($1) })
  }

  @Test("the packet goes to the next hop's MAC address, here or elsewhere, in the next hop's network")
  func twoHops() {
    let host = RoutedHost(
      router: router([
        route("198.51.100.0/24", "10.0.1.20"), route("203.0.113.0/24", "10.0.1.21"),
        route("2001:db8:c::/48", "2001:db8:b::21"),
      ]))
    #expect(hop(packet("198.51.100.7"), host) == RoutedHost.db)
    #expect(hop(packet("203.0.113.7"), host) == RoutedHost.store)
    let frame6 = Frame.ipv6(from: RoutedHost.web, "2001:db8:a::10", to: RoutedHost.gatewayA6, "2001:db8:c::7")
    #expect(hop(frame6, host) == RoutedHost.store)
    var sending = host
    #expect(sending.send(packet("203.0.113.7"), from: RoutedHost.webPort).outputs.first?.tunnel?.id == 200)
  }

  @Test(
    "of several routes the longest counts, also against a subnet that the router is in, and from everything to one address"
  )
  func longest() {
    let host = RoutedHost(
      router: router([
        route("0.0.0.0/0", "10.0.1.20"), route("203.0.113.0/24", "10.0.1.21"), route("203.0.113.9/32", "10.0.0.11"),
        route("10.0.0.0/16", "10.0.0.11"), route("10.0.1.128/25", "10.0.0.11"),
      ]))
    #expect(hop(packet("8.8.8.8"), host) == RoutedHost.db)
    #expect(hop(packet("203.0.113.7"), host) == RoutedHost.store)
    #expect(hop(packet("203.0.113.9"), host) == RoutedHost.app)
    #expect(hop(packet("10.0.1.21"), host) == RoutedHost.store)
    #expect(hop(packet("10.0.1.200"), host) == RoutedHost.app)
    #expect(hop(packet("10.0.7.1"), host) == RoutedHost.app)
  }

  @Test("a subnet's own routes hold for what comes from it only, and come before others of their length")
  func ofOneLink() {
    let host = RoutedHost(
      router: router(
        [route("203.0.113.0/24", "10.0.1.20")],
        forA: [
          route("203.0.113.0/24", "10.0.1.21"), route("10.0.1.0/24", "10.0.0.11"), route("0.0.0.0/0", "10.0.0.11"),
        ]))
    #expect(hop(packet("203.0.113.7"), host) == RoutedHost.store)
    #expect(hop(packet("10.0.1.20"), host) == RoutedHost.app)
    var other = host
    let fromB = Frame.ipv4(from: RoutedHost.db, "10.0.1.20", to: RoutedHost.gatewayB, "8.8.8.8")
    #expect(other.send(fromB, from: RoutedHost.dbPort).drop == .noRoute)
  }

  @Test("a route that leads nowhere is left out, and the router says so; the others hold")
  func unusable() throws {
    let host = RoutedHost(
      router: router([
        route("203.0.113.0/24", "192.0.2.1"), route("198.51.100.0/24", "10.0.1.1"),
        route("100.64.0.0/10", "2001:db8:b::21"),
        route("8.8.0.0/16", "10.0.1.21"),
      ]))
    let problem = try #require(host.problem(of: .router(RouterID("r"))))
    #expect(
      problem == "route to 203.0.113.0/24 through 192.0.2.1: the next hop is in none of the router's subnets; "
        + "route to 198.51.100.0/24 through 10.0.1.1: the next hop is the router itself; "
        + "route to 100.64.0.0/10 through 2001:db8:b::21: the next hop is of another version of IP")
    for destination in ["203.0.113.7", "198.51.100.7", "100.64.0.1"] { #expect(hop(packet(destination), host) == nil) }
    #expect(hop(packet("8.8.8.8"), host) == RoutedHost.store)
  }

  @Test("a router waits for its subnets, without flows; what comes in another order is the same in the end")
  func order() {
    let resources = RoutedHost.layer2 + [.router(router([route("0.0.0.0/0", "10.0.1.21")]))]
    let whole = Compiler(goal: goalState(resources), host: RoutedHost.ports)
    let reversed = Compiler(goal: goalState(resources.reversed()), host: RoutedHost.ports)
    for unit in whole.units { #expect(whole.compile(unit) == reversed.compile(unit), "\(unit)") }
    let without = Compiler(
      goal: goalState(resources.filter { $0.key != .subnet(SubnetID("b4")) }), host: RoutedHost.ports)
    let waiting = without.compile(.router(RouterID("r")))
    #expect(waiting.flows.isEmpty)
    #expect(waiting.status == .waiting(reason: "subnet b4 is not known here yet"))
  }

  @Test("two routers in one network are told apart by their MAC addresses, and each sends from its own")
  func twoRouters() {
    let mac = Frame.mac("fa:16:3e:00:00:77")
    let macB = Frame.mac("fa:16:3e:00:01:77")
    let second = Router(
      id: RouterID("r2"),
      interfaces: [
        .init(subnetID: SubnetID("a4"), address: .init(address: .v4(Frame.v4("10.0.0.2")), mac: mac)),
        .init(subnetID: SubnetID("b4"), address: .init(address: .v4(Frame.v4("10.0.1.2")), mac: macB)),
      ], routes: [route("203.0.113.0/24", "10.0.1.20")])
    var host = RoutedHost(changing: [.router(second)])
    let question = host.send(Frame.arp(from: RoutedHost.web, "10.0.0.10", asks: "10.0.0.2"), from: RoutedHost.webPort)
    #expect(question.outputs.first?.bytes.dropFirst(6).prefix(6).elementsEqual(Frame.octets(mac.rawValue, 6)) == true)
    #expect(host.send(packet("203.0.113.7"), from: RoutedHost.webPort).drop == .noRoute)
    for (gateway, seen, destination) in [
      (mac, macB, "203.0.113.7"), (mac, macB, "10.0.1.20"), (RoutedHost.gatewayA, RoutedHost.gatewayB, "10.0.1.20"),
    ] {
      let frame = Frame.ipv4(from: RoutedHost.web, "10.0.0.10", to: gateway, destination)
      let fate = host.send(frame, from: RoutedHost.webPort)
      #expect(
        fate.outputs.first?.bytes
          == Frame.ipv4(from: seen, "10.0.0.10", to: RoutedHost.db, destination, ttl: 63), "\(fate.trace)")
    }
  }

  @Test(
    "between two subnets of one network the router routes, each guest sees its own gateway, and routes are of one subnet"
  )
  func twoSubnetsOfOneNetwork() {
    let gateway = Frame.mac("fa:16:3e:00:00:05")
    let subnet = RoutedHost.subnet(
      "c4", networkA, prefix("10.0.5.0/24"), .v4(Frame.v4("10.0.5.1")), gateway)
    var guest = RoutedHost.dbGuest
    guest.networkID = networkA.id
    guest.fixedIPs = [FixedIP(subnetID: subnet.id, address: .v4(Frame.v4("10.0.5.20")))]
    let router = Router(
      id: RouterID("r"),
      interfaces: [
        .init(subnetID: SubnetID("a4"), routes: [route("203.0.113.0/24", "10.0.5.20")]),
        .init(subnetID: subnet.id, routes: [route("203.0.113.0/24", "10.0.0.11")]),
      ])
    var host = RoutedHost(changing: [.subnet(subnet), .port(guest), .router(router)])
    let fate = host.send(packet("10.0.5.20"), from: RoutedHost.webPort)
    #expect(
      fate.outputs.map(\.bytes) == [Frame.ipv4(from: gateway, "10.0.0.10", to: RoutedHost.db, "10.0.5.20", ttl: 63)])
    #expect(hop(packet("203.0.113.7"), host) == RoutedHost.db)
    let back = host.send(
      Frame.ipv4(from: RoutedHost.db, "10.0.5.20", to: gateway, "203.0.113.7"), from: RoutedHost.dbPort)
    #expect(back.outputs.first?.bytes.prefix(6).elementsEqual(Frame.octets(RoutedHost.app.rawValue, 6)) == true)
    let elsewhere = Frame.mac("0a:d2:c0:00:02:0c")
    for (mac, seen, destination) in [
      (RoutedHost.web, RoutedHost.gatewayA, "10.0.0.10"), (RoutedHost.db, gateway, "10.0.5.20"),
    ] {
      let routed = host.send(
        Frame.ipv4(from: elsewhere, "10.0.1.21", to: mac, destination), from: RoutedHost.tunnel, tunnel: 100)
      #expect(routed.outputs.map(\.bytes) == [Frame.ipv4(from: seen, "10.0.1.21", to: mac, destination)])
    }
  }

  @Test("a prefix that is delegated to a guest leads to it")
  func delegated() {
    var port = RoutedHost.dbGuest
    port.delegatedPrefixes = [IPv6Prefix("2001:db8:d::/56")].compactMap(\.self)
    let frame = Frame.ipv6(from: RoutedHost.web, "2001:db8:a::10", to: RoutedHost.gatewayA6, "2001:db8:d::7")
    #expect(hop(frame, RoutedHost()) == nil)
    #expect(hop(frame, RoutedHost(changing: [.port(port)])) == RoutedHost.db)
  }

  @Test("a router's interface needs an address, its own or the gateway's")
  func noAddress() {
    var subnet = RoutedHost.subnetB4
    subnet.gateway = nil
    let host = RoutedHost(changing: [.subnet(subnet)])
    #expect(
      host.problem(of: .router(RouterID("r")))
        == "subnet b4 has no gateway, and the router has no address in it")
    #expect(hop(packet("10.0.1.20"), host) == nil)
    let frame6 = Frame.ipv6(from: RoutedHost.web, "2001:db8:a::10", to: RoutedHost.gatewayA6, "2001:db8:b::20")
    #expect(hop(frame6, host) == RoutedHost.db)
  }

  @Test("a neighbor that routers send to waits for the host's own MAC address, and is reached in its network meanwhile")
  func withoutRouterMAC() {
    var ports = RoutedHost.ports
    ports.routerMAC = nil
    let host = RoutedHost(host: ports)
    #expect(host.problem(of: .neighbor(NeighborID("store"))) == Compiler.noRouterMAC)
    #expect(hop(packet("10.0.1.21"), host) == nil)
    #expect(
      hop(Frame.ipv4(from: RoutedHost.web, "10.0.0.10", to: RoutedHost.app, "10.0.0.11"), host) == RoutedHost.app)
  }

  @Test("a neighbor has one flow more where a router is, and no more for each router and route")
  func flowsOfNeighbors() {
    let goal = { (resources: [Resource]) in
      Compiler(goal: goalState(RoutedHost.layer2 + resources), host: RoutedHost.ports)
        .compile(.neighbor(NeighborID("store"))).flows.count
    }
    let many = Router(id: RouterID("r2"), interfaces: [.init(subnetID: SubnetID("b4"))])
    #expect(goal([]) == 3)
    #expect(goal([.router(RoutedHost.router)]) == 5)
    #expect(goal([.router(RoutedHost.router), .router(many)]) == 5)
  }
}
