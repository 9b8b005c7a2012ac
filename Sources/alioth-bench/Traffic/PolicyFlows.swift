import ArgumentParser
import OpenFlow

/// Flows that let one kind of packets through and not another, and that are told first and last: a switch that has
/// only a part of all flows lets through what it should not.
struct TrafficOptions: ParsableArguments {
  @Flag(help: "Let packets from port 1 out of port 2, except those of Ethernet type 0x88b6.")
  var guardTraffic = false

  /// The first and the last of all units.
  var units: (first: (owner: Int, flows: [Flow]), last: (owner: Int, flows: [Flow]))? {
    guard guardTraffic else { return nil }
    let source = MatchField.inPort(OFPort(rawValue: 1))
    let permit = Flow(
      table: TableID(rawValue: 0), priority: 10, cookie: FlowModel.ownership.value | 1 << 40, match: Match([source]),
      instructions: [.applyActions([.output(OFPort(rawValue: 2))])])
    let deny = Flow(
      table: TableID(rawValue: 0), priority: 200, cookie: FlowModel.ownership.value | 2 << 40,
      match: Match([source, .ethType(0x88b6)]), instructions: [])
    return ((owner: -1, flows: [permit]), (owner: .max, flows: [deny]))
  }
}
