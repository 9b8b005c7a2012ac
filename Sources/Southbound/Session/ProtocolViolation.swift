import GoalState

/// Something that the other end of a session must not send, or did not send in time. The session ends; an agent asks
/// for what it misses on its next one, and for a snapshot when that ends so too.
package enum ProtocolViolation: Error, Hashable, Sendable {
  /// A message without content, or with content that this version does not know.
  case unknownMessage
  /// A message that must not come now.
  case unexpected(message: String, whilst: String)
  /// A hello or a welcome with a value that cannot be used.
  case invalid(String)
  /// No hello (or welcome) in time.
  case noGreeting(expected: String, after: Duration)
  /// Nothing was heard for too long.
  case silent(Duration)
  /// The end of a snapshot, or a part of a delta or a report, names another version than its beginning.
  case versionChanged(message: String, from: String, to: String)
  /// A snapshot did not have as many resources as its end says.
  case countMismatch(announced: UInt64, received: UInt64)
  /// A delta builds on a version that is not held.
  case notHeld(from: GoalStateVersion, held: GoalStateVersion)
  /// A revision lower than the one that is held.
  case backwards(message: String, revision: UInt64, held: UInt64)
  /// More entries than the limit allows.
  case tooMany(message: String, limit: Int)

  /// Whether what is held can still be built upon: nothing was wrong with it, the other end only fell silent.
  var isTimeout: Bool {
    switch self {
    case .noGreeting, .silent: true
    default: false
    }
  }
}

extension ProtocolViolation: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknownMessage: "a message came that is empty or of a kind that this version does not know"
    case .unexpected(let message, let whilst): "\(message) came \(whilst)"
    case .invalid(let problem): problem
    case .noGreeting(let expected, let after): "no \(expected) came within \(after)"
    case .silent(let duration): "nothing was heard for \(duration)"
    case .versionChanged(let message, let from, let to): "\(message) is of version \(to), but it began as \(from)"
    case .countMismatch(let announced, let received):
      "the snapshot's end announces \(announced) resources, but \(received) came"
    case .notHeld(let from, let held): "a delta builds on version \(from), but \(held) is held"
    case .backwards(let message, let revision, let held):
      "\(message) leads to revision \(revision), which is before revision \(held) that is held"
    case .tooMany(let message, let limit): "\(message) has more than \(limit) entries"
    }
  }
}
