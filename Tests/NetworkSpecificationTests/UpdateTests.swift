import Pipeline
import Testing

@Suite("While something changes, nothing is delivered that is allowed neither before nor after")
struct UpdateTests {
  static let seeds: [UInt64] = Run.seed.map { [$0] } ?? Array(1...UInt64(Run.cases ?? 60))

  @Test("whatever the order in which units come into force", arguments: seeds)
  func slices(seed: UInt64) {
    var comparison = Comparison(seed: seed &+ 10_000, features: Run.features)
    for _ in 0..<15 { _ = comparison.sendFrame() }
    for _ in 0..<6 {
      if let difference = comparison.changeInSlices(probing: 4) {
        Issue.record("\(difference)")
        return
      }
      for _ in 0..<3 { _ = comparison.sendFrame() }
    }
  }
}
