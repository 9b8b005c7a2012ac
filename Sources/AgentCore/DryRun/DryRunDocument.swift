import GoalState

/// What an update would change, for whoever asks on the agent's socket. Of each list the first are named.
struct DryRunDocument: Codable, Sendable {
  struct Resources: Codable, Sendable {
    var count: Int
    var first: [String]

    init(_ keys: DryRunResult.Excerpt<ResourceKey>) {
      count = keys.count
      first = keys.first.map(\.description)
    }
  }

  struct Flows: Codable, Sendable {
    var table: String
    var added: Int
    var modified: Int
    var removed: Int
  }

  /// What the host holds now.
  var heldRevision: UInt64
  var epoch: String
  /// Why nothing of it would be taken in; absent when it would.
  var refusal: String?
  var added: Resources
  var changed: Resources
  var removed: Resources
  var heldBack: Resources
  var refusedCount: Int
  var refused: [StatusDocument.Failure]
  var pendingCount: Int
  var pending: [StatusDocument.Pending]
  var flowChanges: [Flows]
  /// As ovs-ofctl writes them, each behind `+`, `~` or `-`.
  var flows: [String]

  init(_ result: DryRunResult, held: GoalStateVersion) {
    heldRevision = held.revision
    epoch = held.epoch
    refusal = result.refusal
    added = Resources(result.added)
    changed = Resources(result.changed)
    removed = Resources(result.removed)
    heldBack = Resources(result.heldBack)
    refusedCount = result.refused.count
    refused = result.refused.first.map {
      StatusDocument.Failure(resource: "\($0.key)", revision: $0.revision, code: $0.code.rawValue, message: $0.message)
    }
    pendingCount = result.pending.count
    pending = result.pending.first.map {
      StatusDocument.Pending(resource: "\($0.key)", revision: $0.revision, reason: $0.reason)
    }
    flowChanges = result.flowChanges.map {
      Flows(table: $0.table, added: $0.added, modified: $0.modified, removed: $0.removed)
    }
    flows = result.flows
  }
}
