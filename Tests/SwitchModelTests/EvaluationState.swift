import OpenFlow
import SwitchModel

/// A forwarding state of flows in an array.
struct EvaluationState: ForwardingState {
  private var tables: [TableID: [FlowEntry]] = [:]
  var groups: [UInt32: Group] = [:]
  var meters: [UInt32: Meter] = [:]
  var ports: [OFPort: ModelPort]

  init(ports: Range<UInt32> = 1..<5) {
    self.ports = [.local: ModelPort(.local, name: "br0")]
    for number in ports { self.ports[OFPort(number)] = ModelPort(OFPort(number), name: "p\(number)") }
  }

  mutating func add(_ flow: Flow) {
    var entries = tables[flow.table] ?? []
    entries.removeAll { $0.flow.key == flow.key }
    entries.append(FlowEntry(flow))
    tables[flow.table] = entries.sorted { $0.flow.priority > $1.flow.priority }
  }

  mutating func add(
    table: UInt8 = 0, priority: UInt16 = 100, cookie: UInt64 = 0, _ match: [MatchField], _ instructions: [Instruction]
  ) {
    add(
      Flow(
        table: TableID(table), priority: priority, cookie: cookie, match: Match(match), instructions: instructions))
  }

  func entries(in table: TableID) -> [FlowEntry] { tables[table] ?? [] }
  func group(_ id: UInt32) -> Group? { groups[id] }
  func meter(_ id: UInt32) -> Meter? { meters[id] }

  /// All flows.
  var flows: [Flow] { tables.values.flatMap { $0.map(\.flow) } }
}

/// Numbers that are the same for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: values.indices, using: &self)]
  }
}
