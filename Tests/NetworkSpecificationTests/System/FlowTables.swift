import OpenFlow
import Pipeline
import SwitchModel

/// The flows that units have put into a switch. Where two want one key, the lower unit has it, and the other one's comes back
/// when it goes.
struct FlowTables: ForwardingState, Sendable {
  /// A flow, with what would take long to find out again and again.
  struct Placed: Sendable {
    let entry: FlowEntry
    let key: FlowKey
    let drop: DropReason?
    let rank: UInt64

    init(_ flow: Flow, order: UInt64) {
      entry = FlowEntry(flow)
      key = flow.key
      drop = FlowCookie(rawValue: flow.cookie)?.drop
      var mixed = flow.match.description.utf8.reduce(order) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
      mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
      rank = mixed ^ mixed >> 27
    }
  }

  private var units: [Unit: [Placed]] = [:]
  private var tables: [TableID: [FlowEntry]] = [:]
  private var drops: [FlowKey: DropReason] = [:]
  var ports: [OFPort: ModelPort] = [:]
  /// Flows of one priority that match one packet have no defined winner: every order of them must do.
  private let order: UInt64

  init(order: UInt64) {
    self.order = order
  }

  func entries(in table: TableID) -> [FlowEntry] { tables[table] ?? [] }
  func group(_ id: UInt32) -> Group? { nil }
  func meter(_ id: UInt32) -> Meter? { nil }

  /// Why the flow of this key drops; nil when it does not.
  func drop(_ key: FlowKey) -> DropReason? { drops[key] }

  /// The flows that are in force.
  var flows: [Flow] { tables.values.joined().map(\.flow).sorted { $0.key < $1.key } }

  /// Replaces the flows of units, all at once.
  mutating func replace(_ changed: [Unit: [Flow]]) {
    for (unit, flows) in changed {
      units[unit] = flows.isEmpty ? nil : flows.map { Placed($0, order: order) }
    }
    var seen: Set<FlowKey> = []
    var placed: [TableID: [Placed]] = [:]
    drops = [:]
    for unit in units.keys.sorted() {
      for flow in units[unit] ?? [] where seen.insert(flow.key).inserted {
        placed[flow.key.table, default: []].append(flow)
        drops[flow.key] = flow.drop
      }
    }
    tables = placed.mapValues { flows in
      flows.sorted { ($0.key.priority, $0.rank) > ($1.key.priority, $1.rank) }.map(\.entry)
    }
  }
}
