import Foundation
import GoalState

/// Removals that are held back, as the status tells of them.
struct HeldRemovalsDocument: Codable, Sendable {
  /// How many resources are to go.
  var count: UInt64
  /// The first of them.
  var resources: [String]
  var since: String
  /// They are carried out then, unless they are sent again before.
  var until: String
  /// Why, and how they are carried out at once.
  var reason: String

  init(_ held: GoalStateReport.HeldRemovals) {
    count = held.count
    resources = held.resources.map(\.description)
    since = Date(timeIntervalSince1970: TimeInterval(held.since)).ISO8601Format()
    until = Date(timeIntervalSince1970: TimeInterval(held.until)).ISO8601Format()
    reason = held.reason
  }
}

/// What has been carried out at somebody's word.
struct ReleaseDocument: Codable, Sendable {
  /// How many resources went.
  var released: Int
}
