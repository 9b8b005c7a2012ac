import GoalState
import OpenFlow

/// What guests have sent to destinations that this host does not know: one question for each destination, and the packets that
/// wait for the answer. A pure state machine; everything that it holds is bounded, for each port and in total.
///
/// ```
///  packet ──▶ asked ──found──▶ found ──flows in force──▶ released, and settled for a while
///               │ ╰──not found, or no answer in time──▶ given up, and remembered for a while
///               ╰── more packets wait with the first
/// ```
/// Times are offsets from any fixed instant.
struct NeighborAsks: Sendable {
  /// What is asked for.
  struct Key: Hashable, Sendable {
    var networkID: NetworkID
    var target: NeighborAsk.Target
  }

  /// A packet that waits.
  struct Waiting: Hashable, Sendable {
    var packet: PuntedPacket
    /// What the sender is told when there is no such neighbor; nil for nothing.
    var refusal: ErrorAnswer?
  }

  /// How much is asked and kept.
  struct Limits: Hashable, Sendable {
    /// New questions of one port a second, and at once.
    var asksPerSecond = 50.0
    var asksAtOnce = 100.0
    /// Questions of one port that wait for their answers, and those of all.
    var openPerPort = 128
    var open = 4096
    /// Packets that wait with one question, and the bytes that those of one port, and of all, may have.
    var packetsPerAsk = 4
    var bytesPerPort = 256 * 1024
    var bytes = 8 * 1024 * 1024
    /// How long an answer may take until its packets are given up, with the flows that it leads to.
    var patience = Duration.seconds(3)
    /// How long is remembered that there was no answer.
    var unansweredMemory = Duration.seconds(1)
    /// The longest that is remembered that there is no such neighbor, whatever the answer says.
    var longestMemory = Duration.seconds(300)
    /// How many destinations are remembered.
    var remembered = 16_384
    /// After a neighbor's flows have come into force, packets that were under way to the agent are released at once: so many,
    /// for so long. More means that the flows do not take them, and they would go round.
    var lateReleases = 8
    var settledMemory = Duration.seconds(1)
  }

  /// What to do about a packet.
  enum Decision: Hashable, Sendable {
    /// It waits, and this is to be asked.
    case ask(NeighborAsk)
    /// It waits for an answer that is under way.
    case wait
    /// It goes on at once.
    case release
    /// There is no such neighbor.
    case unknown
    /// It is dropped, for this reason.
    case drop(Excess)
  }

  /// Why a packet is dropped.
  enum Excess: String, CaseIterable, Hashable, Sendable {
    /// Its port asks too often.
    case rate
    /// Too many questions wait.
    case questions
    /// Too many packets wait for that answer, or too many bytes.
    case packets
    /// The flows that it was released to handed it over again.
    case round
  }

  /// What an answer means.
  enum Outcome: Hashable, Sendable {
    /// The neighbor is known: its packets wait for its flows.
    case found
    /// There is none: these are given up.
    case givenUp([Waiting])
    /// The question was given up already.
    case late
  }

  private struct Ask: Sendable {
    var key: Key
    var port: OFPort
    var deadline: Duration
    var isFound = false
    var waiting: [Waiting]
  }

  private enum Memory: Sendable {
    case unknown(until: Duration)
    case settled(until: Duration, releases: Int)

    var until: Duration {
      switch self {
      case .unknown(let until), .settled(let until, _): until
      }
    }
  }

  private struct PortUse: Sendable {
    var bucket: TokenBucket
    var open = 0
    var bytes = 0
  }

  private let limits: Limits
  private var asks: [UInt64: Ask] = [:]
  private var numbers: [Key: UInt64] = [:]
  private var memories: [Key: Memory] = [:]
  private var ports: [OFPort: PortUse] = [:]
  private var lastNumber: UInt64 = 0
  /// No question below it is open.
  private var oldestNumber: UInt64 = 1
  /// The bytes of all packets that wait.
  private(set) var bytes = 0

  init(limits: Limits = Limits()) { self.limits = limits }

  /// Questions that wait for an answer, or for flows.
  var openCount: Int { asks.count }
  /// Destinations that are remembered.
  var rememberedCount: Int { memories.count }

  // MARK: Events

  /// A guest sent a packet to a destination that is not known.
  mutating func wanted(_ key: Key, _ waiting: Waiting, now: Duration) -> Decision {
    if let number = numbers[key] { return keep(waiting, with: number) ? .wait : .drop(.packets) }
    if let decision = remembered(key, now) { return decision }
    let port = waiting.packet.port
    var use =
      ports[port]
      ?? PortUse(
        bucket: TokenBucket(rate: limits.asksPerSecond, burst: limits.asksAtOnce, now: now))
    defer { ports[port] = use }
    guard use.open < limits.openPerPort, asks.count < limits.open else { return .drop(.questions) }
    let size = waiting.packet.frame.count
    guard use.bytes + size <= limits.bytesPerPort, bytes + size <= limits.bytes else { return .drop(.packets) }
    guard use.bucket.take(now: now) else { return .drop(.rate) }
    use.open += 1
    use.bytes += size
    bytes += size
    lastNumber += 1
    asks[lastNumber] = Ask(key: key, port: port, deadline: now + limits.patience, waiting: [waiting])
    numbers[key] = lastNumber
    return .ask(NeighborAsk(number: lastNumber, networkID: key.networkID, target: key.target))
  }

  /// The answer to a question came.
  mutating func answered(_ answer: NeighborAnswer, now: Duration) -> Outcome {
    guard asks[answer.number] != nil else { return .late }
    guard !answer.isFound else {
      asks[answer.number]?.isFound = true
      return .found
    }
    let memory = min(limits.longestMemory, .seconds(Int64(answer.rememberSeconds)))
    return .givenUp(giveUp(answer.number, remembering: memory, now: now))
  }

  /// The flows of what was found are in force: returns the packets that go on now, and how long the first has waited; nil when
  /// it has been given up.
  mutating func inForce(_ number: UInt64, now: Duration) -> (packets: [PuntedPacket], waited: Duration)? {
    guard let ask = close(number) else { return nil }
    remember(ask.key, .settled(until: now + limits.settledMemory, releases: limits.lateReleases))
    return (ask.waiting.map(\.packet), now - ask.deadline + limits.patience)
  }

  /// Neighbors have been forgotten: what is sent to them now is asked for, however lately they were found.
  mutating func forgetFound() {
    memories = memories.filter { _, memory in
      if case .settled = memory { false } else { true }
    }
  }

  /// Time went by: returns the packets that nobody answered for in time.
  mutating func expire(now: Duration) -> [Waiting] {
    var expired: [Waiting] = []
    // Questions are as old as their numbers are low.
    while oldestNumber <= lastNumber {
      if let ask = asks[oldestNumber] {
        guard ask.deadline <= now else { break }
        expired += giveUp(oldestNumber, remembering: limits.unansweredMemory, now: now)
      }
      oldestNumber += 1
    }
    for (port, use) in ports where use.open == 0 {
      var use = use
      if use.bucket.isFull(now: now) { ports[port] = nil }
    }
    if memories.count > limits.remembered / 2 { memories = memories.filter { $0.value.until > now } }
    return expired
  }

  /// The questions that a controller that has been asked nothing is to be asked, in their order.
  var unanswered: [NeighborAsk] {
    asks.filter { !$0.value.isFound }.sorted { $0.key < $1.key }.map { number, ask in
      NeighborAsk(number: number, networkID: ask.key.networkID, target: ask.key.target)
    }
  }

  // MARK: Books

  private mutating func remembered(_ key: Key, _ now: Duration) -> Decision? {
    guard let memory = memories[key] else { return nil }
    guard memory.until > now else {
      memories[key] = nil
      return nil
    }
    switch memory {
    case .unknown: return .unknown
    case .settled(let until, let releases):
      guard releases > 0 else { return .drop(.round) }
      memories[key] = .settled(until: until, releases: releases - 1)
      return .release
    }
  }

  private mutating func keep(_ waiting: Waiting, with number: UInt64) -> Bool {
    let size = waiting.packet.frame.count
    guard let ask = asks[number], ask.waiting.count < limits.packetsPerAsk, bytes + size <= limits.bytes else {
      return false
    }
    // Whoever asked pays for what waits: others' packets for the same destination are few.
    guard (ports[ask.port]?.bytes ?? 0) + size <= limits.bytesPerPort else { return false }
    asks[number]?.waiting.append(waiting)
    ports[ask.port]?.bytes += size
    bytes += size
    return true
  }

  private mutating func giveUp(_ number: UInt64, remembering memory: Duration, now: Duration) -> [Waiting] {
    guard let ask = close(number) else { return [] }
    if memory > .zero { remember(ask.key, .unknown(until: now + memory)) }
    return ask.waiting
  }

  private mutating func close(_ number: UInt64) -> Ask? {
    guard let ask = asks.removeValue(forKey: number) else { return nil }
    numbers[ask.key] = nil
    let size = ask.waiting.reduce(0) { $0 + $1.packet.frame.count }
    bytes -= size
    ports[ask.port]?.bytes -= size
    ports[ask.port]?.open -= 1
    return ask
  }

  /// What does not fit is not remembered: it is asked again, as often as its port may.
  private mutating func remember(_ key: Key, _ memory: Memory) {
    guard memories.count < limits.remembered else { return }
    memories[key] = memory
  }
}
