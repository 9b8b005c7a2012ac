import GoalState
import HostNetwork
import NetworkTypes
import Southbound
import SwitchEngine

/// The agent, as an Alcor controller's goal states come to it.
struct AlcorLink: AlcorHost, AlcorQuestionSource {
  let agent: Agent
  let neighbors: any NeighborQuestions

  func heldGoalState() async -> HostGoalState { await agent.wantedGoal }

  func heldRemovals() async -> Set<ResourceKey> { await agent.removals.check.hold?.keys ?? [] }

  func received(_ update: GoalStateUpdate) async { await agent.received(update) }

  func nextReport() async -> GoalStateReport? { await agent.reports.next() }

  /// All addresses of the host's interfaces; its end of the tunnels at least.
  func addresses() async -> Set<IPAddress> {
    var addresses = Set<IPAddress>()
    if let address = await agent.underlay?.address { addresses.insert(.v4(address)) }
    if let network = try? HostNetwork(), let found = try? network.addresses() {
      addresses.formUnion(found.map(\.address))
    }
    return addresses
  }

  func isSwitchEmpty() async -> Bool? {
    let state = await agent.switchState
    guard state.features != nil else { return nil }
    return state.flowsInstalled.map { $0 == 0 }
  }

  func nextQuestion() async -> AgentQuestion? { await neighbors.nextQuestion() }

  func answered(_ answer: NeighborAnswer) async { await neighbors.answered(answer) }

  /// A guest of the neighbor's network or, where a router has sent the packet there, of one that the router joins with it.
  func asker(of ask: NeighborAsk) async -> AlcorAsker? {
    let version: IPVersion? = if case .address(let address) = ask.target { address.version } else { nil }
    return await agent.asker(in: ask.networkID, version: version)
  }
}

extension Agent {
  /// An address of a guest, of this version if one is given.
  func asker(in network: NetworkID, version: IPVersion?) -> AlcorAsker? {
    for id in [network] + goal.networks(joinedWith: network).sorted() {
      guard let vni = goal.networks[id]?.vni else { continue }
      for port in goal.members(of: id).ports.sorted() {
        let addresses = goal.ports[port]?.fixedIPs.map(\.address) ?? []
        if let address = addresses.first(where: { version == nil || $0.version == version }) {
          return AlcorAsker(vni: vni, address: address)
        }
      }
    }
    return nil
  }
}
