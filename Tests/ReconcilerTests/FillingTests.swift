import NetworkTypes
import OpenFlow
import Testing

@testable import Reconciler

@Suite("Filling an empty switch")
struct FillingTests {
  @Test("the table that packets enter at is filled last, the higher priorities first")
  func entryLast() throws {
    var reconciler = FlowReconciler<String>(ownership: ours)
    reconciler.loadInstalled([])
    reconciler.setDesired([entry(1), flow(1, table: 5, out: 1)], for: "a")
    reconciler.setDesired([entry(9), entry(5), flow(2, table: 5, out: 1)], for: "b")
    let first = try take(&reconciler)
    #expect(reconciler.changes(in: first).map(\.flow.table.rawValue) == [5, 5])
    expectNext(&reconciler, nil)
    reconciler.sweeps = true
    expectNext(&reconciler, nil)
    reconciler.committed(first)
    #expect(!reconciler.isSettled)
    let second = try take(&reconciler)
    #expect(reconciler.changes(in: second) == [.add(entry(9)), .add(entry(5)), .add(entry(1))])
    reconciler.committed(second)
    #expect(reconciler.isSettled && reconciler.changeInForce == reconciler.changeNumber)

    reconciler.setDesired([entry(2)], for: "c")
    expectNext(&reconciler, [.add(entry(2))])
  }

  @Test("a switch that lost its flows is filled the same way, one that kept some is not")
  func afterRestart() throws {
    var reconciler = settled([entry(1), flow(1, table: 5, out: 1)], for: "a")
    reconciler.disconnected()
    reconciler.loadInstalled([])
    let batch = try take(&reconciler)
    #expect(reconciler.changes(in: batch) == [.add(flow(1, table: 5, out: 1))])
    reconciler.disconnected()
    reconciler.loadInstalled([flow(1, table: 5, out: 1)])
    expectNext(&reconciler, [.add(entry(1))])
  }

  @Test("what is wanted no longer while the switch is filled is not sent")
  func withdrawn() throws {
    var reconciler = FlowReconciler<String>(ownership: ours)
    reconciler.sweeps = true
    reconciler.loadInstalled([])
    reconciler.setDesired([entry(1)], for: "a")
    reconciler.setDesired([], for: "a")
    expectNext(&reconciler, nil)
    #expect(reconciler.isSettled && reconciler.ledger.store.slots.allSatisfy { $0.state.isEmpty })
  }

  private func entry(_ priority: UInt16) -> Flow {
    Flow(table: TableID(0), priority: priority, cookie: ours.value, match: .any, instructions: [.gotoTable(TableID(5))])
  }
}
