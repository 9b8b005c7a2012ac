import DiskTestSupport
import GoalState
import GoalStateStore
import NetworkTypes
import Testing

@testable import AgentCore

/// Files of format 1, made by another program than this from the description in docs/survival.md. They must stay readable.
@Suite("State that was kept in format 1")
struct GoldenStateTests {
  @Test("is read: a snapshot, a delta, what was refused")
  func state() async throws {
    let (_, found) = GoalStateStore.open(disk, host: "node1", program: "2")
    #expect(found.losses.isEmpty && found.notes.isEmpty)
    let restored = try #require(RestoredState(found))
    let (first, rest) = (restored.part(RestoredState.first), restored.part([.neighbor]))
    #expect(first.unusable.isEmpty && rest.unusable.isEmpty && restored.isComplete && restored.number == 42)
    var goal = HostGoalState()
    _ = goal.restore(first.snapshot, first.deltas)
    #expect(!goal.isComplete)
    _ = goal.restore(rest: rest.snapshot, rest.deltas, isComplete: restored.isComplete)
    #expect(goal.isComplete)
    #expect(goal.version == GoalStateVersion(epoch: "e", revision: 8))
    #expect(goal.networks[NetworkID("net-a")]?.name == "blue")
    #expect(goal.neighbors.keys.map(\.rawValue) == ["port-c"])
    #expect(goal.neighbors[NeighborID("port-c")]?.hostAddress == .v4(IPv4Address(192, 0, 2, 12)))
    #expect(goal.failures.map(\.message) == ["mac_address: none"])
  }

  @Test("has its history")
  func history() throws {
    var history = HistoryAssembly(try HistoryQuery(since: nil, resource: nil, limit: nil))
    try JournalHistory(disk, host: "node1").forEachJournal { history.add($0) }
    let entry = try #require(history.finish().entries.first)
    #expect(entry.revision == 8 && entry.fromRevision == 7)
    #expect(entry.changed == ["neighbor port-c"] && entry.removed == ["neighbor port-b"])
    #expect(entry.time == "2023-11-14T22:13:20.000Z" && entry.inForceAfterMs == 250)
    #expect(entry.flowsAdded == 1 && entry.flowsDeleted == 1)
  }

  private var disk: SimulatedDisk {
    let disk = SimulatedDisk()
    disk["snapshot-00000000000000000003"] = bytes(snapshot)
    disk["journal-00000000000000000003"] = bytes(journal)
    return disk
  }

  private func bytes(_ text: String) -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  private let snapshot = """
    414c494f54484753010001003000000003000000000000002900000000000000010000006507000000000000000105000000
    6e6f64653105000000302e312e30f30f8ca2780000000201b6cf98c801050000006e65742d61070000000000000016000000
    0a1408071a056e65742d613204626c75654064c03e070506000000706f72742d620700000000000000350000001a3308071a
    06706f72742d622a056e65742d613a1166613a31363a33653a30303a30303a30624a0a3139322e302e322e3132c03e073700
    00000301532b3ef4010000000606000000706f72742d78070000000000000007000000696e76616c6964110000006d61635f
    616464726573733a206e6f6e65080000000401a5e387a40200000000000000
    """

  private let journal = """
    414c494f54484753010002003000000003000000000000002900000000000000010000006507000000000000000105000000
    6e6f64653105000000302e312e3008d4babd900000000101ee1434182a000000000000000068e5cf8b010000e80300000000
    0000010000006508000000000000000700000000000000010000000506000000706f72742d63080000000000000035000000
    1a3308081a06706f72742d632a056e65742d613a1166613a31363a33653a30303a30303a30634a0a3139322e302e322e3132
    c03e08010000000506000000706f72742d6200000000410000008201a7590a8f2a00000000000000fa68e5cf8b010000e204
    0000000000000100000065080000000000000001000000000000000000000000000000010000000000000000000000
    """
}
