import NetworkTypes
import OpenFlow
import Testing

@testable import Reconciler

@Suite("What the switch has")
struct ReadBackTests {
  @Test("a connection that went and came finds everything intact, and sends nothing")
  func intact() {
    var reconciler = settled([flow(1, out: 1), flow(2, out: 2)], for: "a")
    reconciler.disconnected()
    let summary = reconciler.loadInstalled([flow(2, out: 2), flow(1, out: 1)])
    #expect(summary.verdict == .intact)
    #expect(summary.intact == 2)
    #expect(reconciler.isSettled)
    #expect(reconciler.desiredDigest == reconciler.installedDigest)
  }

  @Test("a switch that restarted is told apart, and gets everything again")
  func gone() throws {
    var reconciler = settled([flow(1, out: 1), flow(2, out: 2)], for: "a")
    reconciler.disconnected()
    let summary = reconciler.loadInstalled([])
    #expect(summary.verdict == .gone)
    #expect(summary.missing == 2)
    let batch = try take(&reconciler)
    #expect(batch.additions == 2)
  }

  @Test("flows that somebody changed while the connection was away are counted one by one, and put right")
  func changed() throws {
    var reconciler = settled([flow(1, out: 1), flow(2, out: 2), flow(3, out: 3)], for: "a")
    reconciler.disconnected()
    let summary = reconciler.loadInstalled([flow(1, out: 1), flow(2, out: 9), flow(7, out: 7)])
    #expect(summary == ReadBackSummary(intact: 1, changed: 1, missing: 1, unexpected: 1))
    #expect(summary.verdict == .changed)
    let batch = try take(&reconciler)
    #expect(batch.deletions == 1 && batch.additions == 2)
    reconciler.committed(batch)
    #expect(reconciler.isSettled && reconciler.desiredDigest == reconciler.installedDigest)
  }

  @Test("flows with another's cookie are not seen, and so never deleted")
  func foreign() {
    var reconciler = FlowReconciler<String>(ownership: ours)
    reconciler.sweeps = true
    let foreign = Flow(table: TableID(0), priority: 1, cookie: 7, match: .any, instructions: [])
    reconciler.loadInstalled([foreign])
    #expect(reconciler.isSettled && reconciler.installedCount == 0)
  }

  @Test("an audit of a table finds drift, counts it, and has it repaired")
  func drift() throws {
    let flows = [flow(1, out: 1), flow(2, out: 2), flow(3, table: 1, out: 3)]
    var reconciler = settled(flows, for: "a")
    reconciler.beginReadBack(AuditScope(table: TableID(0), cookies: ours))
    reconciler.readBack(flow(1, out: 5))
    let summary = reconciler.endReadBack()
    #expect(summary == ReadBackSummary(intact: 0, changed: 1, missing: 1))
    #expect(reconciler.counters.flowsDrifted == 2)
    #expect(reconciler.desiredDigest != reconciler.installedDigest)
    let batch = try take(&reconciler)
    #expect(Set(reconciler.changes(in: batch)) == [.add(flow(1, out: 1)), .add(flow(2, out: 2))])
    reconciler.committed(batch)
    #expect(reconciler.isSettled && reconciler.desiredDigest == reconciler.installedDigest)
  }

  @Test("an audit of a table as it is finds nothing")
  func noDrift() {
    var reconciler = settled([flow(1, out: 1), flow(2, table: 1, out: 2)], for: "a")
    reconciler.beginReadBack(AuditScope(table: TableID(1), cookies: ours))
    reconciler.readBack(flow(2, table: 1, out: 2))
    let summary = reconciler.endReadBack()
    #expect(summary.differences == 0 && reconciler.isSettled)
  }

  @Test("what is sent while an audit reads is not taken for drift")
  func auditWhileSending() throws {
    var reconciler = settled([flow(1, out: 1), flow(2, out: 2)], for: "a")
    reconciler.beginReadBack(AuditScope(table: TableID(0), cookies: ours))
    reconciler.setDesired([flow(1, out: 8), flow(3, out: 3)], for: "a")
    let batch = try take(&reconciler)
    reconciler.readBack(flow(1, out: 1))
    reconciler.committed(batch)
    let summary = reconciler.endReadBack()
    #expect(summary.differences == 0)
    #expect(reconciler.isSettled && reconciler.installedCount == 2)
  }

  @Test("a match that the switch puts in other words is the same flow")
  func otherWords() throws {
    // tcp_flags: sent as the NXM field, reported as ONF's experimenter field.
    let sent = Flow(
      table: TableID(0), priority: 1, cookie: ours.value,
      match: Match([.ethType(0x0800), .ipProto(6), .tcpFlags(2, mask: 2)]), instructions: [])
    var reconciler = settled([sent], for: "a")
    reconciler.disconnected()
    let summary = reconciler.loadInstalled([sent])
    #expect(summary.verdict == .intact)
  }

  @Test("a part of an answer with lengths that do not fit is refused, and nothing is taken for gone")
  func hostileLengths() {
    var reconciler = settled([flow(1, out: 1)], for: "a")
    reconciler.beginReadBack(AuditScope(table: TableID(0), cookies: ours))
    #expect(throws: MalformedMessage.self) {
      try reconciler.readBack(part: [0, 200, 0, 0])
    }
    #expect(throws: MalformedMessage.self) {
      try reconciler.readBack(part: Array(repeating: 0, count: 64))
    }
    #expect(reconciler.installedCount == 1)
  }
}
