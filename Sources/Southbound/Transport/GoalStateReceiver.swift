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

  /// A part of an update that is still arriving. All of it comes again with the whole update, if that ever comes: a receiver
  /// may begin with it, and need not.
  func receiving(_ part: GoalStatePart) async

  /// A whole snapshot or a whole delta. What follows waits until this returns; an update without changes only moves the
  /// revision.
  func received(_ update: GoalStateUpdate) async

  /// A whole update of which nothing is to be taken in when one of its resources is refused.
  ///
  /// - Returns: Whether it was taken in.
  func receivedWhole(_ update: GoalStateUpdate) async -> Bool

  /// An update that is not to be taken in.
  ///
  /// - Returns: What finds out, of what is held now, what it would change; what follows does not wait for that.
  func rehearsal(of update: GoalStateUpdate) async -> Rehearsal

  /// The removals that are held back are intended.
  func releaseRemovals() async

  /// Called in order on each change.
  func connectionChanged(_ state: ControllerConnectionState) async

  /// Waits until there is a report that differs from the last one returned.
  ///
  /// - Returns: nil when the calling task was cancelled, upon which this must return, or when there will be no more.
  func nextReport() async -> GoalStateReport?

  /// What to ask the controller, one after the other. A new session has new questions: those of the one before are lost.
  ///
  /// - Returns: nil when the calling task was cancelled, upon which this must return, or when there will be no more.
  func nextQuestion() async -> AgentQuestion?

  /// The answer to a question of this session. The neighbor that was found has been received before.
  func answered(_ answer: NeighborAnswer) async

  /// What the host runs of some resources. Asked for beside everything else; another question waits until this returns.
  func held(_ query: HeldQuery) async -> HeldResources

  /// A new session begins, and its controller knows nothing: the next report is to be returned at once.
  func resetReports() async
}

/// What an agent says of neighbors in networks that have them on demand.
public enum AgentQuestion: Hashable, Sendable {
  /// Who has this address?
  case ask(NeighborAsk)
  /// Nobody here has sent to these for long: they may go.
  case idle([NeighborID])
}

/// Finds out what an update would change. May take a while, and holds nobody up.
public typealias Rehearsal = @Sendable () async -> DryRunResult

extension GoalStateReceiver {
  /// Nothing is ever refused.
  public func receivedWhole(_ update: GoalStateUpdate) async -> Bool {
    await received(update)
    return true
  }
  /// It is not known.
  public func rehearsal(of update: GoalStateUpdate) async -> Rehearsal {
    { DryRunResult(version: update.version, refusal: "this host cannot tell what an update would change") }
  }
  /// None are held back.
  public func releaseRemovals() async {}
  /// Waits for the whole.
  public func receiving(_ part: GoalStatePart) async {}
  /// Nothing is asked.
  public func nextQuestion() async -> AgentQuestion? { nil }
  /// Nothing is told; the hello must not say otherwise.
  public func held(_ query: HeldQuery) async -> HeldResources { HeldResources() }
  /// Nothing was asked.
  public func answered(_ answer: NeighborAnswer) async {}
}
