import OpenFlow

/// One dimension of a conjunction that a flow stands for: `clause` of `count`, counted from 0.
struct ConjunctionClause: Hashable, Sendable {
  let id: UInt32
  let clause: UInt8
  let count: UInt8

  /// The clauses that instructions consist of; nil when they are those of an ordinary flow.
  static func all(of instructions: [Instruction]) -> [ConjunctionClause]? {
    var clauses: [ConjunctionClause] = []
    for case .applyActions(let actions) in instructions {
      for case .conjunction(let id, let clause, let count) in actions {
        clauses.append(ConjunctionClause(id: id, clause: clause, count: count))
      }
    }
    return clauses.isEmpty ? nil : clauses
  }
}

/// Finding the flow of a table that a packet matches (ovs-fields(7), "Conjunctive Match Fields").
enum Lookup {
  /// The flow of the highest priority that matches. Flows of conjunctions stand for the flow that matches the id of a
  /// conjunction of which the packet has a clause in every dimension.
  static func find(_ key: PacketKey, in entries: [FlowEntry]) -> FlowEntry? {
    var clauses: [ConjunctionClause] = []
    var priority: UInt16?
    for entry in entries {
      // Conjunctions whose clauses all have been seen count before any flow of a lower priority does.
      if let current = priority, entry.flow.priority != current, !clauses.isEmpty {
        if let found = conjunction(clauses, key, entries) { return found }
        clauses.removeAll()
      }
      guard entry.matcher.matches(key) else { continue }
      guard let own = entry.clauses else {
        return entry
      }
      priority = entry.flow.priority
      clauses += own
    }
    return conjunction(clauses, key, entries)
  }

  /// The flow for a conjunction that is complete: the best ordinary flow, with the packet's conj_id set.
  private static func conjunction(
    _ clauses: [ConjunctionClause], _ key: PacketKey, _ entries: [FlowEntry]
  ) -> FlowEntry? {
    var tried: Set<UInt32> = []
    for clause in clauses where tried.insert(clause.id).inserted {
      let seen = Set(clauses.filter { $0.id == clause.id && $0.count == clause.count }.map(\.clause))
      guard seen.count == Int(clause.count) else { continue }
      var key = key
      key.conjunction = clause.id
      if let entry = entries.first(where: { $0.clauses == nil && $0.matcher.matches(key) }) { return entry }
    }
    return nil
  }
}
