/// How a session with ovsdb-server stands.
public enum SessionState: Hashable, Sendable {
  /// A connection is being made.
  case connecting
  /// There is a connection: the `connection`-th one.
  case connected(connection: Int)
  /// There is none, for the reason given; the next try comes after `delay`.
  case waiting(problem: String, delay: Duration)
  /// The session was ended by us.
  case ended
}

/// The state of what a session watches.
public struct SessionSnapshot: Hashable, Sendable {
  /// The rows: whole and consistent, never a mixture of before and after a loss of the connection.
  public let replica: Replica
  /// The number of the connection that it came by, counted from 1. When it is another than the last snapshot's, the connection
  /// was lost in between, and any number of changes may have come and gone unseen.
  public let connection: Int

  /// A snapshot.
  public init(replica: Replica, connection: Int) {
    self.replica = replica
    self.connection = connection
  }
}

/// When a session tries again after it has lost its connection, or got none.
public struct SessionBackoff: Hashable, Sendable {
  /// The first wait; each further one is twice as long.
  public var shortest: Duration
  /// The longest wait.
  public var longest: Duration

  /// Waits. A local socket comes back quickly or not at all, and nobody else dials it, so that there is no jitter.
  public init(shortest: Duration = .milliseconds(100), longest: Duration = .seconds(5)) {
    self.shortest = shortest
    self.longest = longest
  }
}
