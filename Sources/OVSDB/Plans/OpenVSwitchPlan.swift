/// What to do so that the database has what is asked for: one transaction, empty when all is in place.
///
/// It is made as `HostBridgePlan` is: `wait` operations come first, which fail at once when somebody has changed what the plan
/// rests on (`TransactionFailure.isRaceLost`; the answer is a new plan from a new view), then the changes, a comment for the
/// database's journal, and the count that tells when all is in effect (`HostBridgePlan.awaitedConfiguration`).
///
/// Rows that are not marked as ours are never changed and never deleted; what is in the way is a `PlanConflict`.
public struct OpenVSwitchPlan: Hashable, Sendable {
  /// The transaction; empty when there is nothing to do.
  public let operations: [Operation]
  /// What is changed, a line of text each, for the log.
  public let changes: [String]

  /// Whether everything is in place.
  public var isEmpty: Bool { operations.isEmpty }

  init(_ draft: PlanDraft) {
    operations = draft.operations
    changes = draft.changes
  }
}

/// Why what is asked for cannot be had without touching what is not ours; says what to do.
public enum PlanConflict: Error, Hashable, Sendable {
  /// The request itself cannot be met by any database.
  case invalidRequest(String)
  /// The database has no root row.
  case notInitialized
  /// There is no bridge of the name.
  case noBridge(String)
  /// The bridge has no port of the name.
  case noPort(String, bridge: String?)
  /// There is no interface of the name.
  case noInterface(String)
  /// The row is there and is not marked as ours; `row` says which in words.
  case notOurs(row: String, owner: String?)
}

extension PlanConflict: CustomStringConvertible {
  /// What is in the way, and what to do.
  public var description: String {
    let key = HostBridgeRequest.ownerKey
    switch self {
    case .invalidRequest(let problem): return problem
    case .notInitialized: return HostBridgeConflict.notInitialized.description
    case .noBridge(let name): return "there is no bridge \(name)"
    case .noPort(let name, let bridge?): return "bridge \(bridge) has no port \(name)"
    case .noPort(let name, nil): return "there is no port \(name)"
    case .noInterface(let name): return "there is no interface \(name)"
    case .notOurs(let row, let owner?): return "\(row) belongs to '\(owner)' (external_ids:\(key)) and is left alone"
    case .notOurs(let row, nil):
      return "\(row) was not made by \(HostBridgeRequest.owner) (it has no external_ids:\(key)) and is left alone:"
        + " delete it, or set external_ids:\(key)=\(HostBridgeRequest.owner) on it to hand it over"
    }
  }
}

extension PlanDraft {
  /// An empty plan for an initialized database.
  init(view: OpenVSwitchView) throws(PlanConflict) {
    guard let root = view.root else { throw .notInitialized }
    self.init(view: view, root: root)
  }

  /// The bridge of a name, which must be ours.
  func ourBridge(_ name: String) throws(PlanConflict) -> BridgeRow {
    guard let bridge = view.bridge(named: name) else { throw .noBridge(name) }
    try Self.checkOurs(bridge.externalIDs, "bridge \(name)")
    return bridge
  }

  static func checkOurs(_ externalIDs: [String: String], _ row: String) throws(PlanConflict) {
    guard isOurs(externalIDs) else { throw .notOurs(row: row, owner: owner(externalIDs)) }
  }

  /// Goes on only when the row is still ours and its columns still hold what was seen.
  mutating func require(ours uuid: RowUUID, in table: String, holding columns: Row) {
    require(uuid, in: table, holding: columns, [Condition("external_ids", .includes, .strings(Self.mark))])
  }
}
