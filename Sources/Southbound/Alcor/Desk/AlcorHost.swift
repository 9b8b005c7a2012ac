import GoalState
import NetworkTypes

/// The agent, as those who take in an Alcor controller's goal states see it.
public protocol AlcorHost: Sendable {
  /// The goal state that the host holds already.
  func heldGoalState() async -> HostGoalState

  /// Takes an update in.
  func received(_ update: GoalStateUpdate) async

  /// What is to go and is held back, so that the host has it still.
  func heldRemovals() async -> Set<ResourceKey>

  /// Waits until there is a report that differs from the last one returned.
  ///
  /// - Returns: nil when the calling task was cancelled, upon which this must return, or when there will be no more.
  func nextReport() async -> GoalStateReport?

  /// The host's own addresses, by which messages name it.
  func addresses() async -> Set<IPAddress>

  /// Whether the switch has nothing of an earlier agent's; nil while that is not known.
  func isSwitchEmpty() async -> Bool?
}

extension AlcorHost {
  /// Nothing.
  public func heldRemovals() async -> Set<ResourceKey> { [] }
}

/// Who asks for neighbors, and takes the answers.
public protocol AlcorQuestionSource: Sendable {
  /// What to ask next; nil when the calling task was cancelled, or when there will be no more.
  func nextQuestion() async -> AgentQuestion?

  /// The answer to a question. The neighbor that was found has been received before.
  func answered(_ answer: NeighborAnswer) async

  /// The guest in whose name a question is put: Alcor looks neighbors up by the VNI and the address of the asker. Nil when the
  /// host has no guest that could ask.
  func asker(of ask: NeighborAsk) async -> AlcorAsker?
}

/// A guest that asks for a neighbor.
public struct AlcorAsker: Hashable, Sendable {
  /// Its network's.
  public var vni: VNI
  /// Its own.
  public var address: IPAddress

  /// Both parts.
  public init(vni: VNI, address: IPAddress) {
    self.vni = vni
    self.address = address
  }
}
