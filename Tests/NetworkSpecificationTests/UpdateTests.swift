import Pipeline
import Testing

@testable import CloudTestSupport

@Suite("While something changes, nothing is delivered that is allowed neither before nor after")
struct UpdateTests {
  static let seeds: [UInt64] = Run.seed.map { [$0] } ?? Array(1...UInt64(Run.cases ?? 40))

  @Test("one thing: whatever the order in which units come into force", arguments: seeds)
  func units(seed: UInt64) {
    check(seed: seed, .units, changes: Run.changes ?? 1)
  }

  @Test("several things: whatever the order in which hosts put them in force", arguments: seeds)
  func hosts(seed: UInt64) {
    check(seed: seed &+ 20_000, .hosts, changes: Run.changes ?? 3)
  }

  private func check(seed: UInt64, _ pace: Comparison.Pace, changes: Int) {
    var comparison = Comparison(seed: seed, features: Run.features)
    for _ in 0..<15 { _ = comparison.sendFrame() }
    for _ in 0..<6 {
      if let difference = comparison.changeInSlices(pace, changes: changes, probing: pace == .units ? 4 : 10) {
        Issue.record("\(difference)")
        return
      }
      for _ in 0..<3 { _ = comparison.sendFrame() }
    }
  }
}
