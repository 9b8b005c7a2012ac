import GoalState
import Southbound

/// Questions for neighbors, for whoever can answer them: the session with the controller, or another way to one. What was found
/// has to be given to the agent as goal state before the question is answered.
protocol NeighborQuestions: Sendable {
  /// Somebody begins to answer who has been asked nothing: all open questions are new to them.
  func beginSession() async

  /// Nobody answers any more: what is asked waits for the next one, as long as its packets do.
  func endSession() async

  /// What to ask next; nil once the session is over.
  func nextQuestion() async -> AgentQuestion?

  /// An answer came.
  func answered(_ answer: NeighborAnswer) async
}
