import GoalState
import NetworkTypes
import OpenFlow

/// What a guest may send from: where its packets are taken in, and what of them is let through.
enum SourceGuard {
  static func flows(of attached: AttachedPort) -> [Flow] {
    [
      Flow(
        table: .classification, priority: Priority.normal, cookie: attached.cookie, match: [.inPort(attached.ofport)],
        instructions: [
          .applyActions([
            .load(.network, attached.network.vni.rawValue), .load(.source, attached.ofport.rawValue),
          ]),
          .goto(.sourceGuard),
        ]),
      Flow(
        table: .sourceGuard, priority: Priority.normal, cookie: attached.cookie,
        match: [.inPort(attached.ofport), .ethSrc(attached.port.mac)], instructions: [.goto(.localServices)]),
    ]
  }
}
