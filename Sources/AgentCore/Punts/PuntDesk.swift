import GoalState
import Logging
import OpenFlow
import OpenFlowNIO
import Pipeline
import Southbound
import SwitchEngine

/// Where the packets come that flows hand to the agent: senders are told what became of theirs, and neighbors that are not
/// known are asked for, while the packets wait.
///
/// The actor owns the questions, the packets that wait and the ports' rations; what is known of the host it asks the agent.
/// Packets come on a connection of their own, so that neither programming nor keepalives wait for them. What is done about one is
/// little, and is done where the agent runs, so that a packet that waits loses no time between threads.
actor PuntDesk: NeighborQuestions {
  /// What has happened since the start.
  struct Counters: Hashable, Sendable {
    var received: [Punt.Kind: Int] = [:]
    /// Packets that were not understood.
    var strays = 0
    /// Errors that guests were told.
    var errors = 0
    /// Errors that would have been too many for a port.
    var errorsLimited = 0
    var asked = 0
    var found = 0
    var notFound = 0
    var unanswered = 0
    /// Packets that went on once their neighbor was known.
    var released = 0
    var dropped: [NeighborAsks.Excess: Int] = [:]
    /// Neighbors that went after nobody had sent to them for long.
    var forgotten = 0
  }

  private let agent: Agent
  private let packets: SwitchPackets
  private let logger: Logger
  private let start = ContinuousClock.now
  private var asks: NeighborAsks
  private var learned: LearnedNeighbors
  /// A guest is told of ten packets a second, as Linux limits what it sends to one destination.
  private var errorRations = PortBuckets(rate: 10, burst: 50)
  private(set) var counters = Counters()
  /// How long the packets that asked have waited.
  private var waits = RecentDurations()
  private var neighborsNumber = 0
  private var questions: AsyncStream<AgentQuestion>?
  /// Nil while there is no session.
  private var question: AsyncStream<AgentQuestion>.Continuation?

  /// How many questions wait to be sent; of more, the oldest stay without an answer.
  private static let questionsToSend = 8192
  /// How often what is late is looked for.
  private static let tick = Duration.milliseconds(250)
  /// How many neighbors are looked at in one tick.
  private static let looksPerTick = 64

  init(
    agent: Agent, packets: SwitchPackets, idleTime: Duration, limits: NeighborAsks.Limits = NeighborAsks.Limits(),
    logger: Logger
  ) {
    self.agent = agent
    self.packets = packets
    self.logger = logger
    asks = NeighborAsks(limits: limits)
    learned = LearnedNeighbors(idleTime: idleTime)
  }

  private var now: Duration { ContinuousClock.now - start }

  /// The agent's.
  nonisolated var unownedExecutor: UnownedSerialExecutor { agent.unownedExecutor }

  /// Takes packets, until cancelled.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.packets.run() }
      group.addTask { await self.takeAll() }
      group.addTask { await self.releaseAll() }
      group.addTask { await self.keepTime() }
      await group.waitForAll()
    }
  }

  private func takeAll() async {
    for await packet in packets.packets { await take(packet) }
  }

  private func releaseAll() async {
    for await numbers in await agent.punts.released { await release(numbers) }
  }

  // MARK: Packets

  private func take(_ packetIn: PacketIn2) async {
    guard let packet = PuntedPacket(packetIn) else {
      counters.strays += 1
      return
    }
    counters.received[packet.kind, default: 0] += 1
    switch await agent.decide(packet) {
    case .tell(let answer): await tell(answer, of: packet)
    case .ask(let key, let refusal): await ask(key, NeighborAsks.Waiting(packet: packet, refusal: refusal))
    case .drop: break
    }
  }

  private func tell(_ answer: ErrorAnswer, of packet: PuntedPacket) async {
    guard let packetOut = answer.packetOut(for: packet) else { return }
    guard errorRations.take(packet.port, now: now) else {
      counters.errorsLimited += 1
      return
    }
    if await packets.send(packetOut) { counters.errors += 1 }
  }

  private func ask(_ key: NeighborAsks.Key, _ waiting: NeighborAsks.Waiting) async {
    guard learned.count < LearnedNeighbors.limit else {
      counters.dropped[.questions, default: 0] += 1
      return
    }
    switch asks.wanted(key, waiting, now: now) {
    case .ask(let ask):
      counters.asked += 1
      question?.yield(.ask(ask))
    case .wait: break
    case .release: await goOn(waiting.packet)
    case .unknown:
      if let refusal = waiting.refusal { await tell(refusal, of: waiting.packet) }
    case .drop(let excess): counters.dropped[excess, default: 0] += 1
    }
  }

  /// Through the tables from the start, as though it came from its port once more: what filters it then is what is in force
  /// then.
  private func goOn(_ packet: PuntedPacket) async {
    let packetOut = PacketOut(inPort: packet.port, actions: [.output(.table)], data: packet.frame)
    if await packets.send(packetOut) { counters.released += 1 }
  }

  private func release(_ numbers: [UInt64]) async {
    for number in numbers {
      guard let released = asks.inForce(number, now: now) else { continue }
      for packet in released.packets { await goOn(packet) }
      waits.note(released.waited)
    }
  }

  private func refuse(_ given: [NeighborAsks.Waiting]) async {
    for waiting in given {
      if let refusal = waiting.refusal { await tell(refusal, of: waiting.packet) }
    }
  }

  // MARK: The controller

  func beginSession() {
    question?.finish()
    let (stream, continuation) = AsyncStream.makeStream(
      of: AgentQuestion.self, bufferingPolicy: .bufferingNewest(PuntDesk.questionsToSend))
    (questions, question) = (stream, continuation)
    for ask in asks.unanswered { continuation.yield(.ask(ask)) }
  }

  func endSession() {
    question?.finish()
    question = nil
  }

  func nextQuestion() async -> AgentQuestion? {
    guard var iterator = questions?.makeAsyncIterator() else { return nil }
    return await iterator.next()
  }

  func answered(_ answer: NeighborAnswer) async {
    switch asks.answered(answer, now: now) {
    case .found:
      counters.found += 1
      await agent.found(answer.number)
    case .givenUp(let waiting):
      counters.notFound += 1
      await refuse(waiting)
    case .late: break
    }
  }

  // MARK: Time

  private func keepTime() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: PuntDesk.tick)
      let late = asks.expire(now: now)
      counters.unanswered += late.count
      await refuse(late)
      errorRations.forgetFull(now: now)
      await lookAtNeighbors()
    }
  }

  private func lookAtNeighbors() async {
    let number = await agent.punts.neighborsNumber
    if number != neighborsNumber {
      // What changes in between is followed the next time.
      neighborsNumber = number
      let idle = learned.follow(await agent.punts.neighbors, now: now)
      counters.forgotten += idle
      if idle > 0 { asks.forgetFound() }
    }
    for id in learned.due(now: now, limit: PuntDesk.looksPerTick) {
      guard let packets = await agent.packets(to: id) else { return }
      learned.looked(at: id, packets: packets, now: now)
    }
    guard question != nil else { return }
    let idle = learned.takeIdle()
    guard !idle.isEmpty else { return }
    question?.yield(.idle(idle))
    logger.debug("neighbors are idle", metadata: ["count": "\(idle.count)"])
  }

  // MARK: Status

  /// What the status shows.
  var statusCounters: [String: Int] {
    get async {
      let link = await packets.counters
      var result = [
        "punts_strays": counters.strays, "punts_overruns": link.dropped, "punts_refused": link.refused,
        "punts_unsent": link.unsent, "icmp_errors": counters.errors, "icmp_errors_limited": counters.errorsLimited,
        "neighbor_asks": counters.asked, "neighbor_asks_found": counters.found,
        "neighbor_asks_not_found": counters.notFound, "neighbor_asks_unanswered": counters.unanswered,
        "neighbor_asks_open": asks.openCount, "neighbor_packets_released": counters.released,
        "neighbors_on_demand": await agent.punts.neighbors.count, "neighbors_forgotten": counters.forgotten,
      ]
      for percent in [50, 99] {
        result["neighbor_wait_p\(percent)_us"] = waits.percentile(percent).map { Int($0 / Duration.microseconds(1)) }
      }
      for (kind, count) in counters.received { result["punts_\(kind.statusName)"] = count }
      for (excess, count) in counters.dropped { result["neighbor_packets_dropped_\(excess.rawValue)"] = count }
      return result
    }
  }
}

extension Punt.Kind {
  fileprivate var statusName: String {
    switch self {
    case .timeToLive: "time_to_live"
    case .noRoute: "no_route"
    case .unknownNextHop: "unknown_next_hop"
    case .unknownDestination: "unknown_destination"
    case .unknownAddress: "unknown_address"
    case .tooBig: "too_big"
    }
  }
}
