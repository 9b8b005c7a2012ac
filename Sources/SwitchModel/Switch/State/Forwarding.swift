import OpenFlow

/// What the switch forwards by: flows, groups, meters and ports.
///
/// A value: a bundle works on a copy, and the copy is dropped when a message of the bundle fails. Tables that are not
/// touched are shared by the copies.
struct Forwarding: ForwardingState {
  /// The tables that controllers see. Open vSwitch has one more, number 254, of which they see that it is there.
  static let tableCount = 254
  static let hiddenTable = TableID(254)

  private(set) var tables = [FlowTable](repeating: FlowTable(), count: Forwarding.tableCount)
  var groups: [UInt32: GroupEntry] = [:]
  var meters: [UInt32: MeterEntry] = [:]
  var ports: [OFPort: ModelPort]

  init(ports: [ModelPort]) {
    self.ports = Dictionary(ports.map { ($0.number, $0) }) { $1 }
  }

  func entries(in table: TableID) -> [FlowEntry] {
    tables.indices.contains(Int(table.rawValue)) ? tables[Int(table.rawValue)].entries : []
  }

  func group(_ id: UInt32) -> Group? { groups[id]?.group }
  func meter(_ id: UInt32) -> Meter? { meters[id]?.meter }

  /// How many flows there are.
  var flowCount: Int { tables.reduce(0) { $0 + $1.count } }

  /// Puts all tables in order, before packets are evaluated or flows listed.
  mutating func order() {
    for index in tables.indices where tables[index].count > 0 { tables[index].order() }
  }

  /// The flow of this key.
  func flow(_ key: FlowKey) -> InstalledFlow? {
    tables.indices.contains(Int(key.table.rawValue)) ? tables[Int(key.table.rawValue)][FlowTable.Key(key)] : nil
  }

  /// The flows that are selected, in order of tables and priorities.
  func flows(_ selection: FlowSelection) -> [InstalledFlow] {
    indices(of: selection.table)
      .flatMap { index in tables[index].all.filter { selection.contains($0.entry) } }
      .sorted { $0.flow.key < $1.flow.key }
  }

  private func indices(of table: TableID?) -> [Int] {
    guard let table else { return tables.indices.filter { tables[$0].count > 0 } }
    return tables.indices.contains(Int(table.rawValue)) ? [Int(table.rawValue)] : []
  }

  // MARK: Changes

  /// Puts a flow in; the one that it takes the place of.
  @discardableResult
  mutating func insert(_ flow: InstalledFlow) -> InstalledFlow? {
    let index = Int(flow.flow.table.rawValue)
    return tables.indices.contains(index) ? tables[index].insert(flow) : nil
  }

  @discardableResult
  mutating func remove(_ flow: Flow) -> InstalledFlow? {
    let index = Int(flow.table.rawValue)
    return tables.indices.contains(index) ? tables[index].remove(FlowTable.Key(flow)) : nil
  }

  /// Removes the flows for which this holds.
  mutating func removeFlows(_ reason: RemovalReason, where condition: (InstalledFlow) -> Bool) -> [FlowChange] {
    var changes: [FlowChange] = []
    for index in tables.indices where tables[index].count > 0 {
      for flow in tables[index].all.filter(condition) {
        tables[index].remove(FlowTable.Key(flow.flow))
        changes.append(.removed(flow, reason: reason))
      }
    }
    return changes
  }

  /// Removes the flows whose timeouts are over.
  mutating func expire(at now: ModelTime) -> [FlowChange] {
    var changes: [FlowChange] = []
    for index in tables.indices where tables[index].timedCount > 0 {
      for flow in tables[index].all {
        guard let expiry = flow.expiry, expiry.time < now else { continue }
        tables[index].remove(FlowTable.Key(flow.flow))
        changes.append(.removed(flow, reason: expiry.isIdle ? .idleTimeout : .hardTimeout))
      }
    }
    return changes
  }

  /// When the next flow's timeout is over.
  var nextExpiry: ModelTime? {
    tables.lazy.filter { $0.timedCount > 0 }.flatMap { $0.all.compactMap { $0.expiry?.time } }.min()
  }

  // MARK: Counting

  /// Counts what a packet met.
  mutating func count(_ result: Evaluation, at now: ModelTime) {
    for key in result.matched {
      let index = Int(key.table.rawValue)
      guard tables.indices.contains(index) else { continue }
      tables[index].count(FlowTable.Key(key), bytes: result.length, at: now)
    }
    for (table, hits) in result.tables where tables.indices.contains(Int(table.rawValue)) {
      tables[Int(table.rawValue)].lookups &+= hits.lookups
      tables[Int(table.rawValue)].matches &+= hits.matches
    }
    for hit in result.groups { groups[hit.group]?.count(hit.bucket, bytes: result.length) }
    for hit in result.meters { meters[hit.meter]?.count(hit) }
  }
}

/// A group, and what it counted.
struct GroupEntry: Sendable {
  var group: Group
  let created: ModelTime
  private(set) var buckets: [TrafficCount]

  init(_ group: Group, created: ModelTime) {
    self.group = group
    self.created = created
    buckets = group.buckets.map { _ in TrafficCount() }
  }

  mutating func count(_ bucket: Int, bytes: Int) {
    guard buckets.indices.contains(bucket) else { return }
    buckets[bucket].packets &+= 1
    buckets[bucket].bytes &+= UInt64(clamping: bytes)
  }

  /// What the group counted: a packet once, although it takes all buckets of a group of that type.
  var total: TrafficCount {
    guard group.type != .all else { return buckets.first ?? TrafficCount() }
    return buckets.reduce(TrafficCount()) {
      TrafficCount(packets: $0.packets &+ $1.packets, bytes: $0.bytes &+ $1.bytes)
    }
  }
}

/// A meter, and what it counted.
struct MeterEntry: Sendable {
  var meter: Meter
  let created: ModelTime
  private(set) var input = TrafficCount()
  private(set) var bands: [TrafficCount]

  init(_ meter: Meter, created: ModelTime) {
    self.meter = meter
    self.created = created
    bands = meter.bands.map { _ in TrafficCount() }
  }

  mutating func count(_ hit: MeterHit) {
    input.packets &+= 1
    input.bytes &+= UInt64(clamping: hit.length)
    guard let band = hit.band, bands.indices.contains(band) else { return }
    bands[band].packets &+= 1
    bands[band].bytes &+= UInt64(clamping: hit.length)
  }
}
