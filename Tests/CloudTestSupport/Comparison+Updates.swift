import GoalState
import NetworkTypes
import Pipeline

/// A change that comes into force bit by bit.
extension Comparison {
  /// Some units of one host, whose flows change at once.
  struct Slice: Sendable {
    var host: Int
    var units: Set<Unit>
  }

  /// How much of what changes on a host does so at once.
  enum Pace: Sendable {
    /// Any number of units, in any order.
    case units
    /// Everything.
    case hosts
  }

  /// Changes something and puts it in force in slices, the hosts' interleaved, with random frames in between; what was
  /// delivered that nothing allows, if anything.
  mutating func changeInSlices(_ pace: Pace, changes: Int, probing count: Int) -> String? {
    let before = Moment(cloud: cloud, connections: specification.connections)
    let what = prepareChange(of: changes)
    let after = Moment(cloud: cloud, connections: specification.connections)
    for slice in slices(pace) {
      install(slice)
      for _ in 0..<count {
        let side = traffic.random.chance(50) ? before : after
        guard let sending = probe(in: side.cloud), isExpected(sending, in: side.cloud),
          let difference = excess(of: sending, between: before, and: after)
        else { continue }
        return "while '\(what)' was being put in force, after \(slice.units.sorted()) of host \(slice.host):\n"
          + difference
      }
    }
    settle()
    return nil
  }

  /// Everything that changed, in any order and company.
  private mutating func slices(_ pace: Pace) -> [Slice] {
    if pace == .hosts {
      return fabric.hosts.map { Slice(host: $0.index, units: $0.pending) }.shuffled(using: &traffic.random)
    }
    // A guest that moves is a neighbor where it was a port: one thing, and never neither.
    var parts = fabric.hosts.flatMap { host in
      Dictionary(grouping: host.pending.sorted()) { unit in
        switch unit {
        case .port(let id): "guest \(id)"
        case .neighbor(let id): "guest \(id)"
        default: unit.description
        }
      }.sorted { $0.key < $1.key }.map { Slice(host: host.index, units: Set($0.value)) }
    }
    parts.shuffle(using: &traffic.random)
    var slices: [Slice] = []
    for part in parts {
      if let last = slices.last, last.host == part.host, traffic.random.chance(40) {
        slices[slices.count - 1].units.formUnion(part.units)
      } else {
        slices.append(part)
      }
    }
    return slices
  }

  private mutating func probe(in cloud: Cloud) -> TrafficGenerator.Sending? {
    guard let talk = traffic.random.pick(talks), traffic.random.chance(75) else { return traffic.single(in: cloud) }
    return traffic.frame(of: talk, in: cloud)
  }

  /// What is delivered of a frame now though no host allows it, neither as it was nor as it is to be.
  private func excess(of sending: TrafficGenerator.Sending, between before: Moment, and after: Moment) -> String? {
    var allowed: [Outcome] = []
    let routers = (before.cloud.legs + after.cloud.legs).map(\.mac)
    for choice in 0..<(1 << before.cloud.hostCount) {
      let views = (0..<before.cloud.hostCount).map { choice >> $0 & 1 == 0 ? before.cloud : after.cloud }
      for connections in [before.connections, after.connections] {
        var specification = NetworkSpecification(views: views, connections: connections)
        var outcome = specification.send(sending.frame, from: sending.guest.id, on: sending.guest.host)
        // Which router a packet comes from the receiver's host may hear of later than the sender's.
        outcome.routers.formUnion(routers)
        allowed.append(outcome)
      }
    }
    var trial = fabric
    let observation = trial.send(sending.frame.bytes, from: sending.guest.interface, on: sending.guest.host)
    let excess = observation.deliveries.keys.filter { delivery in
      !allowed.contains { $0.deliveries[$0.normalized(delivery)] != nil }
    }.map(\.text).sorted()
    guard !excess.isEmpty || !observation.strays.isEmpty else { return nil }
    return """
      seed \(seed), \(history.count) changes:
      \(before.cloud.text)
      \(history.map { "- then \($0)" }.joined(separator: "\n"))
      \(sending.guest.id) on host \(sending.guest.host) sends \(sending.frame)
      delivered, though nothing allows it: \((excess + observation.strays).joined(separator: "\n"))
      not in force: \(fabric.hosts.map { "host \($0.index) \($0.pending.sorted())" }.joined(separator: "; "))
      \(observation.trace)
      """
  }

  /// A cloud with what its ports remember.
  private struct Moment {
    var cloud: Cloud
    var connections: [PortID: ConnectionTracker]
  }
}
