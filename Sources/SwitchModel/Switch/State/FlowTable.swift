import OpenFlow

/// A flow that is in a table, with what the switch keeps of it besides its counters.
struct InstalledFlow: Sendable {
  var entry: FlowEntry
  /// When its hard timeout began: its installation, or its last change.
  var modified: ModelTime

  var flow: Flow { entry.flow }

  init(_ flow: Flow, at now: ModelTime) {
    entry = FlowEntry(flow, counters: FlowCounters(created: now))
    modified = now
  }

  init(_ entry: FlowEntry, modified: ModelTime) {
    self.entry = entry
    self.modified = modified
  }

  /// When a timeout removes it, unless a packet comes.
  var expiry: (time: ModelTime, isIdle: Bool)? {
    let idle = flow.idleTimeout == 0 ? nil : entry.counters.used.advanced(milliseconds: UInt64(flow.idleTimeout) * 1000)
    let hard = flow.hardTimeout == 0 ? nil : modified.advanced(milliseconds: UInt64(flow.hardTimeout) * 1000)
    switch (idle, hard) {
    case (let idle?, let hard?): return idle < hard ? (idle, true) : (hard, false)
    case (let idle?, nil): return (idle, true)
    case (nil, let hard?): return (hard, false)
    case (nil, nil): return nil
    }
  }
}

/// A flow table: flows by priority and match, and in the order in which packets are compared with them.
struct FlowTable: Sendable {
  struct Key: Hashable, Sendable {
    let priority: UInt16
    let match: Match

    init(_ flow: Flow) {
      priority = flow.priority
      match = flow.match
    }

    init(_ key: FlowKey) {
      priority = key.priority
      match = key.match
    }
  }

  private var flows: [Key: InstalledFlow] = [:]
  /// How many of them have a timeout.
  private(set) var timedCount = 0
  /// The entries by priority; nil after a change, until somebody needs them.
  private var ordered: [FlowEntry]?
  /// How many packets were looked up here, and how many of them matched a flow.
  var lookups: UInt64 = 0
  var matches: UInt64 = 0

  var count: Int { flows.count }
  var all: some Sequence<InstalledFlow> { flows.values }

  /// The entries, the highest priority first. Their counters may be old.
  var entries: [FlowEntry] { ordered ?? sorted() }

  private func sorted() -> [FlowEntry] {
    flows.values.map(\.entry).sorted { $0.flow.key < $1.flow.key }
  }

  /// Puts the entries in order, so that `entries` need not do so each time.
  mutating func order() {
    if ordered == nil { ordered = sorted() }
  }

  subscript(key: Key) -> InstalledFlow? { flows[key] }

  /// Puts a flow in, in place of the one of the same key.
  @discardableResult
  mutating func insert(_ flow: InstalledFlow) -> InstalledFlow? {
    ordered = nil
    let old = flows.updateValue(flow, forKey: Key(flow.flow))
    timedCount += (flow.expiry == nil ? 0 : 1) - (old?.expiry == nil ? 0 : 1)
    return old
  }

  @discardableResult
  mutating func remove(_ key: Key) -> InstalledFlow? {
    guard let removed = flows.removeValue(forKey: key) else { return nil }
    ordered = nil
    if removed.expiry != nil { timedCount -= 1 }
    return removed
  }

  /// Counts a packet.
  mutating func count(_ key: Key, bytes: Int, at now: ModelTime) {
    guard var flow = flows[key] else { return }
    flow.entry.counters.count(bytes: bytes, at: now)
    flows[key] = flow
  }
}

/// What happened to a flow.
enum FlowChange: Sendable {
  /// It was added; in place of another, perhaps.
  case added(InstalledFlow, replaced: InstalledFlow?)
  /// It does something else now, or has another cookie.
  case modified(InstalledFlow, before: InstalledFlow)
  /// It is gone, for this reason.
  case removed(InstalledFlow, reason: RemovalReason)
}

/// Why a flow is gone (ofp_flow_removed_reason).
enum RemovalReason: UInt8, Sendable {
  case idleTimeout = 0
  case hardTimeout = 1
  case delete = 2
  case groupDelete = 3
  case meterDelete = 4
}
