import Daemon
import Foundation
import GoalState
import Logging
import NetworkTypes
import Southbound

/// The agent as the southbound stream sees it: what it says first, what it takes, and what it reports.
struct ControllerLink: GoalStateReceiver {
  let hostID: HostID
  let tunnelAddress: IPv4Address
  let identity: AgentIdentity
  let agent: Agent
  let neighbors: any NeighborQuestions
  let board: StatusBoard
  let logger: Logger

  func hello() async -> AgentHello {
    AgentHello(
      hostID: hostID, tunnelAddress: .v4(tunnelAddress), agentVersion: aliothVersion, held: await agent.heldVersion,
      identity: identity, asks: true, learned: await agent.punts.neighbors.sorted(), answersReads: true)
  }

  func receiving(_ part: GoalStatePart) async {
    await agent.receiving(part)
  }

  func received(_ update: GoalStateUpdate) async {
    await agent.received(update)
  }

  func receivedWhole(_ update: GoalStateUpdate) async -> Bool {
    await agent.receivedWhole(update)
  }

  func rehearsal(of update: GoalStateUpdate) async -> Rehearsal {
    await agent.rehearsal(of: update)
  }

  func releaseRemovals() async {
    _ = await agent.releaseRemovals("the controller says so")
  }

  func connectionChanged(_ state: ControllerConnectionState) async {
    switch state {
    case .connecting:
      await board.controller(StatusBoard.ControllerLink(state: "connecting", error: await board.controller.error))
    case .connected(let since):
      logger.info("session with the controller")
      await board.controller(StatusBoard.ControllerLink(state: "connected", since: since))
    case .disconnected(let reason, _):
      await neighbors.endSession()
      await agent.stopReceiving()
      await board.controller(StatusBoard.ControllerLink(state: "disconnected", error: reason))
    }
  }

  func nextReport() async -> GoalStateReport? {
    await agent.reports.next()
  }

  func resetReports() async {
    // A session that was ended for another one has not said that it is over.
    await agent.stopReceiving()
    agent.reports.reset()
    await neighbors.beginSession()
  }

  func nextQuestion() async -> AgentQuestion? {
    await neighbors.nextQuestion()
  }

  func answered(_ answer: NeighborAnswer) async {
    await neighbors.answered(answer)
  }

  func held(_ query: HeldQuery) async -> HeldResources { await agent.held(query) }
}
