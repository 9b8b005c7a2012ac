import GoalState
import NetworkTypes
import Southbound
import Testing

@testable import ControllerCore

@Suite("What an agent has been sent")
struct SentStateTests {
  private func resource(_ number: Int, revision: UInt64) -> EncodedResource {
    let id = "id-\(number / 100)\(number / 10 % 10)\(number % 10)"
    let group = SecurityGroup(id: SecurityGroupID(id), name: "", isStateful: true, rules: [])
    return EncodedResource(VersionedResource(.securityGroup(group), revision: revision))
  }

  @Test(
    "differs from a goal state in what changed, came and went, however it came to be",
    arguments: 1...20 as ClosedRange<UInt64>)
  func differences(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var truth: [ResourceKey: EncodedResource] = [:]
    var holdings: [ResourceKey: UInt64] = [:]
    var sent = SentState(revision: 0, [])
    for revision in 1...400 as ClosedRange<UInt64> {
      var touched: Set<ResourceKey> = []
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let made = resource(Int.random(in: 0..<300, using: &generator), revision: revision)
        touched.insert(made.key)
        truth[made.key] = Int.random(in: 0..<3, using: &generator) == 0 ? nil : made
      }
      let view = truth.values.sorted { $0.key < $1.key }
      let whole = SentState.difference(from: holdings, to: view)
      let outcome = Inventory.Outcome(
        revision: revision, resources: touched.sorted().map { (key: $0, resource: truth[$0]) })
      let difference =
        Bool.random(using: &generator) ? sent.difference(to: view) : sent.difference(to: outcome)
      #expect(difference.upserts == whole.upserts, "seed \(seed), revision \(revision)")
      #expect(difference.removals == whole.removals, "seed \(seed), revision \(revision)")
      sent.note(difference, revision: revision)
      holdings = truth.mapValues(\.resource.revision)
      #expect(sent.revision == revision)
      #expect(Bool(sent.difference(to: outcome).isEmpty))
    }
    #expect(sent.difference(to: truth.values.sorted { $0.key < $1.key }).isEmpty)
  }
}
