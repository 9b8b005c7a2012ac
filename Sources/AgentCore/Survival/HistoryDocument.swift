import GoalState

/// What has changed on this host and when, for whoever asks on the agent's socket: the newest first.
struct HistoryDocument: Codable, Sendable {
  struct Refusal: Codable, Sendable {
    var resource: String
    var code: String
    var message: String
  }

  struct Entry: Codable, Sendable {
    /// When, by this host's clock.
    var time: String
    /// `snapshot` or `delta` from the controller, `start` of the agent, or `host` for what followed from ports and the switch.
    var scope: String
    /// Which of all updates that this host has taken in.
    var number: UInt64
    var epoch: String
    var revision: UInt64
    /// What a delta builds on.
    var fromRevision: UInt64?
    /// Resources that are new or replaced, as far as they are named, and how many there are.
    var changed: [String]
    var changedCount: UInt64
    /// Resources that are gone, likewise.
    var removed: [String]
    var removedCount: UInt64
    /// Resources that were refused: by the model, by the compiler or by the switch.
    var refused: [Refusal]
    /// What it took on the switch, together with the entries before that came into force with it.
    var flowsAdded: UInt64?
    var flowsModified: UInt64?
    var flowsDeleted: UInt64?
    /// When it was in force; absent when it never was.
    var inForceAt: String?
    /// How long after it was received.
    var inForceAfterMs: UInt64?
    /// The program that started.
    var program: String?
  }

  var entries: [Entry]
  /// Whether there is more that was not asked for.
  var isCut: Bool
}

/// Which entries to show.
struct HistoryQuery: Sendable {
  /// Not before, in milliseconds since 1970.
  var since: UInt64?
  var resource: ResourceKey?
  var limit = HistoryQuery.defaultLimit

  static let defaultLimit = 50
  static let maximumLimit = 10_000

  /// Reads the query of a request.
  ///
  /// - Throws: what is wrong.
  init(since: String?, resource: String?, limit: String?) throws(FlowQuery.Mistake) {
    if let since {
      guard let number = UInt64(since) else {
        throw FlowQuery.Mistake("since \(since) is not a number of milliseconds since 1970")
      }
      self.since = number
    }
    self.resource = try FlowQuery(cursor: nil, resource: resource, table: nil).resource
    if let limit {
      guard let number = Int(limit), (1...HistoryQuery.maximumLimit).contains(number) else {
        throw FlowQuery.Mistake("limit \(limit) is not a number from 1 to \(HistoryQuery.maximumLimit)")
      }
      self.limit = number
    }
  }
}
