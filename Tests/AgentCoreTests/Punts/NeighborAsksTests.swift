import GoalState
import NetworkTypes
import OpenFlow
import Pipeline
import Testing

@testable import AgentCore

@Suite("Asking for neighbors")
struct NeighborAsksTests {
  @Test("the first packet to a destination asks, the next ones wait, and all go on once its flows are in force")
  func released() throws {
    var asks = NeighborAsks()
    let ask = try #require(asks.wanted(to(1), waiting(5, 1), now: .zero).ask)
    #expect(ask.networkID == networkID && ask.target == to(1).target)
    #expect(asks.wanted(to(1), waiting(5, 2), now: .zero) == .wait)
    #expect(asks.wanted(to(1), waiting(6, 3), now: .zero) == .wait)
    #expect(asks.answered(NeighborAnswer(number: ask.number, isFound: true), now: .zero) == .found)
    #expect(asks.wanted(to(1), waiting(5, 4), now: .zero) == .wait)
    let outcome = asks.inForce(ask.number, now: .milliseconds(3))
    let released = try #require(outcome)
    #expect(released.packets.map(\.frame.last) == [1, 2, 3, 4])
    #expect(released.waited == .milliseconds(3))
    #expect(asks.openCount == 0 && asks.bytes == 0)
    #expect(asks.inForce(ask.number, now: .zero)?.waited == nil)
  }

  @Test("a destination that nobody has is remembered for as long as the answer says, and asked for again after that")
  func unknown() throws {
    var asks = NeighborAsks()
    let ask = try #require(asks.wanted(to(1), waiting(5, 1), now: .zero).ask)
    let answer = NeighborAnswer(number: ask.number, isFound: false, rememberSeconds: 10)
    #expect(asks.answered(answer, now: .seconds(1)) == .givenUp([waiting(5, 1)]))
    #expect(asks.wanted(to(1), waiting(5, 2), now: .seconds(10.9)) == .unknown)
    #expect(asks.wanted(to(1), waiting(5, 3), now: .seconds(11)).ask?.number == ask.number + 1)
    #expect(asks.answered(answer, now: .seconds(12)) == .late)
  }

  @Test("no answer in time gives the packets up, also when the flows never come into force, and it is asked again soon")
  func expired() throws {
    var asks = NeighborAsks()
    let first = try #require(asks.wanted(to(1), waiting(5, 1), now: .zero).ask)
    _ = try #require(asks.wanted(to(2), waiting(5, 2), now: .seconds(1)).ask)
    #expect(asks.answered(NeighborAnswer(number: first.number, isFound: true), now: .seconds(1)) == .found)
    #expect(asks.expire(now: .seconds(2.9)) == [])
    #expect(asks.expire(now: .seconds(3)) == [waiting(5, 1)])
    #expect(asks.inForce(first.number, now: .seconds(3))?.waited == nil)
    #expect(asks.expire(now: .seconds(9)) == [waiting(5, 2)])
    #expect(asks.openCount == 0 && asks.bytes == 0)
    #expect(asks.wanted(to(1), waiting(5, 3), now: .seconds(3.5)) == .unknown)
    #expect(asks.wanted(to(1), waiting(5, 3), now: .seconds(4)).ask != nil)
  }

  @Test("packets that were under way when the flows came into force go on at once, but not round and round")
  func round() throws {
    var asks = NeighborAsks()
    let ask = try #require(asks.wanted(to(1), waiting(5, 1), now: .zero).ask)
    _ = asks.answered(NeighborAnswer(number: ask.number, isFound: true), now: .zero)
    #expect(asks.inForce(ask.number, now: .zero)?.packets.count == 1)
    for _ in 0..<8 { #expect(asks.wanted(to(1), waiting(5, 2), now: .seconds(0.5)) == .release) }
    #expect(asks.wanted(to(1), waiting(5, 2), now: .seconds(0.5)) == .drop(.round))
    #expect(asks.wanted(to(1), waiting(5, 2), now: .seconds(1)).ask != nil)
  }

  @Test("a new session is asked what has no answer yet, in order and with the same numbers")
  func session() throws {
    var asks = NeighborAsks()
    let numbers = try (1...5).map { try #require(asks.wanted(to($0), waiting(5, 1), now: .zero).ask).number }
    _ = asks.answered(NeighborAnswer(number: numbers[1], isFound: true), now: .zero)
    _ = asks.answered(NeighborAnswer(number: numbers[2], isFound: false), now: .zero)
    #expect(asks.unanswered.map(\.number) == [numbers[0], numbers[3], numbers[4]])
    #expect(asks.unanswered.map(\.target) == [to(1), to(4), to(5)].map(\.target))
  }

  @Test(
    "a guest that scans has a bounded number of questions, packets and bytes, and another port still has its answer")
  func scan() throws {
    let limits = NeighborAsks.Limits()
    var asks = NeighborAsks(limits: limits)
    var asked = 0
    for step in 0..<60_000 {
      let now = Duration.milliseconds(step)
      switch asks.wanted(to(step), waiting(5, 1, size: 1500), now: now) {
      case .ask: asked += 1
      case .drop: break
      case let other: Issue.record("\(other)")
      }
      #expect(asks.openCount <= limits.openPerPort)
      #expect(asks.bytes <= limits.bytesPerPort)
      if step.isMultiple(of: 250) { _ = asks.expire(now: now) }
      if step.isMultiple(of: 1000) {
        // Whoever behaves is answered all the same.
        let other = try #require(asks.wanted(to(-step - 1), waiting(6, 2), now: now).ask)
        #expect(asks.answered(NeighborAnswer(number: other.number, isFound: true), now: now) == .found)
        #expect(asks.inForce(other.number, now: now)?.packets.map(\.port) == [OFPort(6)])
      }
    }
    // A minute's worth.
    #expect(asked <= Int(limits.asksAtOnce + 60 * limits.asksPerSecond) + 1)
    #expect(asked > 1000)
    #expect(asks.rememberedCount <= limits.remembered)
    _ = asks.expire(now: .seconds(100))
    #expect(asks.openCount == 0 && asks.bytes == 0)
  }

  @Test("what many scanning ports have open and remembered together is bounded")
  func manyScans() {
    let limits = NeighborAsks.Limits()
    var asks = NeighborAsks(limits: limits)
    for step in 0..<100_000 {
      let now = Duration.milliseconds(step)
      let port = UInt32(1 + step % 200)
      if case .ask(let ask) = asks.wanted(to(step), waiting(port, 1, size: 9000), now: now), step.isMultiple(of: 3) {
        _ = asks.answered(NeighborAnswer(number: ask.number, isFound: false, rememberSeconds: 3600), now: now)
      }
      #expect(asks.openCount <= limits.open && asks.bytes <= limits.bytes)
      #expect(asks.rememberedCount <= limits.remembered)
      if step.isMultiple(of: 250) { _ = asks.expire(now: now) }
    }
  }

  @Test("a neighbor that was forgotten is asked for again, however lately it was found")
  func foundAndForgotten() throws {
    var asks = NeighborAsks()
    let ask = try #require(asks.wanted(to(1), waiting(5, 1), now: .zero).ask)
    #expect(asks.answered(NeighborAnswer(number: ask.number, isFound: true), now: .zero) == .found)
    _ = asks.inForce(ask.number, now: .zero)
    #expect(asks.wanted(to(1), waiting(5, 2), now: .zero) == .release)
    asks.forgetFound()
    #expect(asks.wanted(to(1), waiting(5, 3), now: .zero).ask != nil)
  }

  @Test("few packets wait for one destination, whoever sends them")
  func queue() throws {
    var asks = NeighborAsks()
    _ = try #require(asks.wanted(to(1), waiting(5, 1), now: .zero).ask)
    for port: UInt32 in 6...8 { #expect(asks.wanted(to(1), waiting(port, 1), now: .zero) == .wait) }
    #expect(asks.wanted(to(1), waiting(9, 1), now: .zero) == .drop(.packets))
  }

  private let networkID = NetworkID("net")

  private func to(_ number: Int) -> NeighborAsks.Key {
    let address = IPv4Address(rawValue: 0x0a00_0000 &+ UInt32(truncatingIfNeeded: number))
    return NeighborAsks.Key(networkID: networkID, target: .address(.v4(address)))
  }
}

@Suite("Rations of ports")
struct TokenBucketTests {
  @Test("a bucket gives what it saved at once, and then as much as its rate")
  func bucket() {
    var bucket = TokenBucket(rate: 10, burst: 3, now: .zero)
    #expect((0..<5).map { _ in bucket.take(now: .zero) } == [true, true, true, false, false])
    #expect(bucket.take(now: .milliseconds(99)) == false)
    #expect(bucket.take(now: .milliseconds(101)) == true)
    #expect(bucket.isFull(now: .milliseconds(300)) == false)
    #expect(bucket.isFull(now: .seconds(5)) == true)
    #expect((0..<5).map { _ in bucket.take(now: .seconds(5)) } == [true, true, true, false, false])
  }

  @Test("a port's bucket is its own, and is forgotten once it is full again")
  func ports() {
    var buckets = PortBuckets(rate: 1, burst: 1)
    #expect(buckets.take(OFPort(5), now: .zero) == true)
    #expect(buckets.take(OFPort(5), now: .zero) == false)
    #expect(buckets.take(OFPort(6), now: .milliseconds(500)) == true)
    buckets.forgetFull(now: .seconds(1))
    #expect(buckets.count == 1)
    buckets.forgetFull(now: .seconds(2))
    #expect(buckets.count == 0)
  }
}

@Suite("Neighbors on demand")
struct LearnedNeighborsTests {
  private let ids = (0..<3).map { NeighborID("n\($0)") }

  @Test("a neighbor that is used stays; one that nobody sends to is idle after the idle time, at every look")
  func idle() {
    var learned = LearnedNeighbors(idleTime: .seconds(300))
    let gone = learned.follow(Set(ids), now: .zero)
    #expect(gone == 0)
    #expect(learned.due(now: .seconds(99), limit: 10).isEmpty)
    var packets: UInt64 = 0
    for time in stride(from: 100, through: 1000, by: 100) {
      packets += 1
      for id in learned.due(now: .seconds(Int64(time)), limit: 10) {
        learned.looked(at: id, packets: id == ids[0] ? packets : id == ids[1] ? 7 : 0, now: .seconds(Int64(time)))
      }
      let idle = learned.takeIdle()
      switch time {
      case ..<300: #expect(idle.isEmpty)
      case 300: #expect(idle == [ids[2]])
      case 400...: #expect(idle == [ids[1], ids[2]])
      default: break
      }
      let again = learned.takeIdle()
      #expect(again.isEmpty)
    }
    // Those that go are told apart by whether they were idle.
    let idleAndGone = learned.follow([ids[1]], now: .seconds(1001))
    #expect(idleAndGone == 1)
    learned.looked(at: ids[1], packets: 8, now: .seconds(1100))
    let usedAndGone = learned.follow([], now: .seconds(1101))
    #expect(usedAndGone == 0)
  }

  @Test("a flow that was made anew does not count as used before a packet came")
  func reset() {
    var learned = LearnedNeighbors(idleTime: .seconds(30))
    _ = learned.follow([ids[0]], now: .zero)
    learned.looked(at: ids[0], packets: 100, now: .seconds(10))
    learned.looked(at: ids[0], packets: 0, now: .seconds(20))
    learned.looked(at: ids[0], packets: 0, now: .seconds(40))
    let idle = learned.takeIdle()
    #expect(idle == [ids[0]])
    learned.looked(at: ids[0], packets: 1, now: .seconds(50))
    let used = learned.takeIdle()
    #expect(used.isEmpty)
  }

  @Test("few are looked at in one go, those that wait for longest first; what is held no more is not looked at")
  func turns() {
    var learned = LearnedNeighbors(idleTime: .seconds(30))
    _ = learned.follow(Set(ids), now: .zero)
    #expect(learned.due(now: .seconds(10), limit: 2) == [ids[0], ids[1]])
    learned.looked(at: ids[0], packets: 0, now: .seconds(10))
    learned.looked(at: ids[1], packets: 0, now: .seconds(11))
    #expect(learned.due(now: .seconds(30), limit: 2) == [ids[2], ids[0]])
    _ = learned.follow([ids[1]], now: .seconds(30))
    #expect(learned.count == 1)
  }
}

@Suite("Recent durations")
struct RecentDurationsTests {
  @Test("percentiles are of the last thousand, by rank")
  func percentiles() {
    var durations = RecentDurations()
    #expect(durations.percentile(50) == nil)
    for number in 1...100 { durations.note(.milliseconds(number)) }
    #expect(durations.percentile(50) == .milliseconds(50) && durations.percentile(99) == .milliseconds(99))
    for _ in 0..<1024 { durations.note(.seconds(7)) }
    #expect(durations.percentile(1) == .seconds(7))
  }
}

extension NeighborAsks.Decision {
  fileprivate var ask: NeighborAsk? {
    if case .ask(let ask) = self { ask } else { nil }
  }
}

/// A packet of a guest's that waits; `tag` tells it from others.
private func waiting(_ port: UInt32, _ tag: UInt8, size: Int = 60) -> NeighborAsks.Waiting {
  let packetIn = puntedPacket(
    .unknownDestination, port: port, network: 100, frame: Array(repeating: 0, count: size - 1) + [tag])
  guard let packet = PuntedPacket(packetIn) else { fatalError("a packet of a guest's") }
  return NeighborAsks.Waiting(packet: packet, refusal: nil)
}

/// A packet as Open vSwitch hands it over.
func puntedPacket(
  _ kind: Punt.Kind, port: UInt32, network: UInt32, nextHop: [UInt32] = [], frame: [UInt8]
) -> PacketIn2 {
  var fields: [MatchField] = [.inPort(OFPort(port)), .reg(1, network), .reg(2, port)]
  for (index, word) in nextHop.enumerated() where word != 0 { fields.append(.reg(8 + index, word)) }
  var packet = PacketIn2(packet: frame, metadata: Match(fields))
  packet.userdata = [kind.rawValue, 1]
  return packet
}
