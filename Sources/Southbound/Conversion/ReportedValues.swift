import GoalState
import GoalStateProtobuf

extension ResourceKey {
  /// An id may be anything that a controller sent, refused ones included. Nil for a kind that this version does not know.
  init?(reported key: Alioth_Southbound_V1_ResourceKey) {
    guard let kind = ResourceKind(key.kind) else { return nil }
    self.init(kind, reportableIdentifier(key.id))
  }
}

extension GoalStateVersion {
  /// The epoch is empty while the agent has nothing.
  init(reported epoch: String, _ revision: UInt64) throws(ProtocolViolation) {
    guard epoch.isEmpty || FieldRules.isIdentifier(epoch) else {
      throw .invalid("the report's epoch \(quoted(epoch)) is not an id")
    }
    self.init(epoch: epoch, revision: revision)
  }
}

extension ResourceFailure {
  init?(reported failure: Alioth_Southbound_V1_Failure) {
    guard let key = ResourceKey(reported: failure.key) else { return nil }
    self.init(
      key: key, revision: failure.revision, code: ResourceFailure.Code(failure.code),
      message: ReportText.readable(failure.message))
  }
}

extension Alioth_Southbound_V1_Failure {
  init(_ failure: ResourceFailure) {
    self.init()
    key = Alioth_Southbound_V1_ResourceKey(failure.key)
    revision = failure.revision
    code = Alioth_Southbound_V1_FailureCode(failure.code)
    message = ReportText.bounded(failure.message)
  }
}

extension GoalStateReport.Pending {
  init?(reported pending: Alioth_Southbound_V1_Pending) {
    guard let key = ResourceKey(reported: pending.key) else { return nil }
    self.init(key: key, revision: pending.revision, reason: ReportText.readable(pending.reason))
  }
}

extension Alioth_Southbound_V1_Pending {
  init(_ pending: GoalStateReport.Pending) {
    self.init()
    key = Alioth_Southbound_V1_ResourceKey(pending.key)
    revision = pending.revision
    reason = ReportText.bounded(pending.reason)
  }
}

extension GoalStateReport.HeldRemovals {
  /// How many of the resources are named, in either direction.
  static let named = 100

  init(_ held: Alioth_Southbound_V1_HeldRemovals) throws(ProtocolViolation) {
    // Up to the end of the year 9999, which is as far as times are written.
    let times: ClosedRange<Int64> = 0...253_402_300_799
    guard times.contains(held.since), times.contains(held.until) else {
      throw .invalid("the report's removals are held back until a time that is none")
    }
    self.init(
      version: try GoalStateVersion(reported: held.epoch, held.revision), count: held.count,
      resources: held.resources.prefix(Self.named).compactMap(ResourceKey.init(reported:)), since: held.since,
      until: held.until, reason: ReportText.readable(held.reason))
  }
}

extension Alioth_Southbound_V1_HeldRemovals {
  init(_ held: GoalStateReport.HeldRemovals) {
    self.init()
    epoch = held.version.epoch
    revision = held.version.revision
    count = held.count
    resources = held.resources.prefix(GoalStateReport.HeldRemovals.named).map(Alioth_Southbound_V1_ResourceKey.init)
    since = held.since
    until = held.until
    reason = ReportText.bounded(held.reason)
  }
}

extension GoalStateReport.RefusedUpdate {
  init(_ refused: Alioth_Southbound_V1_RefusedUpdate) throws(ProtocolViolation) {
    self.init(
      version: try GoalStateVersion(reported: refused.epoch, refused.revision),
      reason: ReportText.readable(refused.reason))
  }
}

extension Alioth_Southbound_V1_RefusedUpdate {
  init(_ refused: GoalStateReport.RefusedUpdate) {
    self.init()
    epoch = refused.version.epoch
    revision = refused.version.revision
    reason = ReportText.bounded(refused.reason)
  }
}
