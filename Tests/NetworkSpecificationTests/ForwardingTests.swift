import Glibc
import OpenFlow
import Pipeline
import Testing

@testable import CloudTestSupport

@Suite("What guests receive is what the specification says")
struct ForwardingTests {
  /// Where the random clouds come from; SPEC_SEED says a single one.
  static let seeds: [UInt64] = Run.seed.map { [$0] } ?? Array(1...UInt64(Run.cases ?? 80))

  @Test("in random clouds, for random frames, before and after random changes", arguments: seeds)
  func equal(seed: UInt64) {
    var comparison = Comparison(seed: seed, features: Run.features)
    for round in 0..<4 {
      if round > 0, let difference = comparison.change() {
        Issue.record("\(difference)")
        return
      }
      for _ in 0..<12 {
        guard let difference = comparison.sendFrame() else { continue }
        Issue.record("\(difference)")
        return
      }
    }
    #expect(comparison.tally.frames > 10)
  }

  @Test("the random frames are delivered, and dropped for every reason that a guest can meet")
  func coverage() {
    var deliveries = 0
    var reasons: Set<DropReason> = []
    for seed: UInt64 in 1...30 {
      var comparison = Comparison(seed: seed, features: .all)
      for _ in 0..<40 { _ = comparison.sendFrame() }
      deliveries += comparison.tally.deliveries
      reasons.formUnion(comparison.tally.drops.keys)
    }
    #expect(deliveries > 100)
    let met: Set<DropReason> = [
      .unknownSource, .spoofedSource, .unknownDestination, .ownAddress, .guestServer, .nobodyServes, .securityGroup,
      .invalidConnection, .noRoute, .unknownNextHop, .timeToLive, .routerAddress, .notForwardable,
    ]
    #expect(met.subtracting(reasons).isEmpty)
  }

  @Test("most flows that frames meet are missed when a host loses them")
  func sensitive() {
    var (lost, noticed) = (0, 0)
    for seed: UInt64 in 1...12 {
      var whole = Comparison(seed: seed, features: .all)
      for _ in 0..<20 { _ = whole.sendFrame() }
      var random = SeededGenerator(seed: seed)
      for _ in 0..<3 {
        guard let visit = random.pick(whole.visits) else { continue }
        // Behind a flow that drops there is a table's end that drops as well.
        let tables = whole.fabric.hosts[visit.host].tables
        guard let key = random.pick(visit.matched.filter { tables.drop($0) == nil }) else { continue }
        var comparison = Comparison(seed: seed, features: .all)
        comparison.lose(key, on: visit.host)
        lost += 1
        if (0..<20).contains(where: { _ in comparison.sendFrame() != nil }) { noticed += 1 }
      }
    }
    #expect(lost > 20)
    #expect(noticed * 10 > lost * 6, "\(noticed) of \(lost)")
  }
}

/// How much is run, and of what.
enum Run {
  static let seed = number("SPEC_SEED")
  /// How many things change at once.
  static let changes = number("SPEC_CHANGES").map(Int.init(clamping:))
  static let cases = number("SPEC_CASES").map(Int.init(clamping:))
  /// SPEC_FEATURES has fewer features, so that what is left to look through is simpler.
  static let features = number("SPEC_FEATURES").map { CloudFeatures(rawValue: Int(clamping: $0)) } ?? .all

  static func number(_ name: String) -> UInt64? {
    getenv(name).flatMap { UInt64(String(cString: $0)) }
  }
}
