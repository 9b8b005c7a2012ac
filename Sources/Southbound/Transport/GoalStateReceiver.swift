import Foundation
import GoalState

/// How the agent and its controller stand.
public enum ControllerConnectionState: Sendable, Hashable {
  /// Dialling, or waiting for the controller's welcome.
  case connecting
  /// In a session since then.
  case connected(since: Date)
  /// Why there is no session, and how long until the next attempt.
  case disconnected(reason: String, retryIn: Duration)
}

/// What an agent does with what its controller sends.
public protocol GoalStateReceiver: Sendable {
  /// What to say first on a new session. The client replaces `held` by nothing when it needs a snapshot.
  func hello() async -> AgentHello

  /// A whole snapshot or a whole delta. What follows waits until this returns; an update without changes only moves the
  /// revision.
  func received(_ update: GoalStateUpdate) async

  /// Called in order on each change.
  func connectionChanged(_ state: ControllerConnectionState) async

  /// Waits until there is a report that differs from the last one returned.
  ///
  /// - Returns: nil when the calling task was cancelled, upon which this must return, or when there will be no more.
  func nextReport() async -> GoalStateReport?

  /// A new session begins, and its controller knows nothing: the next report is to be returned at once.
  func resetReports() async
}
