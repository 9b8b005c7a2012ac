import OpenFlow

// Changes of flows, as Open vSwitch carries them out (ofproto.c).

extension Forwarding {
  /// Carries out a change that has been checked. What happened, in order.
  ///
  /// - Throws: What is refused only now: a group or meter that is not there, an overlap. Nothing is changed then.
  mutating func apply(_ mod: FlowMod, at now: ModelTime) throws(Refusal) -> [FlowChange] {
    switch mod.command {
    case .add: return try add(mod, at: now)
    case .modify:
      let selected = flows(FlowSelection(mod))
      return try modify(selected, mod, at: now)
    case .modifyStrict:
      return try modify(strictlySelected(mod), mod, at: now)
    case .delete: return try delete(flows(FlowSelection(mod)), hidden: HiddenTable.flows(FlowSelection(mod)))
    case .deleteStrict: return try delete(strictlySelected(mod), hidden: HiddenTable.flows(strictly: mod))
    }
  }

  /// The flows of exactly this priority and match: one, or one a table.
  private func strictlySelected(_ mod: FlowMod) -> [InstalledFlow] {
    var selection = FlowSelection(within: .any, table: nil)
    selection.restrict(to: mod)
    let tables =
      mod.flow.table == .all ? (0..<UInt8(Forwarding.tableCount)).map(TableID.init(rawValue:)) : [mod.flow.table]
    return tables.compactMap { table in
      flow(FlowKey(table: table, priority: mod.flow.priority, match: mod.flow.match))
    }.filter { selection.admits($0.flow) }
  }

  private mutating func add(_ mod: FlowMod, at now: ModelTime) throws(Refusal) -> [FlowChange] {
    try checkReferences(of: mod.flow)
    let old = flow(mod.flow.key)
    if old == nil, mod.flow.flags.contains(.checkOverlap), overlaps(mod.flow) { throw .overlap }
    var new = InstalledFlow(mod.flow.installed(in: old?.flow), at: now)
    if let old, !mod.flow.flags.contains(.resetCounts) { new.entry.counters.keep(old.entry.counters) }
    insert(new)
    return [.added(new, replaced: old)]
  }

  /// Whether the table has a flow of the same priority that matches some of the same packets.
  private func overlaps(_ flow: Flow) -> Bool {
    let scope = MatchScope(flow.match)
    return entries(in: flow.table).contains { $0.flow.priority == flow.priority && scope.overlaps($0.fields) }
  }

  /// Gives flows the instructions of a modification; they keep everything else. Where there is no flow nothing happens,
  /// not even the check of what the instructions name.
  private mutating func modify(
    _ selected: [InstalledFlow], _ mod: FlowMod, at now: ModelTime
  ) throws(Refusal) -> [FlowChange] {
    guard !selected.isEmpty else { return [] }
    try checkReferences(of: mod.flow)
    var changes: [FlowChange] = []
    for old in selected {
      let flow = old.flow.doing(mod.flow.instructions)
      var counters = old.entry.counters
      if mod.flow.flags.contains(.resetCounts) {
        counters.packets = 0
        counters.bytes = 0
      }
      let new = InstalledFlow(FlowEntry(flow, counters: counters), modified: now)
      insert(new)
      if flow != old.flow { changes.append(.modified(new, before: old)) }
    }
    return changes
  }

  /// Deletes flows. Where there are only some of Open vSwitch's own that is refused.
  private mutating func delete(
    _ selected: [InstalledFlow], hidden: [InstalledFlow]
  ) throws(Refusal) -> [FlowChange] {
    guard !selected.isEmpty || hidden.isEmpty else { throw .notPermitted }
    return selected.map { flow in
      remove(flow.flow)
      return .removed(flow, reason: .delete)
    }
  }

  /// Throws when a group or a meter is named that is not there.
  private func checkReferences(of flow: Flow) throws(Refusal) {
    let references = FlowReferences(flow.instructionBytes)
    if references.meters.contains(where: { meters[$0] == nil }) { throw .invalidMeter }
    if references.groups.contains(where: { groups[$0] == nil }) { throw .badOutGroup }
  }
}

extension Flow {
  /// The flow as it is kept: with its instructions in the order in which they are listed. A cookie of all ones is none:
  /// then that of the flow whose place it takes stays.
  fileprivate func installed(in place: Flow?) -> Flow {
    Flow(
      table: table, priority: priority, cookie: cookie == .max ? place?.cookie ?? cookie : cookie, match: match,
      instructions: instructions.listed,
      idleTimeout: idleTimeout, hardTimeout: hardTimeout, flags: flags)
  }

  /// The same flow with other instructions.
  fileprivate func doing(_ instructions: [Instruction]) -> Flow {
    Flow(
      table: table, priority: priority, cookie: cookie, match: match, instructions: instructions.listed,
      idleTimeout: idleTimeout, hardTimeout: hardTimeout, flags: flags)
  }
}

extension [Instruction] {
  /// The instructions that are listed: not an empty set of actions to write.
  fileprivate var listed: [Instruction] { filter { $0 != .writeActions([]) } }
}

extension FlowCounters {
  /// Goes on counting where another flow's counters are.
  fileprivate mutating func keep(_ old: FlowCounters) {
    packets = old.packets
    bytes = old.bytes
  }
}
