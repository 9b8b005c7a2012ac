import GoalState
import NetworkTypes
import OpenFlow
import SwitchModel
import Testing

@testable import Pipeline

/// A host with two networks of two subnets each, and a router that joins them: a model switch with the flows of its goal state.
///
/// | | network A, VNI 100 | network B, VNI 200 |
/// |---|---|---|
/// | IPv4 | 10.0.0.0/24 | 10.0.1.0/24 |
/// | IPv6 | 2001:db8:a::/64 | 2001:db8:b::/64 |
/// | on this host | `web`: port 5, .10 | `db`: port 6, .20 |
/// | on 192.0.2.12 | `app`: .11 | `store`: .21 |
struct RoutedHost {
  static let web = GuestFrame.mac("fa:16:3e:00:00:0a")
  static let app = GuestFrame.mac("fa:16:3e:00:00:0b")
  static let db = GuestFrame.mac("fa:16:3e:00:01:14")
  static let store = GuestFrame.mac("fa:16:3e:00:01:15")
  static let gatewayA = GuestFrame.mac("fa:16:3e:00:00:01")
  static let gatewayB = GuestFrame.mac("fa:16:3e:00:01:01")
  static let gatewayA6 = GuestFrame.mac("fa:16:3e:00:00:61")
  static let gatewayB6 = GuestFrame.mac("fa:16:3e:00:01:61")
  static let routerMAC = GuestFrame.mac("0a:d2:c0:00:02:0b")
  static let tunnel = OFPort(1)
  static let webPort = OFPort(5)
  static let dbPort = OFPort(6)

  static let networkB = Network(id: NetworkID("net-b"), vni: vni(200))

  static func subnet(_ id: String, _ network: Network, _ prefix: IPPrefix, _ gateway: IPAddress, _ mac: MACAddress)
    -> Subnet
  {
    Subnet(
      id: SubnetID(id), networkID: network.id, prefix: prefix, gateway: .init(address: gateway, mac: mac),
      dhcpEnabled: false)
  }

  static let subnetA4 = subnet("a4", networkA, prefix("10.0.0.0/24"), .v4(GuestFrame.v4("10.0.0.1")), gatewayA)
  static let subnetA6 = subnet(
    "a6", networkA, prefix("2001:db8:a::/64"), .v6(GuestFrame.v6("2001:db8:a::1")), gatewayA6)
  static let subnetB4 = subnet("b4", networkB, prefix("10.0.1.0/24"), .v4(GuestFrame.v4("10.0.1.1")), gatewayB)
  static let subnetB6 = subnet(
    "b6", networkB, prefix("2001:db8:b::/64"), .v6(GuestFrame.v6("2001:db8:b::1")), gatewayB6)

  static func fixedIPs(_ letter: String, _ number: Int) -> [FixedIP] {
    let third = letter == "a" ? 0 : 1
    return [
      FixedIP(subnetID: SubnetID("\(letter)4"), address: .v4(GuestFrame.v4("10.0.\(third).\(number)"))),
      FixedIP(subnetID: SubnetID("\(letter)6"), address: .v6(GuestFrame.v6("2001:db8:\(letter)::\(number)"))),
    ]
  }

  static let webGuest = Port(id: PortID("web"), networkID: networkA.id, mac: web, fixedIPs: fixedIPs("a", 10))
  static let dbGuest = Port(id: PortID("db"), networkID: networkB.id, mac: db, fixedIPs: fixedIPs("b", 20))
  static let appNeighbor = neighbor("app", networkA, app, fixedIPs("a", 11))
  static let storeNeighbor = neighbor("store", networkB, store, fixedIPs("b", 21))

  static func neighbor(_ id: String, _ network: Network, _ mac: MACAddress, _ fixedIPs: [FixedIP]) -> Neighbor {
    Neighbor(
      id: NeighborID(id), networkID: network.id, mac: mac, hostAddress: .v4(GuestFrame.v4("192.0.2.12")),
      fixedIPs: fixedIPs)
  }

  static let router = Router(
    id: RouterID("r"), interfaces: ["a4", "a6", "b4", "b6"].map { Router.Interface(subnetID: SubnetID($0)) })

  static let layer2: [Resource] = [
    .network(networkA), .network(networkB), .subnet(subnetA4), .subnet(subnetA6), .subnet(subnetB4), .subnet(subnetB6),
    .port(webGuest), .port(dbGuest), .neighbor(appNeighbor), .neighbor(storeNeighbor),
  ]

  static let ports: HostPorts = {
    var host = plugged
    host.routerMAC = routerMAC
    host.guests = [
      webGuest.id: .attached(webPort, interface: "tap-web"), dbGuest.id: .attached(dbPort, interface: "tap-db"),
    ]
    return host
  }()

  private let state: CompiledState
  private var memory = SwitchMemory()

  /// The layer 2 of the table with a router, or with other resources in their place.
  init(router: Router? = RoutedHost.router, changing changed: [Resource] = [], host: HostPorts = RoutedHost.ports) {
    let keys = Set(changed.map(\.key))
    var resources = RoutedHost.layer2.filter { !keys.contains($0.key) } + changed
    if let router, !keys.contains(.router(router.id)) { resources.append(.router(router)) }
    self.init(goal: goalState(resources), host: host)
  }

  init(goal: HostGoalState, host: HostPorts) {
    state = CompiledState(Compiler(goal: goal, host: host))
  }

  /// What a unit lacks; nil when it is whole.
  func problem(of unit: Unit) -> String? {
    switch state.statuses[unit] {
    case .waiting(let reason), .invalid(let reason): reason
    case .complete, nil: nil
    }
  }

  /// What becomes of a frame.
  mutating func send(_ frame: [UInt8], from port: OFPort, tunnel: UInt64? = nil) -> Fate {
    let input = PacketInput(frame, port: port, tunnel: tunnel.map { TunnelMetadata(id: $0) } ?? TunnelMetadata())
    let evaluation = Evaluator(state).evaluate(input, at: ModelTime(milliseconds: 0), memory: &memory)
    let reasons = evaluation.matched.compactMap { key in
      state.cookies[key].flatMap { FlowCookie(rawValue: $0)?.drop }
    }
    return Fate(outputs: evaluation.outputs, drop: reasons.last, trace: "\(evaluation.trace)")
  }

  struct Fate {
    let outputs: [PacketOutput]
    let drop: DropReason?
    let trace: String

    /// Where it went, as OpenFlow's numbers in order.
    var ports: [UInt32] { outputs.map(\.port.rawValue).sorted() }
  }
}

/// The flows of a goal state as a switch has them: of two of one key the lower unit's.
private struct CompiledState: ForwardingState {
  private var tables: [TableID: [FlowEntry]] = [:]
  private(set) var cookies: [FlowKey: UInt64] = [:]
  private(set) var statuses: [Pipeline.Unit: CompiledUnit.Status] = [:]
  let ports: [OFPort: ModelPort]

  init(_ compiler: Compiler) {
    for unit in compiler.units.sorted() {
      let compiled = compiler.compile(unit)
      statuses[unit] = compiled.status
      for flow in compiled.flows where cookies[flow.key] == nil {
        cookies[flow.key] = flow.cookie
        tables[flow.table, default: []].append(FlowEntry(flow))
      }
    }
    tables = tables.mapValues { entries in entries.sorted { $0.flow.priority > $1.flow.priority } }
    var ports = [OFPort.local: ModelPort(.local, name: "br-int")]
    for number in 1..<UInt32(10) { ports[OFPort(number)] = ModelPort(OFPort(number), name: "p\(number)") }
    ports[RoutedHost.tunnel]?.isTunnel = true
    self.ports = ports
  }

  func entries(in table: TableID) -> [FlowEntry] { tables[table] ?? [] }
  func group(_ id: UInt32) -> Group? { nil }
  func meter(_ id: UInt32) -> Meter? { nil }
}
