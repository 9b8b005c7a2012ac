/// Where we stand with a lock of the database (RFC 7047 §4.1.8). Locks bar nobody who does not ask for them; a transaction
/// that must only run under one begins with `Operation.assert(lock:)`.
///
/// ```
///  requested ──answer──▶ held(1) ──another steals it──▶ stolen ──the thief lets go──▶ held(2) ─▶ …
///            ──answer──▶ waiting ──all before us let go──▶ held(1)
///  any of them ──connection lost──▶ requested (as long as a session asks for it again)
/// ```
public enum LockState: Hashable, Sendable {
  /// Asked for, or to be asked for when there is a connection.
  case requested
  /// Another has it; we are told when it is ours.
  case waiting
  /// We have it, for the `term`-th time. A greater term than one seen before means that others may have had it in between.
  case held(term: Int)
  /// Another has taken it away from us; we are told when it is ours again.
  case stolen

  /// Whether we have it.
  public var isHeld: Bool { if case .held = self { true } else { false } }
}

/// The locks that a connection has asked for, by name.
struct LockTable: Sendable {
  private struct Lock {
    var state = LockState.requested
    var terms = 0
  }

  private var locks: [String: Lock] = [:]

  /// Notes that a lock is asked for; false when it is already.
  mutating func request(_ name: String) -> Bool {
    guard locks[name] == nil else { return false }
    locks[name] = Lock()
    return true
  }

  /// Forgets a lock; false when it was not asked for.
  mutating func release(_ name: String) -> Bool { locks.removeValue(forKey: name) != nil }

  /// The server has said whether it is ours, or gave or took it. The new state; nil for a lock that is not asked for any
  /// more.
  mutating func update(_ name: String, isHeld: Bool, isStolen: Bool = false) -> LockState? {
    guard var lock = locks[name] else { return nil }
    if isHeld {
      if !lock.state.isHeld { lock.terms += 1 }
      lock.state = .held(term: lock.terms)
    } else {
      lock.state = isStolen ? .stolen : .waiting
    }
    locks[name] = lock
    return lock.state
  }
}
