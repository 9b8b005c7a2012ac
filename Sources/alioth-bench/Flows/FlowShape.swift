import ArgumentParser

/// What kind of flows to measure with.
enum FlowShape: String, CaseIterable, ExpressibleByArgument, Sendable {
  /// Forwarding by VLAN and destination address into a tunnel.
  case l2
  /// Security groups: connection states, conjunctions of addresses and ports.
  case sg
  /// What the pipeline compiles for guests of other hosts: forwarding into the tunnel, and an ARP responder.
  case neighbors
}
