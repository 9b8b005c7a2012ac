import Testing

@testable import SwitchEngine

@Suite("Who has which zone of connection tracking")
struct ConntrackZonesTests {
  @Test("a zone that passes from one owner to the next is flushed after the first one's flows are gone")
  func handOver() {
    let zones = Book()
    #expect(zones.endTrust { _ in false } == [])
    zones.swept(with: 0)
    #expect(!zones.want(7, for: "a", since: 1), "what an earlier process tracked there is not known")
    #expect(zones.takeDue(inForce: 0) == [7])
    #expect(zones.flushed([7]) == ["a"])
    #expect(zones.want(7, for: "a", since: 2))

    #expect(!zones.want(7, for: "b", since: 3))
    #expect(!zones.hasWork)
    #expect(zones.want(nil, for: "a", since: 4))
    #expect(zones.takeDue(inForce: 3) == [], "the first one's flows are not confirmed gone")
    #expect(zones.takeDue(inForce: 4) == [7])
    #expect(!zones.want(7, for: "c", since: 5))
    #expect(zones.flushed([7]) == ["b"])
    #expect(zones.want(nil, for: "b", since: 6))
    #expect(zones.takeDue(inForce: 6) == [7])
    zones.flushFailed([7])
    #expect(zones.takeDue(inForce: 6) == [7], "asked again when it is not known what came of it")
    #expect(zones.flushed([7]) == ["c"])
  }

  @Test("a zone that was left is flushed although nobody waits, and is clean for who comes")
  func flushedAhead() {
    let zones = Book()
    _ = zones.endTrust { _ in false }
    zones.swept(with: 0)
    _ = zones.want(7, for: "a", since: 1)
    _ = zones.flushed(zones.takeDue(inForce: 1))
    _ = zones.want(nil, for: "a", since: 2)
    #expect(zones.takeDue(inForce: 2) == [7])
    #expect(zones.flushed([7]) == [])
    #expect(zones.want(7, for: "b", since: 3))
    #expect(!zones.hasWork)
  }

  @Test("owners whose flows an earlier process left keep their zones, and others wait until all that it left is gone")
  func restart() {
    let zones = Book()
    #expect(zones.want(1, for: "found", since: 1))
    #expect(zones.want(2, for: "lost", since: 2))
    #expect(zones.endTrust { $0 == "found" } == ["lost"])
    zones.swept(with: 5)
    #expect(zones.takeDue(inForce: 4) == [])
    #expect(zones.takeDue(inForce: 5) == [2])
    #expect(zones.flushed([2]) == ["lost"])
    #expect(zones.want(1, for: "found", since: 6))
  }

  @Test("whatever happens, nobody has a zone with what was tracked for another", arguments: 1...200)
  func never(seed: UInt64) {
    var random = SplitMix(seed: seed)
    var zones = ConntrackZones<Int>()
    _ = zones.endTrust { _ in false }
    zones.swept(with: 0)
    // What a switch would have: whose flows track in which zone until which change, and for whom it has tracked.
    var alive: [(owner: Int, zone: UInt16, until: UInt64?)] = []
    var tracked: [UInt16: Int] = [2: -1]
    var holds: [Int: UInt16] = [:]
    var wants: [Int: UInt16] = [:]
    var change: UInt64 = 0
    var inForce: UInt64 = 0
    var flushing: [UInt16] = []
    func grant(_ owner: Int) {
      guard let zone = wants[owner], holds[owner] != zone else { return }
      #expect(tracked[zone] == nil || tracked[zone] == owner, "seed \(seed): zone \(zone) for \(owner)")
      holds[owner] = zone
      alive.append((owner, zone, nil))
    }
    for _ in 0..<200 {
      switch Int.random(in: 0..<6, using: &random) {
      case 0, 1, 2:
        let owner = Int.random(in: 0..<4, using: &random)
        let zone = UInt16.random(in: 0...3, using: &random)
        change += 1
        let isReady = zones.want(zone == 0 ? nil : zone, for: owner, since: change)
        if holds[owner] != zone {
          for index in alive.indices where alive[index].owner == owner && alive[index].until == nil {
            alive[index].until = change
          }
          holds[owner] = nil
        }
        wants[owner] = zone == 0 ? nil : zone
        if isReady { grant(owner) }
      case 3: inForce = UInt64.random(in: inForce...change, using: &random)
      case 4:
        if flushing.isEmpty { flushing = zones.takeDue(inForce: inForce) }
      default:
        if Bool.random(using: &random) {
          for zone in flushing { tracked[zone] = nil }
          for owner in zones.flushed(flushing) { grant(owner) }
        } else {
          zones.flushFailed(flushing)
        }
        flushing = []
      }
      alive.removeAll { $0.until.map { $0 <= inForce } ?? false }
      for flow in alive { tracked[flow.zone] = flow.owner }
    }
  }
}

/// The same numbers for the same seed.
private struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

/// Zones that a test may ask in an expectation, which takes no changing of values.
private final class Book {
  private var zones = ConntrackZones<String>()

  var hasWork: Bool { zones.hasWork }
  func want(_ zone: UInt16?, for owner: String, since change: UInt64) -> Bool {
    zones.want(zone, for: owner, since: change)
  }
  func endTrust(_ isFound: (String) -> Bool) -> [String] { zones.endTrust(isFound) }
  func swept(with change: UInt64) { zones.swept(with: change) }
  func takeDue(inForce change: UInt64) -> [UInt16] { zones.takeDue(inForce: change) }
  func flushed(_ numbers: [UInt16]) -> [String] { zones.flushed(numbers) }
  func flushFailed(_ numbers: [UInt16]) { zones.flushFailed(numbers) }
}
