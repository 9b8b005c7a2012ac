import NetworkTypes
import OpenFlow
import Testing

@testable import Reconciler

/// The cookies of the flows that the tests make.
let ours = CookieFilter(0xa110_0000_0000_0000, mask: 0xffff_0000_0000_0000)

func settled(_ flows: [Flow], for owner: String) -> FlowReconciler<String> {
  var reconciler = FlowReconciler<String>(ownership: ours)
  reconciler.sweeps = true
  reconciler.setDesired(flows, for: owner)
  reconciler.loadInstalled(flows)
  return reconciler
}

func take(_ reconciler: inout FlowReconciler<String>, limit: Int = 10) throws -> FlowBatch {
  let batch = reconciler.nextBatch(limit: limit)
  return try #require(batch)
}

func expectNext(
  _ reconciler: inout FlowReconciler<String>, _ mods: [FlowMod]?, at location: SourceLocation = #_sourceLocation
) {
  let batch = reconciler.nextBatch(limit: 10)
  #expect(batch.map { reconciler.changes(in: $0) } == mods, sourceLocation: location)
}

func flow(_ number: Int, table: UInt8 = 0, out port: UInt32) -> Flow {
  Flow(
    table: TableID(rawValue: table), priority: 100, cookie: 0xa110_0000_0000_0000,
    match: Match([.inPort(OFPort(UInt32(number)))]), instructions: [.applyActions([.output(OFPort(port))])])
}

/// OFPBAC_BAD_OUT_PORT for the change at `index`.
func refusal(_ index: Int) -> BundleRefusal {
  BundleRefusal(index: index, error: OpenFlowError(xid: 0, type: 2, code: 4))
}

/// The groups from 1000 and the meters from 100 are this side's.
let referentOwnership = Ownership(
  cookies: ours, groups: GroupID(1000)...GroupID(1999), meters: MeterID(100)...MeterID(199))
