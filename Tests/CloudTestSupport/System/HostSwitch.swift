import GoalState
import NetworkTypes
import OpenFlow
import Pipeline
import SwitchModel

/// One host: its goal state, compiled unit by unit into the flows of a switch in memory.
struct HostSwitch: Sendable {
  static let tunnels: [TunnelKind: OFPort] = [.vxlan: OFPort(1), .geneve: OFPort(3), .gre: OFPort(4)]
  static let responder = OFPort(2)
  static let physical = OFPort(5)

  let index: Int
  private(set) var goal = HostGoalState()
  private(set) var ports = HostPorts()
  /// What each unit compiles to.
  private(set) var compiled: [Unit: CompiledUnit] = [:]
  /// What is in the switch: it lags behind while an update is put in force bit by bit.
  private(set) var tables: FlowTables
  var memory = SwitchMemory()
  /// The units whose flows are not in the switch as they are compiled.
  private(set) var pending: Set<Unit> = []
  private var revision: UInt64 = 0

  init(index: Int, order: UInt64) {
    self.index = index
    tables = FlowTables(order: order)
    compile([.host])
  }

  /// Takes in what the host is to be from now on, and compiles what depends on the difference. Nothing is in force before
  /// `install`.
  mutating func update(to cloud: Cloud) {
    let resources = cloud.resources(for: index)
    revision += 1
    let held = self.resources
    let wanted = Dictionary(resources.map { ($0.key, $0) }) { $1 }
    let update = GoalStateUpdate(
      scope: .delta(from: revision - 1), version: GoalStateVersion(epoch: "e", revision: revision),
      upserts: resources.filter { held[$0.key] != $0 }.map { VersionedResource($0, revision: revision) },
      removals: held.keys.filter { wanted[$0] == nil }.sorted())
    var dirty = Dependencies.units(affectedBy: goal.apply(update), in: goal)
    let newPorts = cloud.ports(of: index)
    dirty.formUnion(Dependencies.units(affectedBy: ports, newPorts, in: goal))
    ports = newPorts
    plug()
    compile(dirty)
  }

  private var resources: [ResourceKey: Resource] {
    var all: [Resource] = goal.networks.values.map(Resource.network)
    all += goal.subnets.values.map(Resource.subnet)
    all += goal.securityGroups.values.map(Resource.securityGroup)
    all += goal.routers.values.map(Resource.router)
    all += goal.ports.values.map(Resource.port)
    all += goal.neighbors.values.map(Resource.neighbor)
    return Dictionary(all.map { ($0.key, $0) }) { $1 }
  }

  /// Ports stay after their guests are gone: a flow that still sends there would be seen.
  private mutating func plug() {
    for (kind, port) in HostSwitch.tunnels {
      tables.ports[port] = ModelPort(port, name: kind.rawValue, isTunnel: true)
    }
    tables.ports[HostSwitch.physical] = ModelPort(HostSwitch.physical, name: Cloud.physicalNetwork)
    tables.ports[HostSwitch.responder] = ModelPort(HostSwitch.responder, name: "dhcp")
    for case .attached(let port, let name) in ports.guests.values {
      tables.ports[port] = ModelPort(port, name: name)
    }
  }

  private mutating func compile(_ units: Set<Unit>) {
    let compiler = Compiler(goal: goal, host: ports)
    for unit in units {
      let result = compiler.compile(unit)
      if compiled[unit] != result { pending.insert(unit) }
      compiled[unit] = result
    }
  }

  /// Puts what these units compile to in force, at once.
  mutating func install(_ units: Set<Unit>) {
    tables.replace(Dictionary(units.map { ($0, compiled[$0]?.flows ?? []) }) { $1 })
    pending.subtract(units)
  }

  /// Puts everything in force.
  mutating func install() { install(pending) }

  /// The units for which compiling everything afresh gives something else than was compiled bit by bit.
  var stale: [Unit] {
    let compiler = Compiler(goal: goal, host: ports)
    let all = compiler.units
    let changed = all.filter { compiled[$0] != compiler.compile($0) }
    let left = compiled.filter { $0.value != CompiledUnit() && !all.contains($0.key) }.map(\.key)
    return (changed + left).sorted()
  }

  /// The units that want one flow key twice, for different flows.
  var contradictory: [Unit] {
    compiled.filter { Set($0.value.flows).count > Set($0.value.flows.map(\.key)).count }.map(\.key).sorted()
  }

  /// The units that are not whole.
  var incomplete: [String] {
    compiled.sorted { $0.key < $1.key }.compactMap { unit, result in
      result.status == .complete ? nil : "\(unit): \(result.status)"
    }
  }

  /// Has exactly these flows, whatever was compiled: those of another switch, say.
  mutating func takeOver(_ flows: [Flow]) {
    let ports = tables.ports
    tables = FlowTables(order: 0)
    tables.ports = ports
    tables.replace([.host: flows])
  }

  /// Loses a flow, as no host may.
  mutating func lose(_ key: FlowKey) { tables.lose(key) }

  /// What comes of a packet.
  mutating func receive(_ packet: PacketInput) -> Evaluation {
    Evaluator(tables).evaluate(packet, at: .zero, memory: &memory)
  }
}
