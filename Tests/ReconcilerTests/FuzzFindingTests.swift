import OpenFlow
import Testing

@testable import Reconciler

@Suite("What fuzzing has found in the reconciler")
struct FuzzFindingTests {
  @Test("a flow that waited to be deleted, and is gone when the switch is read again, is forgotten")
  func goneBeforeItsDeletion() {
    var reconciler = settled([flow(1, out: 1)], for: "a")
    reconciler.loadInstalled([flow(1, out: 1), flow(2, out: 2)])
    #expect(reconciler.differenceCount == 1)
    reconciler.loadInstalled([flow(1, out: 1)])
    #expect(reconciler.isSettled)
    #expect(reconciler.listing(from: 0, limit: .max).flows.map(\.flow) == [flow(1, out: 1)])
  }
}
