import GoalState

/// Why an agent's session is not taken.
public struct SessionRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of refusal it is, for programs.
  public enum Reason: Hashable, Sendable {
    /// This agent may not have a session; another attempt does not help.
    case notAllowed
    /// Not now; the agent should try again.
    case unavailable
  }

  /// What kind of refusal it is.
  public var reason: Reason
  /// A sentence for the log on both ends.
  public var message: String

  /// A refusal with its sentence.
  public init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }

  /// The sentence.
  public var description: String { message }
}

/// What a controller does with the agents that dial in.
public protocol AgentSessionHandler: Sendable {
  /// Called once an agent has said who it is and, with TLS, its certificate says so too.
  ///
  /// A second session of a host takes the first one's place: it is for the handler to end the first, by letting its
  /// `nextUpdate` return nil.
  func open(_ hello: AgentHello, peer: String) async throws(SessionRefusal) -> any AgentSession
}

/// The controller's view of one agent while it is connected.
public protocol AgentSession: Sendable {
  /// The epoch that everything of this session will have, if it is known from the start; empty otherwise.
  var epoch: String { get }

  /// Waits until there is something to send to the agent, and returns it whole.
  ///
  /// It is called again only when the update before has been written, so changes in the meantime merge. An update
  /// without changes tells the agent that its revision moved on.
  ///
  /// - Returns: nil when the session is to end: it was superseded, the controller shuts down, or the calling task was
  ///   cancelled, upon which this must return.
  func nextUpdate() async -> GoalStateUpdate?

  /// Waits until there is something to send to the agent: an update, or answers to what it asked. What was found is in an
  /// update before its answer.
  ///
  /// - Returns: nil as `nextUpdate` does.
  func nextOutput() async -> AgentOutput?

  /// The agent asks for a neighbor; the answer is one of `nextOutput`'s.
  func asked(_ ask: NeighborAsk) async

  /// Nobody on the agent's host has sent to these neighbors for long: they may go.
  func idle(_ neighbors: [NeighborID]) async

  /// What the agent answers to a question of `nextOutput`'s, or to none: an agent may say anything.
  func received(_ answer: HeldAnswer) async
  /// What an update would change that was sent as a dry run.
  func dryRun(_ number: UInt64, is result: DryRunResult) async

  /// The agent's newest report, which replaces the one before.
  func received(_ report: GoalStateReport) async

  /// The agent had nothing to say but is alive.
  func heartbeat() async

  /// The session is over; called exactly once, and no other call follows. `nextUpdate` may still be waiting, and must
  /// return.
  func closed() async
}

/// What a controller sends to an agent.
public enum AgentOutput: Sendable, Hashable {
  /// Goal state.
  case update(GoalStateUpdate)
  /// Goal state that is encoded already.
  case prepared(PreparedUpdate)
  /// What the agent asked.
  case answers([NeighborAnswer])
  /// What the agent is asked. Only an agent whose hello said so answers; another ends the session.
  case questions([HeldQuestion])
  /// An update that is not to be taken in: the agent answers what it would change, under this number, which is not 0.
  case dryRun(GoalStateUpdate, number: UInt64)
  /// The removals that the host holds back are intended.
  case releaseRemovals
}

extension AgentSession {
  /// Updates only.
  public func nextOutput() async -> AgentOutput? { await nextUpdate().map { .update($0) } }
  /// Nothing is answered.
  public func asked(_ ask: NeighborAsk) async {}
  /// Nothing was asked.
  public func received(_ answer: HeldAnswer) async {}
  /// It is of no use.
  public func dryRun(_ number: UInt64, is result: DryRunResult) async {}
  /// They stay.
  public func idle(_ neighbors: [NeighborID]) async {}

  /// Not known from the start.
  public var epoch: String { "" }
}
