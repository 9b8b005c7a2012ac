import GoalStateProtobuf

/// The revisions at which resources were deleted last, so that neither a late message brings one back, nor the same deletion
/// again is an error. Of very many, the oldest are forgotten.
struct AlcorDeletions: Sendable {
  private let limit: Int
  private var deletions: [AlcorOperation.Subject: (revision: UInt64, number: UInt64)] = [:]
  /// In the order of their numbers, some of which are of no deletion any more.
  private var order: [(subject: AlcorOperation.Subject, number: UInt64)] = []
  private var lastNumber: UInt64 = 0

  init(limit: Int) { self.limit = max(1, limit) }

  var count: Int { deletions.count }

  /// The revision at which the resource was deleted; 0 when its deletion had none.
  func revision(of subject: AlcorOperation.Subject) -> UInt64? { deletions[subject]?.revision }

  mutating func insert(_ subject: AlcorOperation.Subject, revision: UInt64) {
    lastNumber += 1
    deletions[subject] = (revision, lastNumber)
    order.append((subject, lastNumber))
    // Half of them go at once, so that each insertion pays for a few.
    guard order.count >= 2 * limit || deletions.count > limit + limit / 2 else { return }
    order.removeAll { deletions[$0.subject]?.number != $0.number }
    let excess = max(0, order.count - limit)
    for entry in order.prefix(excess) { deletions[entry.subject] = nil }
    order.removeFirst(excess)
  }

  /// The resource is there again.
  mutating func remove(_ subject: AlcorOperation.Subject) {
    guard !deletions.isEmpty else { return }
    deletions[subject] = nil
  }
}
