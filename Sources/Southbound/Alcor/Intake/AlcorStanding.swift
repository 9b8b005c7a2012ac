import GoalState
import GoalStateProtobuf

/// Why an operation is not done, as its status and in words.
struct AlcorRefusal: Error, Hashable {
  var status: Alcor_Schema_OperationStatus
  var reason: String

  init(_ status: Alcor_Schema_OperationStatus, _ reason: String) {
    self.status = status
    self.reason = reason
  }

  /// A field whose value cannot be used.
  init(_ problem: InvalidField) {
    self.init(.invalidArg, problem.message)
  }
}

/// What became of an operation when it was taken in. What it comes to is known when the switch has confirmed.
enum AlcorStanding: Sendable, Hashable {
  /// Nothing is other than before.
  case refused(AlcorRefusal)
  /// The resource is held, as it was sent.
  case held
  /// The resource is not held, now or already before.
  case gone
}

/// What an operation came to.
struct AlcorVerdict: Sendable, Hashable {
  var status: Alcor_Schema_OperationStatus
  /// Why it is no success.
  var reason: String?

  static let success = AlcorVerdict(status: .success)
}

/// What the agent reports of what is in force, by resource.
struct AlcorReportIndex: Sendable {
  private var failures: [ResourceKey: ResourceFailure] = [:]
  private var pending: [ResourceKey: String] = [:]

  init(_ report: GoalStateReport) {
    for failure in report.failures where failures[failure.key] == nil { failures[failure.key] = failure }
    for entry in report.pending { pending[entry.key] = entry.reason }
  }

  /// What a resource that rests on all of these has come to: a failure of one is its own, and so is what one waits for.
  func verdict(of keys: [ResourceKey]) -> AlcorVerdict {
    for key in keys {
      guard let failure = failures[key] else { continue }
      return AlcorVerdict(
        status: failure.code == .unresolved ? .pending : failure.code == .outOfOrder ? .outOfOrder : .failure,
        reason: failure.message)
    }
    for key in keys {
      if let reason = pending[key] { return AlcorVerdict(status: .pending, reason: reason) }
    }
    return .success
  }
}
