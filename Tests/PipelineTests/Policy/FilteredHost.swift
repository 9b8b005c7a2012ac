import GoalState
import NetworkTypes
import OpenFlow
import Pipeline
import SwitchModel

/// A host with two guests in one network, whose switch is a model with the flows of its goal state: `web`'s groups and
/// `db`'s are what a test is about.
struct FilteredHost {
  static let network = Network(id: NetworkID("net"), vni: vni(100))
  static let subnets = [
    Subnet(id: SubnetID("v4"), networkID: network.id, prefix: prefix("10.0.0.0/24"), gateway: nil, dhcpEnabled: false),
    Subnet(
      id: SubnetID("v6"), networkID: network.id, prefix: prefix("2001:db8::/64"), gateway: nil, dhcpEnabled: false),
  ]
  static let ports = HostPorts(
    tunnel: OFPort(1),
    guests: [
      PortID("web"): .attached(Guest.web.port, interface: "tap-web"),
      PortID("db"): .attached(Guest.db.port, interface: "tap-db"),
    ])

  static func port(_ guest: Guest, _ security: PortSecurity, pairs: [AddressPair] = []) -> Port {
    Port(
      id: PortID(guest.name), networkID: network.id, mac: guest.mac,
      fixedIPs: [
        FixedIP(subnetID: SubnetID("v4"), address: .v4(guest.v4)),
        FixedIP(subnetID: SubnetID("v6"), address: .v6(guest.v6)),
      ], allowedAddressPairs: pairs, security: security)
  }

  private(set) var goal: HostGoalState
  private var state: CompiledTables
  private var memory = SwitchMemory()

  /// The network with its two guests, and what else there is.
  init(web: PortSecurity, db: PortSecurity, _ more: [Resource] = []) {
    goal = goalState(
      [.network(FilteredHost.network)] + FilteredHost.subnets.map(Resource.subnet)
        + [.port(FilteredHost.port(.web, web)), .port(FilteredHost.port(.db, db))] + more)
    state = CompiledTables(Compiler(goal: goal, host: FilteredHost.ports))
  }

  /// Both guests in a group each: `web`'s lets it begin anything, unless said otherwise.
  init(
    web: [SecurityGroupRule] = .anythingOut, db: [SecurityGroupRule], isWebStateful: Bool = true,
    isDBStateful: Bool = true
  ) {
    self.init(
      web: .filtered([SecurityGroupID("web")]), db: .filtered([SecurityGroupID("db")]),
      [
        .securityGroup(SecurityGroup(id: SecurityGroupID("web"), isStateful: isWebStateful, rules: web)),
        .securityGroup(SecurityGroup(id: SecurityGroupID("db"), isStateful: isDBStateful, rules: db)),
      ])
  }

  /// Changes the goal state, and the switch's flows with it; its connections stay.
  mutating func change(_ upserts: [Resource], removing removals: [ResourceKey] = []) {
    let revision = goal.version.revision + 1
    _ = goal.apply(
      GoalStateUpdate(
        scope: .delta(from: goal.version.revision), version: GoalStateVersion(epoch: "e", revision: revision),
        upserts: upserts.map { VersionedResource($0, revision: revision) }, removals: removals))
    state = CompiledTables(Compiler(goal: goal, host: FilteredHost.ports))
  }

  /// What becomes of a packet that its source sends.
  mutating func send(_ packet: GuestPacket) -> Fate {
    send(packet.frame, from: packet.source.port, to: packet.destination.port)
  }

  mutating func send(_ frame: [UInt8], from port: OFPort, to destination: OFPort) -> Fate {
    let evaluation = Evaluator(state).evaluate(PacketInput(frame, port: port), at: .seconds(1), memory: &memory)
    let cookies = evaluation.matched.compactMap { state.cookies[$0] }
    let drop = cookies.compactMap { FlowCookie(rawValue: $0)?.drop }.first
    return Fate(
      arrives: evaluation.outputs.contains { $0.port == destination }, drop: drop, trace: "\(evaluation.trace)")
  }

  struct Fate {
    let arrives: Bool
    let drop: DropReason?
    let trace: String
  }
}

extension [SecurityGroupRule] {
  static let anythingOut: [SecurityGroupRule] = [.init(direction: .egress), .init(direction: .egress, version: .v6)]
}

extension SecurityGroupRule {
  static func `in`(_ traffic: Traffic = .any, _ version: IPVersion = .v4, from remote: Remote = .any) -> Self {
    SecurityGroupRule(direction: .ingress, version: version, traffic: traffic, remote: remote)
  }

  static func out(_ traffic: Traffic = .any, _ version: IPVersion = .v4, to remote: Remote = .any) -> Self {
    SecurityGroupRule(direction: .egress, version: version, traffic: traffic, remote: remote)
  }
}

extension SecurityGroupRule.Remote {
  static func of(_ group: String) -> Self { .group(SecurityGroupID(group)) }
}

extension SecurityGroupRule.Traffic {
  static let tcp = SecurityGroupRule.Traffic.transport(6, ports: nil)
  static let udp = SecurityGroupRule.Traffic.transport(17, ports: nil)
  static func tcp(_ ports: ClosedRange<UInt16>) -> Self { .transport(6, ports: ports) }
  static func udp(_ ports: ClosedRange<UInt16>) -> Self { .transport(17, ports: ports) }
  static func sctp(_ ports: ClosedRange<UInt16>) -> Self { .transport(132, ports: ports) }
}

/// The flows of a goal state as a switch has them: of two of one key the lower unit's.
private struct CompiledTables: ForwardingState {
  private var tables: [TableID: [FlowEntry]] = [:]
  private(set) var cookies: [FlowKey: UInt64] = [:]
  let ports: [OFPort: ModelPort]

  init(_ compiler: Compiler) {
    for unit in compiler.units.sorted() {
      for flow in compiler.compile(unit).flows where cookies[flow.key] == nil {
        cookies[flow.key] = flow.cookie
        tables[flow.table, default: []].append(FlowEntry(flow))
      }
    }
    tables = tables.mapValues { $0.sorted { $0.flow.priority > $1.flow.priority } }
    let numbers = [OFPort(1), Guest.web.port, Guest.db.port]
    ports = Dictionary(
      uniqueKeysWithValues: numbers.map {
        ($0, ModelPort($0, name: "p\($0)", isTunnel: $0 == OFPort(1)))
      })
  }

  func entries(in table: TableID) -> [FlowEntry] { tables[table] ?? [] }
  func group(_ id: UInt32) -> Group? { nil }
  func meter(_ id: UInt32) -> Meter? { nil }
}
