import NetworkTypes
import OpenFlow
import Testing

@testable import Reconciler

@Suite("The difference between desired and installed")
struct FlowReconcilerTests {
  @Test("nothing is sent before the switch was read, and everything that is missing after")
  func firstConnection() throws {
    var reconciler = FlowReconciler<String>(ownership: ours)
    reconciler.sweeps = true
    reconciler.setDesired([flow(1, out: 1), flow(2, out: 2)], for: "a")
    expectNext(&reconciler, nil)
    #expect(!reconciler.isSettled)
    reconciler.loadInstalled([])
    let batch = try take(&reconciler)
    #expect(batch.count == 2)
    #expect(!reconciler.isSettled || reconciler.installedCount == 0)
    reconciler.committed(batch)
    #expect(reconciler.isSettled)
    #expect(reconciler.installedCount == 2)
  }

  @Test("a switch that has exactly what is desired gets nothing sent")
  func zeroChurn() {
    var reconciler = FlowReconciler<String>(ownership: ours)
    reconciler.setDesired([flow(1, out: 1), flow(2, out: 2)], for: "a")
    reconciler.sweeps = true
    reconciler.loadInstalled([flow(2, out: 2), flow(1, out: 1)])
    #expect(reconciler.isSettled)
    expectNext(&reconciler, nil)
    #expect(reconciler.counters.flowsAdded == 0)
  }

  @Test("stale flows stay until the input is known to be complete, and go then")
  func sweep() throws {
    var reconciler = FlowReconciler<String>(ownership: ours)
    reconciler.loadInstalled([flow(1, out: 1)])
    expectNext(&reconciler, nil)
    reconciler.sweeps = true
    let batch = try take(&reconciler)
    #expect(reconciler.changes(in: batch) == [.deleteStrict(flow(1, out: 1).key, cookie: ours)])
    reconciler.committed(batch)
    #expect(reconciler.isSettled && reconciler.installedCount == 0)
  }

  @Test("a changed flow is replaced in place")
  func replaced() throws {
    var reconciler = settled([flow(1, out: 1)], for: "a")
    reconciler.setDesired([flow(1, out: 9)], for: "a")
    let batch = try take(&reconciler)
    #expect(reconciler.changes(in: batch) == [.add(flow(1, out: 9))])
  }

  @Test("a change that comes while its flow is in flight is sent next")
  func changedInFlight() throws {
    var reconciler = settled([], for: "a")
    reconciler.setDesired([flow(1, out: 1)], for: "a")
    let first = try take(&reconciler)
    reconciler.setDesired([flow(1, out: 2)], for: "a")
    reconciler.committed(first)
    #expect(!reconciler.isSettled)
    let second = try take(&reconciler)
    #expect(reconciler.changes(in: second) == [.add(flow(1, out: 2))])
    reconciler.committed(second)
    #expect(reconciler.isSettled)
  }

  @Test("a batch keeps its limit where one owner's flows are more than four times that, deletions first")
  func limits() throws {
    var reconciler = settled((1...5).map { flow($0, out: 1) }, for: "a")
    reconciler.setDesired((6...10).map { flow($0, out: 1) }, for: "a")
    var sizes: [Int] = []
    while let batch = reconciler.nextBatch(limit: 1) {
      sizes.append(batch.count)
      reconciler.committed(batch)
    }
    #expect(sizes == [4, 4, 2])
    #expect(reconciler.isSettled)
    #expect(reconciler.counters.flowsDeleted == 5)
  }

  @Test("a refused flow takes its whole owner out, and the others go on")
  func quarantine() throws {
    var reconciler = settled([], for: "good")
    reconciler.setDesired([flow(1, out: 1)], for: "good")
    reconciler.setDesired([flow(2, out: 2), flow(3, out: 3)], for: "bad")
    let batch = try take(&reconciler)
    let index = try #require(reconciler.changes(in: batch).firstIndex(of: .add(flow(3, out: 3))))
    reconciler.refused(batch, [refusal(index)])
    #expect(reconciler.quarantined["bad"]?.reason.contains("OFPBAC_BAD_OUT_PORT") == true)
    let retry = try take(&reconciler)
    #expect(reconciler.changes(in: retry) == [.add(flow(1, out: 1))])
    reconciler.committed(retry)
    #expect(reconciler.isSettled)

    reconciler.setDesired([flow(2, out: 2), flow(3, out: 3)], for: "bad")
    #expect(reconciler.isSettled, "the same flows again are not tried again")
    reconciler.setDesired([flow(2, out: 2)], for: "bad")
    expectNext(&reconciler, [.add(flow(2, out: 2))])
    #expect(reconciler.quarantined.isEmpty)
  }

  @Test("an owner that was in force and changes to a refused flow falls back to nothing, not to the old flow")
  func quarantineFailsClosed() throws {
    var reconciler = settled([flow(1, out: 1)], for: "a")
    reconciler.setDesired([flow(1, out: 7)], for: "a")
    let batch = try take(&reconciler)
    reconciler.refused(batch, [refusal(0)])
    let next = try take(&reconciler)
    #expect(reconciler.changes(in: next) == [.deleteStrict(flow(1, out: 1).key, cookie: ours)])
  }

  @Test("a quarantined owner can be given another try")
  func retry() throws {
    var reconciler = settled([], for: "a")
    reconciler.setDesired([flow(1, out: 1)], for: "a")
    let batch = try take(&reconciler)
    reconciler.refused(batch, [refusal(0)])
    expectNext(&reconciler, nil)
    reconciler.retryQuarantined()
    let again = try take(&reconciler)
    #expect(reconciler.changes(in: again) == [.add(flow(1, out: 1))])
    // Until the switch says otherwise it is refused, and nobody may be told that all is well.
    #expect(reconciler.quarantined.keys.sorted() == ["a"])
    reconciler.refused(again, [refusal(0)])
    #expect(reconciler.quarantined.keys.sorted() == ["a"])
    expectNext(&reconciler, nil)
    reconciler.retryQuarantined()
    reconciler.committed(try take(&reconciler))
    #expect(reconciler.quarantined.isEmpty && reconciler.isSettled)
  }

  @Test("an owner that is tried again while the switch goes away stays quarantined until its flows are seen")
  func retryAcrossConnections() throws {
    var reconciler = settled([], for: "a")
    reconciler.setDesired([flow(1, out: 1)], for: "a")
    reconciler.refused(try take(&reconciler), [refusal(0)])
    reconciler.retryQuarantined()
    _ = try take(&reconciler)
    reconciler.disconnected()
    #expect(reconciler.quarantined.keys.sorted() == ["a"])
    reconciler.loadInstalled([flow(1, out: 1)])
    #expect(reconciler.quarantined.isEmpty && reconciler.isSettled)
  }

  @Test("of two owners of one key the lower has it, the other is named, and takes over when the first lets go")
  func conflict() throws {
    var reconciler = settled([flow(1, out: 1)], for: "b")
    reconciler.setDesired([flow(1, out: 2)], for: "c")
    #expect(reconciler.isSettled)
    #expect(reconciler.conflicts.map(\.owner) == ["c"])
    #expect(reconciler.conflicts.map(\.holder) == ["b"])
    reconciler.setDesired([flow(1, out: 3)], for: "a")
    let takeover = try take(&reconciler)
    #expect(reconciler.changes(in: takeover) == [.add(flow(1, out: 3))])
    reconciler.committed(takeover)
    reconciler.setDesired([], for: "a")
    reconciler.setDesired([], for: "b")
    #expect(reconciler.conflicts.isEmpty)
    let batch = try take(&reconciler)
    #expect(reconciler.changes(in: batch) == [.add(flow(1, out: 2))])
  }

  @Test("a lost connection forgets what was installed; a switch that lost its flows gets them all again")
  func restart() throws {
    var reconciler = settled([flow(1, out: 1), flow(2, out: 2)], for: "a")
    reconciler.disconnected()
    #expect(!reconciler.isSettled)
    reconciler.setDesired([flow(1, out: 1)], for: "a")
    reconciler.loadInstalled([])
    expectNext(&reconciler, [.add(flow(1, out: 1))])
  }
}
