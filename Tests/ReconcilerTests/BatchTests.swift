import NetworkTypes
import OpenFlow
import Testing

@testable import Reconciler

@Suite("Batches")
struct BatchTests {
  @Test("a batch ends where an owner's flows end")
  func unitBorders() throws {
    var reconciler = settled([], for: "a")
    for owner in 0..<5 {
      reconciler.setDesired((0..<3).map { flow(owner * 10 + $0, out: 1) }, for: "\(owner)")
    }
    var sizes: [Int] = []
    while let batch = reconciler.nextBatch(limit: 4) {
      sizes.append(batch.count)
      reconciler.committed(batch)
    }
    #expect(sizes == [6, 6, 3])
  }

  @Test("two batches may be with the switch, and have no flow in common")
  func twoInFlight() throws {
    var reconciler = settled([], for: "a")
    reconciler.setDesired([flow(1, out: 1)], for: "a")
    let first = try take(&reconciler)
    reconciler.setDesired([flow(1, out: 2), flow(2, out: 2)], for: "a")
    let second = try take(&reconciler)
    #expect(reconciler.changes(in: second) == [.add(flow(2, out: 2))])
    reconciler.committed(second)
    expectNext(&reconciler, nil)
    #expect(!reconciler.isSettled)
    reconciler.committed(first)
    let third = try take(&reconciler)
    #expect(reconciler.changes(in: third) == [.add(flow(1, out: 2))])
    reconciler.committed(third)
    #expect(reconciler.isSettled)
  }

  @Test("a change is in force when its flows and all earlier ones are confirmed")
  func changeInForce() throws {
    var reconciler = settled([], for: "a")
    let before = reconciler.changeNumber
    #expect(reconciler.changeInForce == before)
    reconciler.setDesired([flow(1, out: 1)], for: "a")
    reconciler.setDesired([flow(2, out: 2)], for: "b")
    let first = try take(&reconciler, limit: 1)
    #expect(reconciler.changeInForce == before)
    reconciler.setDesired([flow(1, out: 3)], for: "a")
    reconciler.committed(first)
    #expect(reconciler.changeInForce == before + 1)
    let second = try take(&reconciler)
    reconciler.committed(second)
    #expect(reconciler.changeInForce == reconciler.changeNumber)
  }

  @Test(
    "nobody knows which change it belongs to what a new connection finds missing: none is in force before it is there")
  func foundMissing() throws {
    var reconciler = settled([], for: "a")
    reconciler.setDesired([flow(1, out: 1)], for: "a")
    let change = reconciler.changeNumber
    reconciler.setDesired([], for: "b")
    reconciler.disconnected()
    reconciler.beginReadBack()
    reconciler.endReadBack()
    #expect(reconciler.changeInForce < change)
    let batch = try take(&reconciler)
    #expect(reconciler.changeInForce < change)
    reconciler.committed(batch)
    #expect(reconciler.changeInForce == reconciler.changeNumber)
  }

  @Test("a refused batch leaves its changes out of force until they are sent again")
  func refusedIsNotInForce() throws {
    var reconciler = settled([], for: "a")
    let before = reconciler.changeNumber
    reconciler.setDesired([flow(1, out: 1)], for: "a")
    reconciler.setDesired([flow(2, out: 2)], for: "b")
    let batch = try take(&reconciler)
    reconciler.setDesired([flow(3, out: 3)], for: "c")
    reconciler.refused(batch, [refusal(1)])
    #expect(reconciler.changeInForce == before)
    #expect(reconciler.quarantined.keys.sorted() == ["b"])
    let next = try take(&reconciler)
    #expect(Set(reconciler.changes(in: next)) == [.add(flow(1, out: 1)), .add(flow(3, out: 3))])
    reconciler.committed(next)
    #expect(reconciler.changeInForce == reconciler.changeNumber)
  }

  @Test("a refusal that names no flow is narrowed down to the owner's flow that causes it")
  func narrowing() {
    var reconciler = settled([], for: "a")
    for number in 0..<100 { reconciler.setDesired([flow(number, out: 1)], for: "\(number)") }
    let culprit = FlowMod.add(flow(57, out: 1))
    var bundles = 0
    while let batch = reconciler.nextBatch(limit: 64) {
      bundles += 1
      guard bundles < 100 else { break }
      if reconciler.changes(in: batch).contains(culprit) {
        reconciler.refused(batch, whole: OpenFlowError(xid: 0, type: 0xffff, code: 2309))
      } else {
        reconciler.committed(batch)
      }
    }
    #expect(reconciler.quarantined.keys.sorted() == ["57"])
    #expect(reconciler.isSettled && reconciler.installedCount == 99)
    #expect(bundles < 30)
  }

  @Test("a flow too long for a message is refused before anything is sent")
  func tooLong() {
    var reconciler = settled([], for: "a")
    let actions = Array(repeating: Action.output(OFPort(1)), count: 5000)
    reconciler.setDesired(
      [Flow(table: TableID(0), priority: 1, cookie: ours.value, match: .any, instructions: [.applyActions(actions)])],
      for: "a")
    #expect(reconciler.quarantined["a"]?.reason == "it is too long for an OpenFlow message")
    #expect(reconciler.isSettled)
  }

  @Test("an encoded batch is byte for byte the bundle of its changes")
  func encoding() throws {
    var reconciler = settled([flow(9, out: 9)], for: "a")
    reconciler.setDesired([flow(1, out: 1), flow(2, out: 2)], for: "a")
    let batch = try take(&reconciler)
    let encoded = reconciler.encode(batch, firstXID: 100)
    let expected = EncodedBundle(reconciler.changes(in: batch), firstXID: 100)
    #expect(encoded.bytes == expected.bytes)
    #expect(batch.deletions == 1 && batch.additions == 2)
  }

  @Test("a slot is forty bytes")
  func slotSize() {
    #expect(MemoryLayout<FlowSlot>.stride == 40)
  }
}

@Suite("Listing")
struct ListingTests {
  @Test("every flow is listed once, page by page, with its owner and how it stands")
  func pages() throws {
    var reconciler = settled([flow(1, out: 1), flow(2, out: 2)], for: "a")
    reconciler.sweeps = true
    reconciler.setDesired([flow(3, out: 3)], for: "b")
    _ = try take(&reconciler)
    reconciler.setDesired([flow(4, table: 1, out: 4)], for: "c")
    reconciler.setDesired([flow(1, out: 1)], for: "a")
    var found: [String] = []
    var cursor: Int? = 0
    while let start = cursor {
      let page = reconciler.listing(from: start, limit: 2)
      #expect(page.flows.count <= 2)
      found += page.flows.map { "\($0.owner ?? "-") \($0.state.rawValue) \($0.flow.match)" }
      cursor = page.next
    }
    #expect(
      found.sorted() == ["- stale in_port=2", "a in force in_port=1", "b sent in_port=3", "c waiting in_port=4"])
    #expect(reconciler.listing(of: "c").map(\.flow) == [flow(4, table: 1, out: 4)])
    #expect(reconciler.listing(from: 0, limit: 100, table: TableID(1)).flows.count == 1)
    #expect(reconciler.listing(from: 99, limit: 1).next == nil)
    reconciler.disconnected()
    #expect(reconciler.listing(of: "c").map(\.state) == [.unknown])
  }
}
