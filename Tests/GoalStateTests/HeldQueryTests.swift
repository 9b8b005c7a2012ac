import NetworkTypes
import Testing

@testable import GoalState

@Suite("What a host holds, as it is asked for")
struct HeldQueryTests {
  private func goal(neighbors: Int) -> HostGoalState {
    var goal = HostGoalState()
    var upserts = [VersionedResource(network("n", 1), revision: 1)]
    for number in 0..<neighbors {
      // In no order.
      let id = "r\(1000 + number * 7919 % neighbors)"
      upserts.append(VersionedResource(neighbor(id, "n", host: IPv4Address(192, 0, 2, 2)), revision: 2))
    }
    _ = goal.apply(GoalStateUpdate(scope: .snapshot, version: .init(epoch: "e", revision: 2), upserts: upserts))
    return goal
  }

  @Test("pages go through all resources once, in order, whatever their size", arguments: [1, 2, 7, 100, 500])
  func pages(size: Int) {
    let goal = goal(neighbors: 300)
    var keys: [ResourceKey] = []
    var after: ResourceKey?
    var pages = 0
    while true {
      let page = goal.keys(HeldQuery(.all(nil, after: after), limit: size))
      #expect(page.keys.count <= size)
      keys += page.keys
      pages += 1
      guard page.isCut, pages < 1000 else { break }
      after = page.keys.last
    }
    #expect(keys == goal.resources.map(\.key).sorted())
    #expect(goal.keys(HeldQuery(.all(.port, after: nil))).keys.isEmpty)
    #expect(goal.keys(HeldQuery(.all(.network, after: nil))).keys == [.network(NetworkID("n"))])
  }

  @Test("named resources are answered for in the order of the question, once each")
  func named() {
    let goal = goal(neighbors: 3)
    let asked: [ResourceKey] = [.port(PortID("p")), .neighbor(NeighborID("r1000")), .port(PortID("p"))]
    let (keys, isCut) = goal.keys(HeldQuery(.keys(asked)))
    #expect(keys == Array(asked.prefix(2)))
    #expect(!isCut)
    #expect(goal.resource(asked[0]) == nil)
    #expect(goal.resource(asked[1])?.revision == 2)
    #expect(goal.keys(HeldQuery(.keys(asked), limit: 1)).isCut)
  }

  @Test("what was refused and is not held is told of, too")
  func refused() {
    var goal = goal(neighbors: 1)
    let key = ResourceKey.port(PortID("bad"))
    let failure = ResourceFailure(key: key, revision: 3, code: .invalid, message: "no MAC address")
    _ = goal.apply(
      GoalStateUpdate(scope: .delta(from: 2), version: .init(epoch: "e", revision: 3), refused: [failure]))
    #expect(goal.keys(HeldQuery(.all(.port, after: nil))).keys == [key])
    #expect(goal.refusal(of: key) == failure)
  }

  @Test("a question stays within what one answer may have")
  func limits() {
    let query = HeldQuery(.keys([]), limit: 1_000_000, flowLimit: -1)
    #expect(query.limit == HeldQuery.maximumResources)
    #expect(query.flowLimit == 0)
    let flow = HeldResource.Flow(text: String(repeating: "x", count: 10_000), state: "in force")
    #expect(flow.isCut && flow.text.utf8.count == HeldResource.Flow.maximumBytes)
  }
}
