import GoalState
import OpenFlow
import Pipeline
import Reconciler
import SwitchEngine

/// What the agent keeps for packets that are handed to it; the agent's own.
struct AgentPunts: Sendable {
  /// Questions whose neighbors were found, and wait to be compiled.
  var found: [UInt64] = []
  /// The same, with the engine's number for the change that has their flows.
  var handedOver: [(questions: [UInt64], change: UInt64)] = []
  /// The questions whose neighbors' flows have come into force, for one reader: no more than there are open questions.
  let released: AsyncStream<[UInt64]>
  let release: AsyncStream<[UInt64]>.Continuation
  /// The neighbors that are held of networks with neighbors on demand, and a number that grows with every change of them.
  var neighbors: Set<NeighborID> = []
  var neighborsNumber = 0
  /// Guests' ports by their OpenFlow port.
  var guests: [OFPort: PortID] = [:]

  init() { (released, release) = AsyncStream.makeStream() }
}

extension Agent {
  /// What on the switch is the agent's.
  static let ownership = Ownership(cookies: FlowCookie.ownership, meters: Punt.meters)

  /// What is to become of a packet that a flow handed over.
  func decide(_ packet: PuntedPacket) -> PuntDecision {
    guard let id = punts.guests[packet.port], let port = goal.ports[id] else { return .drop }
    return PuntDecision(packet, of: port, in: goal) { ports.mtu(of: $0) }
  }

  /// The neighbor that a question was for has been received: `releases` tells when its flows are in force.
  func found(_ question: UInt64) {
    punts.found.append(question)
    wake()
  }

  /// Everything that is known has been compiled: what was found is in it.
  ///
  /// - Parameter change: The engine's number for the last of it.
  func noteHandedOver(_ change: UInt64) {
    guard !punts.found.isEmpty else { return }
    punts.handedOver.append((punts.found, change))
    punts.found = []
  }

  /// Tells of what was found, as far as its flows have come into force.
  func releaseFound(inForce change: UInt64) {
    while let first = punts.handedOver.first, first.change <= change {
      punts.handedOver.removeFirst()
      punts.release.yield(first.questions)
    }
  }

  /// Keeps in mind which neighbors an update brought or took.
  func noteNeighbors(_ changes: HostGoalState.Changes) {
    // Most hosts have no such network, and many neighbors.
    guard !punts.neighbors.isEmpty || goal.networks.values.contains(where: \.neighborsOnDemand) else { return }
    for key in changes.resources where key.kind == .neighbor { noteNeighbor(NeighborID(key.id)) }
    goal.neighbors(in: changes.networks).forEach(noteNeighbor)
  }

  private func noteNeighbor(_ id: NeighborID) {
    let network = goal.neighbors[id].flatMap { goal.networks[$0.networkID] }
    if network?.neighborsOnDemand == true {
      if punts.neighbors.insert(id).inserted { punts.neighborsNumber += 1 }
    } else if punts.neighbors.remove(id) != nil {
      punts.neighborsNumber += 1
    }
  }

  /// Keeps in mind which guest has which port.
  func notePorts() {
    punts.guests = Dictionary(ports.guests.compactMap { id, guest in guest.port.map { ($0, id) } }) { min($0, $1) }
  }

  /// How many packets have gone to a neighbor since its flow was made; nil when the switch does not say.
  nonisolated func packets(to neighbor: NeighborID) async -> UInt64? {
    let cookie = FlowCookie(.neighbor(neighbor)).rawValue
    return try? await engine.counters(table: PipelineTable.forwarding.id, cookies: CookieFilter(cookie, mask: .max))
      .reduce(0) { $0 + $1.packets }
  }
}
