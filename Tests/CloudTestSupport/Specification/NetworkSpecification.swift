import GoalState
import NetworkTypes
import Pipeline

/// What a virtual private cloud means: what every guest receives when one of them sends a frame.
///
/// It is computed from what the cloud's owner asked for, and from what passed before: no tables, no flows, one question after
/// the other. The compiler and the switch are held to it.
struct NetworkSpecification: Sendable {
  /// What each host acts by: the same cloud everywhere, except while hosts learn of a change one after the other.
  var views: [Cloud]
  /// The connections that each port remembers.
  var connections: [PortID: ConnectionTracker] = [:]

  init(_ cloud: Cloud) {
    views = Array(repeating: cloud, count: cloud.hostCount)
  }

  init(views: [Cloud], connections: [PortID: ConnectionTracker]) {
    self.views = views
    self.connections = connections
  }

  /// What comes of a frame that the guest of `port`, which is on `host`, sends.
  mutating func send(_ frame: Frame, from port: PortID, on host: Int) -> Outcome {
    let cloud = views[host]
    guard let guest = cloud.guest(port), guest.host == host, guest.port.adminStateUp,
      cloud.network(guest.port.networkID) != nil
    else { return .dropped(.unknownSource) }
    guard AddressGuard(cloud: cloud, guest: guest).allows(frame) else { return .dropped(.spoofedSource) }
    if let outcome = LocalAnswers(cloud: cloud, guest: guest).outcome(of: frame) { return outcome }
    let reasons = judge(frame, of: guest, in: cloud, leaving: true)
    guard reasons.isEmpty else { return Outcome(reasons: reasons) }
    if frame.destination.isMulticast { return flood(frame, from: guest, in: cloud) }
    if let packet = frame.ip, let leg = cloud.leg(at: frame.destination, in: guest.port.networkID, packet.version) {
      switch RoutingRule(cloud: cloud, leg: leg).decision(on: frame, packet) {
      case .answer(let reply): return .delivered(reply, to: guest.id)
      case .drop(let reasons): return Outcome(reasons: Set(reasons))
      case .forward(let routed, let target):
        var outcome = deliver(routed, to: target, from: guest)
        // Which of several routers it was that sent it here is not told to another host.
        if target.host != guest.host {
          outcome.routers = Set(cloud.legs(in: target.port.networkID).map(\.mac))
        }
        return outcome
      }
    }
    let holder = cloud.guests(in: guest.port.networkID).first { $0.port.mac == frame.destination }
    guard let holder else {
      // A physical network may have stations that are no guests: only other hosts find out that nobody is there.
      let isPhysical = cloud.network(guest.port.networkID)?.segment.physicalNetwork != nil
      return Outcome(reasons: isPhysical ? [.unknownDestination, .unknownSource] : [.unknownDestination])
    }
    return deliver(frame, to: holder, from: guest)
  }

  /// Every other guest of the network has a copy, wherever it is.
  private mutating func flood(_ frame: Frame, from guest: Cloud.Guest, in cloud: Cloud) -> Outcome {
    var outcome = Outcome()
    let network = guest.port.networkID
    // A physical network carries it to all of its hosts, tunnels to those that have a guest of the network.
    let isPhysical = cloud.network(network)?.segment.physicalNetwork != nil
    let hosts = isPhysical ? Set(views.indices) : Set(cloud.guests(in: network).map(\.host)).union([guest.host])
    for host in hosts.sorted() {
      for target in views[host].guests(in: network)
      where target.host == host && (target.id, host) != (guest.id, guest.host) {
        outcome.add(arrive(frame, at: target))
      }
    }
    return outcome
  }

  /// Brings a frame to the one guest that it is for, as far as that guest's host agrees. Nobody hears itself.
  private mutating func deliver(_ frame: Frame, to target: Cloud.Guest, from guest: Cloud.Guest) -> Outcome {
    guard (target.id, target.host) != (guest.id, guest.host) else { return Outcome() }
    let there = views[target.host].guests(in: target.port.networkID).first {
      $0.host == target.host && $0.port.mac == frame.destination
    }
    guard let there else { return .dropped(.unknownDestination) }
    return arrive(frame, at: there)
  }

  private mutating func arrive(_ frame: Frame, at target: Cloud.Guest) -> Outcome {
    let cloud = views[target.host]
    guard target.port.adminStateUp, cloud.network(target.port.networkID) != nil else {
      return .dropped(.unknownDestination)
    }
    let reasons = judge(frame, of: target, in: cloud, leaving: false)
    return reasons.isEmpty ? .delivered(frame, to: target.id) : Outcome(reasons: reasons)
  }

  private mutating func judge(
    _ frame: Frame, of guest: Cloud.Guest, in cloud: Cloud, leaving: Bool
  ) -> Set<DropReason> {
    // No rule can be about what is neither IP nor ARP.
    if case .other = frame.payload, guest.port.security.isFiltered { return [.securityGroup] }
    guard let packet = frame.ip else { return [] }
    return SecurityPolicy(cloud: cloud, guest: guest)
      .verdict(on: packet, leaving: leaving, &connections[guest.id, default: ConnectionTracker()])
  }
}
