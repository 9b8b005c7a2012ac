import GoalState
import NetworkTypes
import Southbound
import Testing

@testable import ControllerCore

/// Random changes by the API and by hosts, each of which may be refused where it makes no sense.
struct RandomChanges {
  let controller: ControllerHarness
  let hosts = ["a", "b", "c"]
  private(set) var sessions: [String: any AgentSession] = [:]
  private(set) var mirrors: [String: AgentMirror] = [:]
  private var generator: SeededGenerator
  private var networks: [NetworkID] = []
  private var subnets: [SubnetID] = []
  private var ports: [PortID] = []
  private var routers: [RouterID] = []
  private var groups: [SecurityGroupID] = []
  private var rules: [String] = []

  init(_ controller: ControllerHarness, seed: UInt64) async throws {
    self.controller = controller
    self.generator = SeededGenerator(seed: seed)
    for (index, host) in hosts.enumerated() {
      sessions[host] = try await controller.connect(host, "192.0.2.\(index + 1)")
      mirrors[host] = AgentMirror()
    }
    for _ in 0..<4 { networks.append(try await controller.makeNetwork()) }
    for _ in 0..<3 { routers.append(RouterID(try await make("router", "routers", ""))) }
    for _ in 0..<2 { groups.append(SecurityGroupID(try await make("security_group", "security-groups", ""))) }
  }

  private func make(_ key: String, _ path: String, _ attributes: String) async throws -> String {
    let document = try await controller.expect(201, "POST", "/v2.0/\(path)", #"{"\#(key)":{\#(attributes)}}"#)
    return try #require(document[key]?["id"]?.string)
  }

  private mutating func pick<Element>(_ elements: [Element]) -> Element? { elements.randomElement(using: &generator) }

  mutating func step(_ step: Int) async throws {
    guard let network = pick(networks), let host = pick(hosts) else { return }
    switch Int.random(in: 0..<20, using: &generator) {
    case 0...4: try await makePort(network, host)
    case 5, 6: try await changePort(host)
    case 7:
      guard !ports.isEmpty else { return }
      let port = ports.remove(at: Int.random(in: 0..<ports.count, using: &generator))
      try await controller.expect(204, "DELETE", "/v2.0/ports/\(port)")
    case 8, 9: await makeSubnet(network, step)
    case 10:
      guard let subnet = pick(subnets) else { return }
      let answer = await controller.send("DELETE", "/v2.0/subnets/\(subnet)")
      if answer.status == 204 { subnets.removeAll { $0 == subnet } }
    case 11:
      let isUp = Bool.random(using: &generator)
      try await controller.expect(
        200, "PUT", "/v2.0/networks/\(network)", #"{"network":{"name":"n\#(step)","admin_state_up":\#(isUp)}}"#)
    case 12...15: await changeRouter(step)
    case 16, 17: await changeGroup(step)
    default:
      // The host comes back with another tunnel address and what it holds.
      try await drain(host)
      let held = mirrors[host]?.version ?? GoalStateVersion(epoch: "", revision: 0)
      sessions[host] = try await controller.connect(host, "192.0.2.\(10 + step % 240)", held: held)
    }
    if step.isMultiple(of: 7) { try await drain(host) }
  }

  private mutating func makePort(_ network: NetworkID, _ host: String) async throws {
    var more = #","binding:host_id":"\#(host)""#
    if Bool.random(using: &generator), let group = pick(groups) { more += #","security_groups":["\#(group)"]"# }
    if Int.random(in: 0..<4, using: &generator) == 0 {
      more += #","allowed_address_pairs":[{"ip_address":"10.99.0.0/24"}]"#
    }
    ports.append(try await controller.makePort(network, more))
  }

  private mutating func changePort(_ host: String) async throws {
    guard let port = pick(ports) else { return }
    let attribute: String
    switch (Int.random(in: 0..<4, using: &generator), pick(groups)) {
    case (0, let group?): attribute = #""security_groups":["\#(group)"]"#
    case (1, _): attribute = #""binding:host_id":null"#
    default: attribute = #""binding:host_id":"\#(host)""#
    }
    try await controller.expect(200, "PUT", "/v2.0/ports/\(port)", #"{"port":{\#(attribute)}}"#)
  }

  private mutating func makeSubnet(_ network: NetworkID, _ step: Int) async {
    let body = #"{"subnet":{"network_id":"\#(network)","cidr":"10.\#(step / 250).\#(step % 250).0/24"}}"#
    let answer = await controller.send("POST", "/v2.0/subnets", body)
    if let id = answer.body?["subnet"]?["id"]?.string { subnets.append(SubnetID(id)) }
  }

  private mutating func changeRouter(_ step: Int) async {
    guard let router = pick(routers), let subnet = pick(subnets) else { return }
    let path = "/v2.0/routers/\(router)"
    switch Int.random(in: 0..<6, using: &generator) {
    case 0, 1: _ = await controller.send("PUT", path + "/add_router_interface", #"{"subnet_id":"\#(subnet)"}"#)
    case 2:
      // In a subnet whose gateway is another router, or nobody: by a port of its own.
      let ask = #"{"port":{"network_id":"\#(await network(of: subnet))","fixed_ips":[{"subnet_id":"\#(subnet)"}]}}"#
      let made = await controller.send("POST", "/v2.0/ports", ask)
      guard let port = made.body?["port"]?["id"]?.string else { return }
      let added = await controller.send("PUT", path + "/add_router_interface", #"{"port_id":"\#(port)"}"#)
      if added.status != 200 { _ = await controller.send("DELETE", "/v2.0/ports/\(port)") }
    case 3: _ = await controller.send("PUT", path + "/remove_router_interface", #"{"subnet_id":"\#(subnet)"}"#)
    case 4:
      // Where another router has an address: what that one is in comes within reach.
      guard let hop = await nextHop(in: subnet, besides: router) else { return }
      let route = #"{"destination":"172.16.\#(step % 250).0/24","nexthop":"\#(hop)"}"#
      _ = await controller.send("PUT", path + "/add_extraroutes", #"{"router":{"routes":[\#(route)]}}"#)
    default:
      let routes = Bool.random(using: &generator) ? #""routes":[]"# : #""name":"r\#(step)""#
      _ = await controller.send("PUT", path, #"{"router":{\#(routes)}}"#)
    }
  }

  private func network(of subnet: SubnetID) async -> String {
    await controller.inventory.read { $0.subnets[subnet]?.record.networkID.rawValue ?? "" }
  }

  private func nextHop(in subnet: SubnetID, besides router: RouterID) async -> IPAddress? {
    await controller.inventory.read { state in
      let topology = state.visibility.topology
      let others = (topology.routersBySubnet[subnet] ?? []).subtracting([router]).sorted()
      return others.first.flatMap { topology.interfaces[$0]?.first { $0.subnet == subnet }?.address }
    }
  }

  private mutating func changeGroup(_ step: Int) async {
    guard let group = pick(groups), let remote = pick(groups) else { return }
    if let rule = pick(rules), Bool.random(using: &generator) {
      _ = await controller.send("DELETE", "/v2.0/security-group-rules/\(rule)")
      rules.removeAll { $0 == rule }
      return
    }
    let port = 1 + step
    let rule =
      #""security_group_id":"\#(group)","direction":"ingress","protocol":"tcp","port_range_min":\#(port),"#
      + #""port_range_max":\#(port),"remote_group_id":"\#(remote)""#
    let answer = await controller.send(
      "POST", "/v2.0/security-group-rules", #"{"security_group_rule":{\#(rule)}}"#)
    if let id = answer.body?["security_group_rule"]?["id"]?.string { rules.append(id) }
  }

  /// Takes updates until the mirror equals the view, which a session that sends all and only what is needed reaches.
  mutating func drain(_ host: String) async throws {
    var mirror = try #require(mirrors[host])
    let session = try #require(sessions[host])
    while mirror.resources != (await view(host)) || mirror.version.epoch.isEmpty {
      mirror.take(try #require(await session.nextUpdate()))
    }
    mirrors[host] = mirror
    // What is put together from what hosts share is the same.
    let (encoded, whole) = await (
      controller.inventory.encodedView(of: HostID(host), knowing: nil).resources, view(host)
    )
    #expect(encoded.map(\.resource) == whole.values.sorted { $0.key < $1.key })
  }

  func view(_ host: String) async -> HostView {
    await controller.inventory.read { $0.hostView(HostID(host)) }
  }
}

@Suite("A host's goal state, changed at random")
struct RandomHostViewTests {
  @Test(
    "adds up from what its session is sent, and is what the store alone says", arguments: 1...8 as ClosedRange<UInt64>)
  func incremental(seed: UInt64) async throws {
    try await ControllerHarness.run { controller in
      var changes = try await RandomChanges(controller, seed: seed)
      for step in 0..<250 { try await changes.step(step) }
      let listing = try await controller.store.list(under: ModelKeys.everything, at: nil)
      let fresh = try ModelState(vniRange: 1...100, listing: listing)
      var kinds: Set<ResourceKind> = []
      for host in changes.hosts {
        let view = await changes.view(host)
        #expect(view == fresh.hostView(HostID(host)), "host \(host), seed \(seed)")
        try await changes.drain(host)
        kinds.formUnion(view.keys.map(\.kind))
      }
      #expect(kinds == Set(ResourceKind.allCases), "seed \(seed)")
    }
  }
}
