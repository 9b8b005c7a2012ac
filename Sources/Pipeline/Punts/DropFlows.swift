import OpenFlow

/// The ends of tables for single ports: what each of them loses is counted by itself, where the table's own end would count it
/// for the whole host.
enum DropFlows {
  /// Below everything but the table's end.
  static let priority: UInt16 = 5

  static func flows(of unit: Unit, at port: OFPort) -> [Flow] {
    [
      Flow(
        table: .sourceGuard, priority: priority, cookie: FlowCookie(unit, drop: .spoofedSource),
        match: [.inPort(port)]),
      Flow(
        table: .forwarding, priority: priority, cookie: FlowCookie(unit, drop: .unknownDestination),
        match: [.register(.source, port.rawValue)]),
    ]
  }
}
