import GoalState
import NetworkTypes
import OpenFlow
import Pipeline

/// A cloud, its specification and its switches, which see the same frames and the same changes.
struct Comparison {
  let seed: UInt64
  private(set) var generator: CloudGenerator
  var traffic: TrafficGenerator
  private(set) var cloud: Cloud
  private(set) var specification: NetworkSpecification
  private(set) var fabric: SwitchFabric
  private(set) var talks: [Talk] = []
  /// The packets that came to switches.
  private(set) var visits: [SwitchFabric.Visit] = []
  private(set) var history: [String] = []
  private(set) var tally = Tally()
  /// Whether it matters for which reason something is dropped.
  var comparesReasons = true

  /// What was compared, so that a test sees that it was something.
  struct Tally {
    var frames = 0
    var deliveries = 0
    var drops: [DropReason: Int] = [:]
  }

  init(seed: UInt64, features: CloudFeatures) {
    var generator = CloudGenerator(seed: seed, features: features)
    let cloud = generator.cloud()
    self.init(seed: seed, generator: generator, cloud: cloud)
  }

  /// A cloud that there is already.
  init(seed: UInt64, generator: CloudGenerator, cloud: Cloud) {
    self.seed = seed
    self.generator = generator
    self.cloud = cloud
    traffic = TrafficGenerator(seed: seed &+ 0x5eed)
    specification = NetworkSpecification(cloud)
    fabric = SwitchFabric(cloud, order: seed)
  }

  // MARK: Frames

  /// Sends a random frame; what differs between what should have come of it and what came, if anything.
  mutating func sendFrame() -> String? {
    if talks.count < 12, traffic.random.chance(30), let talk = traffic.talk(in: cloud) { talks.append(talk) }
    if traffic.random.chance(35) || talks.isEmpty {
      return traffic.single(in: cloud).flatMap { send($0)?.difference }
    }
    let index = traffic.random.number(0..<talks.count)
    guard let sending = traffic.frame(of: talks[index], in: cloud), let result = send(sending) else { return nil }
    if let difference = result.difference { return difference }
    let receiver = talks[index].receiver
    guard let arrived = result.outcome.deliveries.keys.first(where: { $0.guest == receiver }) else { return nil }
    defer { talks[index].advance() }
    guard traffic.random.chance(8), var packet = sending.frame.ip else { return nil }
    // What is quoted is the packet as it arrived.
    packet.timeToLive = arrived.bytes[packet.version == .v4 ? 22 : 21]
    return traffic.error(about: packet, of: talks[index], in: cloud).flatMap { send($0)?.difference }
  }

  private mutating func send(
    _ sending: TrafficGenerator.Sending
  ) -> (outcome: Outcome, difference: String?)? {
    guard isExpected(sending, in: cloud) else { return nil }
    let outcome = specification.send(sending.frame, from: sending.guest.id, on: sending.guest.host)
    let observation = fabric.send(
      sending.frame.bytes, from: sending.guest.interface, on: sending.guest.host)
    visits += observation.visits
    tally.frames += 1
    tally.deliveries += outcome.deliveries.count
    for reason in outcome.reasons { tally.drops[reason, default: 0] += 1 }
    guard let difference = outcome.difference(from: observation, comparesReasons: comparesReasons) else {
      return (outcome, nil)
    }
    let text = """
      seed \(seed), frame \(tally.frames), \(history.count) changes:
      \(cloud.text)
      \(history.map { "- then \($0)" }.joined(separator: "\n"))
      \(sending.guest.id) on host \(sending.guest.host) sends \(sending.frame)
      \(difference)
      waiting: \(fabric.hosts.flatMap(\.incomplete).joined(separator: "; "))
      \(observation.trace)
      """
    return (outcome, text)
  }

  /// Where guests are not held to their addresses they are honest.
  func isExpected(_ sending: TrafficGenerator.Sending, in cloud: Cloud) -> Bool {
    if generator.features.contains(.guarding) { return true }
    var guest = sending.guest
    guest.port.security = .guarded
    return AddressGuard(cloud: cloud, guest: guest).allows(sending.frame)
  }

  // MARK: Changes

  /// Changes something, and puts it in force everywhere; the units that were compiled wrong, if any.
  mutating func change() -> String? {
    let what = prepareChange()
    settle()
    for host in fabric.hosts {
      let (stale, contradictory) = (host.stale, host.contradictory)
      if !stale.isEmpty {
        return "seed \(seed), host \(host.index): after '\(what)' \(stale) are not as everything compiled afresh"
      }
      if !contradictory.isEmpty {
        return "seed \(seed), host \(host.index): after '\(what)' \(contradictory) want one flow key for several flows"
      }
    }
    return nil
  }

  /// Has a host forward by exactly these flows.
  mutating func takeOver(_ flows: [Flow], on host: Int) { fabric.takeOver(flows, on: host) }

  /// Has a host lose a flow.
  mutating func lose(_ key: FlowKey, on host: Int) { fabric.lose(key, on: host) }

  /// Puts everything in force that has been compiled.
  mutating func settle() {
    specification.views = Array(repeating: cloud, count: cloud.hostCount)
    fabric.install()
  }

  mutating func install(_ slice: Slice) { fabric.install(slice.units, on: slice.host) }

  /// Changes something, and has it compiled; it is not in force, and the specification has not heard of it.
  mutating func prepareChange(of count: Int = 1) -> String {
    let old = cloud
    for _ in 0..<count {
      let change = generator.change(cloud)
      cloud = change.cloud
      history.append(change.what)
    }
    for guest in cloud.guests {
      // Where it is plugged in now nobody knows of the connections that it had.
      if let was = old.guest(guest.id), was.interface != guest.interface { specification.connections[guest.id] = nil }
    }
    fabric.update(to: cloud)
    return history.suffix(count).joined(separator: "' and '")
  }
}

extension Outcome {
  /// What differs from what was seen, in words.
  func difference(from observation: SwitchFabric.Observation, comparesReasons: Bool = true) -> String? {
    var lines = observation.strays.map { "astray: \($0)" }
    let came = Dictionary(observation.deliveries.map { (normalized($0), $1) }) { $0 + $1 }
    for delivery in Set(deliveries.keys).union(came.keys).sorted(by: { $0.text < $1.text }) {
      let (expected, seen) = (deliveries[delivery] ?? 0, came[delivery] ?? 0)
      if expected != seen { lines.append("expected \(expected) times, came \(seen) times: \(delivery.text)") }
    }
    if served != observation.served { lines.append("expected for DHCP: \(served), came: \(observation.served)") }
    // A packet that an agent is asked about is dropped by the flow that asks.
    if comparesReasons, deliveries.isEmpty, served.isEmpty, !reasons.isEmpty, observation.punts == 0,
      reasons.isDisjoint(with: observation.drops)
    {
      lines.append("expected to be dropped: \(reasons), came: \(observation.drops)")
    }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }
}

extension Outcome.Delivery {
  var text: String {
    "\(guest) \(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())"
  }
}
