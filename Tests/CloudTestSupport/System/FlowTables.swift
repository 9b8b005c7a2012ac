import OpenFlow
import Pipeline
import SwitchModel

/// The flows that units have put into a switch. Where two want one key, the lower unit has it, and the other one's comes back
/// when it goes.
struct FlowTables: ForwardingState, Sendable {
  /// A flow, with what would take long to find out again and again.
  private struct Placed: Sendable {
    let entry: FlowEntry
    let key: FlowKey
    let drop: DropReason?
    let rank: UInt64

    init(_ flow: Flow, order: FlowHasher) {
      let key = flow.key
      let match = key.match.bytes
      entry = FlowEntry(flow)
      self.key = key
      drop = FlowCookie(rawValue: flow.cookie)?.drop
      rank = order.key(table: key.table, priority: key.priority, match: match.span.bytes)
    }
  }

  private var units: [Unit: [FlowKey: Placed]] = [:]
  /// Who wants a key.
  private var claims: [FlowKey: Set<Unit>] = [:]
  private var winners: [TableID: [FlowKey: Placed]] = [:]
  private var tables: [TableID: [FlowEntry]] = [:]
  var ports: [OFPort: ModelPort] = [:]
  /// Flows of one priority that match one packet have no defined winner: every order of them must do.
  private let order: FlowHasher

  init(order: UInt64) {
    self.order = FlowHasher(seed: order)
  }

  func entries(in table: TableID) -> [FlowEntry] { tables[table] ?? [] }
  func group(_ id: UInt32) -> Group? { nil }
  func meter(_ id: UInt32) -> Meter? { nil }

  /// Why the flow of this key drops; nil when it does not.
  func drop(_ key: FlowKey) -> DropReason? { winners[key.table]?[key]?.drop }

  /// The flows that are in force.
  var flows: [Flow] { tables.values.joined().map(\.flow).sorted { $0.key < $1.key } }

  /// Replaces the flows of units, all at once.
  mutating func replace(_ changed: [Unit: [Flow]]) {
    var touched: Set<FlowKey> = []
    for (unit, flows) in changed {
      let old = units[unit] ?? [:]
      var new: [FlowKey: Placed] = [:]
      for flow in flows {
        let kept = old[flow.key].flatMap { $0.entry.flow == flow ? $0 : nil }
        let placed = kept ?? Placed(flow, order: order)
        new[placed.key] = placed
        if kept == nil { touched.insert(placed.key) }
        claims[placed.key, default: []].insert(unit)
      }
      for key in old.keys where new[key] == nil {
        claims[key]?.remove(unit)
        touched.insert(key)
      }
      units[unit] = new.isEmpty ? nil : new
    }
    for key in touched {
      let winner = claims[key]?.min()
      winners[key.table, default: [:]][key] = winner.flatMap { units[$0]?[key] }
    }
    for table in Set(touched.map(\.table)) {
      let placed = (winners[table] ?? [:]).values
      tables[table] = placed.sorted { ($0.key.priority, $0.rank) > ($1.key.priority, $1.rank) }.map(\.entry)
    }
  }

  /// Takes a flow away behind everybody's back.
  mutating func lose(_ key: FlowKey) {
    winners[key.table]?[key] = nil
    tables[key.table]?.removeAll { $0.flow.key == key }
  }
}
