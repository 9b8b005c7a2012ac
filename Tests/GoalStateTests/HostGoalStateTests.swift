import NetworkTypes
import Testing

@testable import GoalState

@Suite("The host's goal state")
struct HostGoalStateTests {
  @Test("a snapshot removes what it does not name")
  func snapshotRemoves() {
    var goal = HostGoalState()
    _ = goal.apply(snapshot(1, [network("n1", 1), port("p1", "n1"), port("p2", "n1")]))
    let changes = goal.apply(snapshot(2, [network("n1", 1), port("p2", "n1")]))
    #expect(goal.ports.keys.map(\.rawValue) == ["p2"])
    #expect(changes.resources == [.port(PortID("p1"))])
    #expect(changes.memberships == [NetworkID("n1")])
  }

  @Test("the same resources again change nothing")
  func repeated() {
    var goal = HostGoalState()
    let resources = [network("n1", 1), port("p1", "n1"), neighbor("r1", "n1", host: IPv4Address(192, 0, 2, 2))]
    _ = goal.apply(snapshot(1, resources))
    #expect(goal.apply(snapshot(1, resources)).isEmpty)
    #expect(goal.apply(snapshot(1, resources)).memberships.isEmpty)
  }

  @Test("an older revision is refused as out of order within an epoch, and taken in a new one")
  func outOfOrder() throws {
    var goal = HostGoalState()
    _ = goal.apply(snapshot(5, [network("n1", 1)]))
    var old = delta(from: 5, to: 6, [network("n1", 2)])
    old.upserts[0].revision = 4
    #expect(goal.apply(old).isEmpty)
    #expect(goal.failures.map(\.code) == [.outOfOrder])
    #expect(goal.networks[NetworkID("n1")]?.vni == VNI(1))

    var fresh = snapshot(1, [network("n1", 3)])
    fresh.version.epoch = "other"
    _ = goal.apply(fresh)
    #expect(goal.failures.isEmpty)
    #expect(goal.networks[NetworkID("n1")]?.vni == VNI(3))
  }

  @Test("a snapshot is taken as it is, also what it has of earlier revisions than are held")
  func rewound() {
    for inParts in [false, true] {
      var goal = HostGoalState()
      _ = goal.apply(snapshot(8, [network("n1", 1), neighbor("r1", "n1", host: IPv4Address(192, 0, 2, 9))]))
      let rewound = snapshot(5, [network("n1", 1), neighbor("r1", "n1", host: IPv4Address(192, 0, 2, 2))])
      if inParts { _ = goal.anticipate(GoalStatePart(version: rewound.version, upserts: rewound.upserts)) }
      _ = goal.apply(rewound)
      #expect(goal.failures.isEmpty)
      #expect(goal.version == rewound.version)
      #expect(goal.neighbors[NeighborID("r1")]?.hostAddress == .v4(IPv4Address(192, 0, 2, 2)))
      #expect(goal.resources == rewound.upserts)
    }
  }

  @Test("a resource that could not be read keeps its last good state, and is reported until it is sent again")
  func refusedKeepsLastGood() {
    var goal = HostGoalState()
    _ = goal.apply(snapshot(1, [network("n1", 1), port("p1", "n1")]))
    var update = snapshot(2, [network("n1", 1)])
    update.refused = [
      ResourceFailure(key: .port(PortID("p1")), revision: 2, code: .invalid, message: "mac_address: no MAC address")
    ]
    _ = goal.apply(update)
    #expect(goal.ports[PortID("p1")] != nil)
    #expect(goal.failures.count == 1)
    _ = goal.apply(delta(from: 2, to: 3, [port("p1", "n1")]))
    #expect(goal.failures.isEmpty)
  }

  @Test("neighbors of an update that still arrives are taken in, and are what the whole update says when it is here")
  func anticipated() {
    var goal = HostGoalState()
    _ = goal.apply(snapshot(1, [network("n1", 1), port("p1", "n1")]))
    let neighbors = [
      neighbor("r1", "n1", host: IPv4Address(192, 0, 2, 2)), neighbor("r2", "n1", host: IPv4Address(192, 0, 2, 3)),
    ]
    let whole = delta(from: 1, to: 2, neighbors + [port("p2", "n1")])
    let begun = goal.anticipate(GoalStatePart(version: whole.version, upserts: whole.upserts))
    #expect(begun.resources == [.neighbor(NeighborID("r1")), .neighbor(NeighborID("r2"))])
    #expect(begun.memberships == [NetworkID("n1")])
    #expect(goal.version.revision == 1 && goal.ports.count == 1)
    let rest = goal.apply(whole)
    #expect(rest.resources == [.port(PortID("p2"))])
    #expect(goal.version.revision == 2 && goal.neighbors.count == 2)
    let later = goal.apply(delta(from: 2, to: 3, [network("n1", 1)]))
    #expect(later.resources.isEmpty && goal.neighbors.count == 2)
  }

  @Test("what an update brought in part that never came whole goes with the next, unless that has it, too")
  func abandoned() {
    var goal = HostGoalState()
    _ = goal.apply(snapshot(1, [network("n1", 1), neighbor("r0", "n1", host: IPv4Address(192, 0, 2, 2))]))
    let lost = delta(
      from: 1, to: 2, ["r0", "r1", "r2"].map { neighbor($0, "n1", host: IPv4Address(192, 0, 2, 9)) })
    _ = goal.anticipate(GoalStatePart(version: lost.version, upserts: lost.upserts))
    #expect(goal.neighbors.count == 3)
    var next = delta(from: 1, to: 3, [neighbor("r1", "n1", host: IPv4Address(192, 0, 2, 9))])
    next.upserts[0].revision = 2
    let changes = goal.apply(next)
    // What was held before stays as it was said last: it is newer than what the host says that it holds, so it is said again.
    #expect(goal.neighbors.keys.map(\.rawValue).sorted() == ["r0", "r1"])
    #expect(changes.resources == [.neighbor(NeighborID("r2"))])
  }

  @Test("what an update left that never came whole goes also with one that is taken in part by part")
  func abandonedTwice() {
    var goal = HostGoalState()
    _ = goal.apply(snapshot(1, [network("n1", 1)]))
    let host = IPv4Address(192, 0, 2, 9)
    let lost = delta(from: 1, to: 2, [neighbor("r1", "n1", host: host), neighbor("r2", "n1", host: host)])
    _ = goal.anticipate(GoalStatePart(version: lost.version, upserts: lost.upserts))
    let next = delta(from: 1, to: 3, [neighbor("r2", "n1", host: host), neighbor("r3", "n1", host: host)])
    _ = goal.anticipate(GoalStatePart(version: next.version, upserts: [next.upserts[0]]))
    #expect(goal.settled.neighbors.isEmpty && goal.neighbors.count == 2)
    _ = goal.apply(next)
    #expect(goal.neighbors.keys.map(\.rawValue).sorted() == ["r2", "r3"])
  }

  @Test("nothing is taken in ahead of an update of another epoch")
  func anticipatedEpoch() {
    var goal = HostGoalState()
    _ = goal.apply(snapshot(1, [network("n1", 1)]))
    var other = snapshot(1, [neighbor("r1", "n1", host: IPv4Address(192, 0, 2, 2))])
    other.version.epoch = "other"
    #expect(goal.anticipate(GoalStatePart(version: other.version, upserts: other.upserts)).isEmpty)
    #expect(goal.neighbors.isEmpty)
  }

  @Test("two networks cannot have one VNI")
  func sharedVNI() {
    var goal = HostGoalState()
    _ = goal.apply(snapshot(1, [network("n1", 7), network("n2", 7), network("n3", 8)]))
    #expect(goal.networks.count == 2)
    #expect(goal.failures.map(\.key) == [.network(NetworkID("n2"))])
  }

  @Test("remote hosts come with their first neighbor and go with their last")
  func remoteHosts() {
    let host = IPv4Address(192, 0, 2, 2)
    var goal = HostGoalState()
    _ = goal.apply(snapshot(1, [network("n1", 1)]))
    let id = NetworkID("n1")
    #expect(goal.apply(delta(from: 1, to: 2, [neighbor("r1", "n1", host: host)])).memberships == [id])
    #expect(goal.apply(delta(from: 2, to: 3, [neighbor("r2", "n1", host: host)])).memberships.isEmpty)
    #expect(goal.members(of: id).remoteHosts == [.v4(host)])
    #expect(goal.apply(delta(from: 3, to: 4, removing: [.neighbor(NeighborID("r1"))])).memberships.isEmpty)
    #expect(goal.apply(delta(from: 4, to: 5, removing: [.neighbor(NeighborID("r2"))])).memberships == [id])
    #expect(goal.members(of: id).remoteHosts.isEmpty)
  }

  @Test("a neighbor that moves to another host changes where broadcasts go")
  func movedNeighbor() {
    var goal = HostGoalState()
    _ = goal.apply(snapshot(1, [network("n1", 1), neighbor("r1", "n1", host: IPv4Address(192, 0, 2, 2))]))
    let changes = goal.apply(delta(from: 1, to: 2, [neighbor("r1", "n1", host: IPv4Address(192, 0, 2, 3))]))
    #expect(changes.memberships == [NetworkID("n1")])
    #expect(goal.members(of: NetworkID("n1")).remoteHosts == [.v4(IPv4Address(192, 0, 2, 3))])
  }
}

func snapshot(_ revision: UInt64, _ resources: [Resource]) -> GoalStateUpdate {
  GoalStateUpdate(
    scope: .snapshot, version: GoalStateVersion(epoch: "e", revision: revision),
    upserts: resources.map { VersionedResource($0, revision: revision) })
}

func delta(
  from: UInt64, to: UInt64, _ resources: [Resource] = [], removing: [ResourceKey] = []
) -> GoalStateUpdate {
  GoalStateUpdate(
    scope: .delta(from: from), version: GoalStateVersion(epoch: "e", revision: to),
    upserts: resources.map { VersionedResource($0, revision: to) }, removals: removing)
}

func network(_ id: String, _ number: Int) -> Resource {
  guard let vni = VNI(number) else { fatalError("\(number) is no VNI") }
  return .network(Network(id: NetworkID(id), vni: vni))
}

func port(_ id: String, _ network: String) -> Resource {
  .port(Port(id: PortID(id), networkID: NetworkID(network), mac: MACAddress(2, 0, 0, 0, 0, 1), fixedIPs: []))
}

func neighbor(_ id: String, _ network: String, host: IPv4Address) -> Resource {
  .neighbor(
    Neighbor(
      id: NeighborID(id), networkID: NetworkID(network), mac: MACAddress(2, 0, 0, 0, 1, 1), hostAddress: .v4(host),
      fixedIPs: []))
}
