import GoalState
import GoalStateProtobuf
import SwiftProtobuf

extension Alioth_Southbound_V1_DryRunResult {
  /// Says all of it: whoever made it has bounded it.
  init(_ result: DryRunResult, number: UInt64) {
    self.init()
    self.number = number
    epoch = result.version.epoch
    revision = result.version.revision
    (addedCount, added) = Self.keys(result.added)
    (changedCount, changed) = Self.keys(result.changed)
    (removedCount, removed) = Self.keys(result.removed)
    (heldBackCount, heldBack) = Self.keys(result.heldBack)
    refusedCount = UInt64(clamping: result.refused.count)
    refused = result.refused.first.map(Alioth_Southbound_V1_Failure.init)
    pendingCount = UInt64(clamping: result.pending.count)
    pending = result.pending.first.map(Alioth_Southbound_V1_Pending.init)
    flowChanges = result.flowChanges.map { change in
      .with {
        $0.table = change.table
        $0.added = UInt64(clamping: change.added)
        $0.modified = UInt64(clamping: change.modified)
        $0.removed = UInt64(clamping: change.removed)
      }
    }
    flows = result.flows.map(ReportText.bounded)
    refusal = result.refusal.map(ReportText.bounded) ?? ""
  }

  private static func keys(
    _ excerpt: DryRunResult.Excerpt<ResourceKey>
  ) -> (UInt64, [Alioth_Southbound_V1_ResourceKey]) {
    (UInt64(clamping: excerpt.count), excerpt.first.map(Alioth_Southbound_V1_ResourceKey.init))
  }
}

extension DryRunResult {
  init(_ result: Alioth_Southbound_V1_DryRunResult) throws(ProtocolViolation) {
    self.init(
      version: try GoalStateVersion(reported: result.epoch, result.revision),
      refusal: result.refusal.isEmpty ? nil : ReportText.readable(result.refusal))
    added = Self.keys(result.addedCount, result.added)
    changed = Self.keys(result.changedCount, result.changed)
    removed = Self.keys(result.removedCount, result.removed)
    heldBack = Self.keys(result.heldBackCount, result.heldBack)
    refused = Excerpt(
      count: Int(clamping: result.refusedCount), first: result.refused.compactMap(ResourceFailure.init(reported:)))
    pending = Excerpt(
      count: Int(clamping: result.pendingCount),
      first: result.pending.compactMap(GoalStateReport.Pending.init(reported:)))
    flowChanges = result.flowChanges.map {
      FlowChange(
        table: ReportText.readable($0.table), added: Int(clamping: $0.added), modified: Int(clamping: $0.modified),
        removed: Int(clamping: $0.removed))
    }
    flows = result.flows.map(ReportText.readable)
  }

  private static func keys(
    _ count: UInt64, _ first: [Alioth_Southbound_V1_ResourceKey]
  ) -> Excerpt<ResourceKey> {
    Excerpt(count: Int(clamping: count), first: first.compactMap(ResourceKey.init(reported:)))
  }
}
