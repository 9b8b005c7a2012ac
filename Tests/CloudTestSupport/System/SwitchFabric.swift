import GoalState
import NetworkTypes
import OpenFlow
import Pipeline
import SwitchModel

/// The hosts' switches, joined by tunnels that lose nothing.
struct SwitchFabric: Sendable {
  private(set) var hosts: [HostSwitch]
  /// The guests by host and interface, those that are gone as well.
  private var guests: [Interface: PortID] = [:]
  private var cloud: Cloud

  private struct Interface: Hashable {
    var host: Int
    var number: UInt32
  }

  /// The switches of a cloud, everything in force.
  init(_ cloud: Cloud, order: UInt64) {
    self.cloud = cloud
    hosts = (0..<cloud.hostCount).map { HostSwitch(index: $0, order: order) }
    update(to: cloud)
    for host in hosts.indices { hosts[host].install() }
  }

  /// Has every host compile what changes. What changed is to be put in force by `install`.
  mutating func update(to cloud: Cloud) {
    self.cloud = cloud
    for guest in cloud.guests { guests[Interface(host: guest.host, number: guest.interface)] = guest.id }
    for host in hosts.indices { hosts[host].update(to: cloud) }
  }

  mutating func install(_ units: Set<Unit>, on host: Int) { hosts[host].install(units) }

  mutating func install() {
    for host in hosts.indices { hosts[host].install() }
  }

  /// What was seen of a frame.
  struct Observation: Sendable {
    var deliveries: [Outcome.Delivery: Int] = [:]
    var served: Set<PortID> = []
    /// Why copies of it were dropped, in order.
    var drops: [DropReason] = []
    /// How many packets controllers were sent.
    var punts = 0
    /// Copies that went where nobody is: always a mistake.
    var strays: [String] = []
    /// What the switches did, step by step.
    var trace = ""
    /// The switches that it passed, in order.
    var visits: [Visit] = []
  }

  /// A packet that came to a switch, and what left it.
  struct Visit: Sendable {
    var host: Int
    var input: PacketInput
    var outputs: [PacketOutput]
    var matched: [FlowKey]
  }

  /// Lets a guest's interface send a frame, and follows it.
  mutating func send(_ bytes: [UInt8], from interface: UInt32, on host: Int) -> Observation {
    var observation = Observation()
    var waiting = [(host: host, input: PacketInput(bytes, port: OFPort(interface)))]
    var hops = 0
    while let (host, input) = waiting.popLast() {
      hops += 1
      guard hops < 64, hosts.indices.contains(host) else {
        observation.strays.append("goes round in circles")
        break
      }
      let result = hosts[host].receive(input)
      observation.trace += "host \(host): \(result.trace)\n"
      observation.drops += result.matched.compactMap(hosts[host].tables.drop)
      observation.visits.append(Visit(host: host, input: input, outputs: result.outputs, matched: result.matched))
      observation.punts += result.packetIns.count
      if result.hasFailed { observation.strays.append("host \(host): the switch gave up") }
      for output in result.outputs { waiting += deliver(output, from: host, &observation) }
    }
    return observation
  }

  /// Sees a packet out of a switch: what comes in elsewhere of it.
  private func deliver(
    _ output: PacketOutput, from host: Int, _ observation: inout Observation
  ) -> [(host: Int, input: PacketInput)] {
    if HostSwitch.tunnels.values.contains(output.port) {
      guard let tunnel = output.tunnel, let peer = cloud.host(of: tunnel.destination), peer != host else {
        observation.strays.append("host \(host): into a tunnel to nobody")
        return []
      }
      let metadata = TunnelMetadata(
        id: tunnel.id, source: Cloud.tunnelAddress(of: host).rawValue, destination: tunnel.destination)
      return [(peer, PacketInput(output.bytes, port: output.port, tunnel: metadata))]
    }
    if output.port == HostSwitch.physical {
      // A physical network that has learned nothing sends to all.
      return hosts.indices.filter { $0 != host }.map { ($0, PacketInput(output.bytes, port: output.port)) }
    }
    // The responder knows the guest by the destination address that the switch has put in.
    let isServed = output.port == HostSwitch.responder
    let number = isServed ? output.bytes.prefix(6).suffix(4).reduce(0) { $0 << 8 | UInt32($1) } : output.port.rawValue
    guard let guest = guests[Interface(host: host, number: number)] else {
      observation.strays.append("host \(host): out of port \(output.port)")
      return []
    }
    if isServed {
      observation.served.insert(guest)
    } else {
      observation.deliveries[Outcome.Delivery(guest: guest, bytes: output.bytes), default: 0] += 1
    }
    return []
  }

  /// Has a host forward by exactly these flows.
  mutating func takeOver(_ flows: [Flow], on host: Int) { hosts[host].takeOver(flows) }

  /// Has a host lose a flow.
  mutating func lose(_ key: FlowKey, on host: Int) { hosts[host].lose(key) }
}
