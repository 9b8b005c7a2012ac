import Glibc
import Pipeline
import Testing

@Suite("What guests receive is what the specification says")
struct ForwardingTests {
  /// Where the random clouds come from; SPEC_SEED says a single one.
  static let seeds: [UInt64] = Run.seed.map { [$0] } ?? Array(1...UInt64(Run.cases ?? 100))

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

  @Test("the random frames are delivered and dropped for every reason that there is")
  func coverage() {
    var deliveries = 0
    var reasons: Set<DropReason> = []
    for seed: UInt64 in 1...40 {
      var comparison = Comparison(seed: seed, features: Run.features)
      for _ in 0..<30 { _ = comparison.sendFrame() }
      deliveries += comparison.tally.deliveries
      reasons.formUnion(comparison.tally.drops.keys)
    }
    #expect(deliveries > 100)
    #expect(reasons.isSuperset(of: [.unknownDestination, .ownAddress, .guestServer, .nobodyServes]))
  }
}

/// How much is run, and of what.
enum Run {
  static let seed = number("SPEC_SEED")
  static let cases = number("SPEC_CASES").map(Int.init(clamping:))
  /// SPEC_FEATURES has fewer features, so that what is left to look through is simpler.
  static let features = number("SPEC_FEATURES").map { CloudFeatures(rawValue: Int(clamping: $0)) } ?? .all

  static func number(_ name: String) -> UInt64? {
    getenv(name).flatMap { UInt64(String(cString: $0)) }
  }
}
