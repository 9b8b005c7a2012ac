import GoalState
import NetworkTypes
import OpenFlow

/// The pure function from a host's goal state and ports to flows, unit by unit.
///
/// The same function serves the first start, a change and a recompute; it looks at nothing but its arguments, and a unit
/// is always compiled whole. Where something is missing the result is a unit without flows, which drops: never a wider
/// rule.
public struct Compiler: Sendable {
  private let goal: HostGoalState
  private let host: HostPorts

  /// A compiler of this goal state on a host with these ports.
  public init(goal: HostGoalState, host: HostPorts) {
    self.goal = goal
    self.host = host
  }

  /// The flows of one unit. A unit whose resource is gone has none.
  public func compile(_ unit: Unit) -> CompiledUnit {
    switch unit {
    case .host: compileHost()
    case .network(let id): goal.networks[id].map(compile) ?? CompiledUnit()
    case .subnet(let id): goal.subnets[id].map(compile) ?? CompiledUnit()
    case .port(let id): goal.ports[id].map(compile) ?? CompiledUnit()
    case .neighbor(let id): goal.neighbors[id].map(compile) ?? CompiledUnit()
    }
  }

  /// Every unit of the goal state.
  public var units: [Unit] {
    [.host] + goal.networks.keys.map(Unit.network) + goal.subnets.keys.map(Unit.subnet)
      + goal.ports.keys.map(Unit.port) + goal.neighbors.keys.map(Unit.neighbor)
  }

  /// The end of each table: what no other flow wants is dropped and counted. Open vSwitch would drop it by itself, but
  /// would not tell how often.
  private func compileHost() -> CompiledUnit {
    let misses = PipelineTable.allCases.map { table in
      Flow(
        table: table, priority: Priority.miss, cookie: FlowCookie(.host, drop: table.missReason),
        instructions: table.missReason == nil ? [.goto(.forwarding)] : [])
    }
    return CompiledUnit(flows: misses + GuestServices.dropFlows)
  }

  private func compile(_ network: Network) -> CompiledUnit {
    let unit = Unit.network(network.id)
    let members = goal.members(of: network.id)
    let deliveries = members.ports.sorted().compactMap { id -> Action? in
      guard goal.ports[id]?.adminStateUp == true, let port = host.guests[id]?.port else { return nil }
      return .output(port)
    }
    guard let tunnel = host.tunnel else {
      let flood = floodFlow(unit, network, from: Origin.guest, actions: deliveries)
      // Guests of this host reach each other without the tunnel, so that much is put in force while it is missing.
      guard members.remoteHosts.isEmpty else {
        return CompiledUnit(flows: [flood], status: .waiting(reason: Compiler.noTunnel))
      }
      return CompiledUnit(flows: [flood])
    }
    let copies = members.remoteHosts.compactMap(\.v4).flatMap { remote -> [Action] in
      [.setField(.tunnelDst(remote)), .output(tunnel)]
    }
    let key = copies.isEmpty ? [] : [Action.setField(.tunnelID(UInt64(network.vni.rawValue)))]
    return CompiledUnit(flows: [
      Flow(
        table: .classification, priority: Priority.normal, cookie: FlowCookie(unit),
        match: [.inPort(tunnel), .tunnelID(UInt64(network.vni.rawValue))],
        instructions: [
          .applyActions([.load(.origin, Origin.tunnel), .load(.network, network.vni.rawValue)]), .goto(.forwarding),
        ]),
      floodFlow(unit, network, from: Origin.guest, actions: deliveries + key + copies),
      // What came from another host was copied by that host to all who need it: it goes to guests only.
      floodFlow(unit, network, from: Origin.tunnel, actions: deliveries),
    ])
  }

  /// Open vSwitch does not send a packet out of the port that it came in on, so the sender may be among the outputs.
  private func floodFlow(_ unit: Unit, _ network: Network, from origin: UInt32, actions: [Action]) -> Flow {
    Flow(
      table: .forwarding, priority: Priority.low, cookie: FlowCookie(unit),
      match: [.register(.origin, origin), .network(network.vni), .multicastDestination],
      instructions: actions.isEmpty ? [] : [.applyActions(actions)])
  }

  /// The gateway's addresses are answered by every host, below a port that may really have the address.
  private func compile(_ subnet: Subnet) -> CompiledUnit {
    let unit = Unit.subnet(subnet.id)
    guard let network = goal.networks[subnet.networkID] else { return .waiting(missing(subnet.networkID)) }
    // IPv6 routers are known by their link-local addresses, and may be given by them.
    if let gateway = subnet.gateway, !subnet.prefix.contains(gateway.address), gateway.address.v6?.isLinkLocal != true {
      return .invalid("gateway \(gateway.address) is not in the subnet's network \(subnet.prefix)")
    }
    guard let service = DHCPService(subnet: subnet) else { return CompiledUnit() }
    return CompiledUnit(flows: [
      arpResponder(
        FlowCookie(unit), network, address: service.serverAddress, mac: service.serverMAC, priority: Priority.low)
    ])
  }

  private func compile(_ neighbor: Neighbor) -> CompiledUnit {
    let unit = Unit.neighbor(neighbor.id)
    guard let network = goal.networks[neighbor.networkID] else { return .waiting(missing(neighbor.networkID)) }
    guard let tunnel = host.tunnel else { return .waiting(Compiler.noTunnel) }
    guard let remote = neighbor.hostAddress.v4 else {
      return .invalid("host address \(neighbor.hostAddress): tunnels over IPv6 are not supported")
    }
    let cookie = FlowCookie(unit)
    let forward = Flow(
      table: .forwarding, priority: Priority.normal, cookie: cookie,
      match: [.ethDst(neighbor.mac), .network(network.vni)],
      instructions: [
        .applyActions([
          .setField(.tunnelID(UInt64(network.vni.rawValue))), .setField(.tunnelDst(remote)), .output(tunnel),
        ])
      ])
    var flows = [forward]
    flows.reserveCapacity(1 + neighbor.fixedIPs.count)
    for address in neighbor.fixedIPs.lazy.compactMap(\.address.v4) {
      flows.append(arpResponder(cookie, network, address: address, mac: neighbor.mac, priority: Priority.normal))
    }
    return CompiledUnit(flows: flows)
  }

  private func compile(_ port: Port) -> CompiledUnit {
    let unit = Unit.port(port.id)
    guard port.adminStateUp else { return CompiledUnit() }
    guard let network = goal.networks[port.networkID] else { return .waiting(missing(port.networkID)) }
    for fixedIP in port.fixedIPs {
      guard let subnet = goal.subnets[fixedIP.subnetID] else {
        return .waiting("subnet \(fixedIP.subnetID) is not known here yet")
      }
      guard subnet.networkID == port.networkID else {
        return .invalid("subnet \(subnet.id) belongs to network \(subnet.networkID), not to \(port.networkID)")
      }
      guard subnet.prefix.contains(fixedIP.address) else {
        return .invalid("address \(fixedIP.address) is not in subnet \(subnet.id), which is \(subnet.prefix)")
      }
    }
    switch host.guests[port.id] {
    case nil: return .waiting("no interface with external_ids:iface-id=\(port.id) on the integration bridge")
    case .unusable(let reason, let interface): return .waiting("interface \(interface): \(reason)")
    case .attached(let ofport, _): return compile(port, unit, network, at: ofport)
    }
  }

  private func compile(_ port: Port, _ unit: Unit, _ network: Network, at ofport: OFPort) -> CompiledUnit {
    let cookie = FlowCookie(unit)
    var flows = [
      Flow(
        table: .classification, priority: Priority.normal, cookie: cookie, match: [.inPort(ofport)],
        instructions: [
          .applyActions([.load(.network, network.vni.rawValue), .load(.source, ofport.rawValue)]),
          .goto(.sourceGuard),
        ]),
      Flow(
        table: .sourceGuard, priority: Priority.normal, cookie: cookie,
        match: [.inPort(ofport), .ethSrc(port.mac)], instructions: [.goto(.localServices)]),
      Flow(
        table: .forwarding, priority: Priority.normal, cookie: cookie,
        match: [.ethDst(port.mac), .network(network.vni)],
        instructions: [.applyActions([.load(.destination, ofport.rawValue)]), .goto(.delivery)]),
      Flow(
        table: .delivery, priority: Priority.normal, cookie: cookie,
        match: [.register(.destination, ofport.rawValue)], instructions: [.applyActions([.output(ofport)])]),
    ]
    for address in port.fixedIPs.compactMap(\.address.v4) {
      flows.append(
        Flow(
          table: .localServices, priority: Priority.high, cookie: FlowCookie(unit, drop: .ownAddress),
          match: [.inPort(ofport), .ethType(EtherType.arp), .arpOp(ARPOperation.request), .arpTPA(address)]))
      flows.append(arpResponder(cookie, network, address: address, mac: port.mac, priority: Priority.normal))
    }
    let dhcp = dhcpService(of: port)
    let ipv6 = IPv6Service(port: port, in: goal)
    guard dhcp != nil || ipv6 != nil else { return CompiledUnit(flows: flows) }
    guard let responder = host.dhcp else { return .waiting("the DHCP responder's interface is not on the bridge yet") }
    flows += dhcp?.flows(of: ofport, responder: responder, cookie: cookie) ?? []
    flows += ipv6?.flows(of: ofport, responder: responder, cookie: cookie) ?? []
    return CompiledUnit(flows: flows)
  }

  /// The DHCP service of the port's first IPv4 address in a subnet that has DHCP.
  private func dhcpService(of port: Port) -> DHCPService? {
    port.fixedIPs.lazy.filter { $0.address.v4 != nil }.compactMap { goal.subnets[$0.subnetID] }
      .compactMap(DHCPService.init).first
  }

  /// The answer is the request turned round: the asker's addresses become the target's.
  private func arpResponder(
    _ cookie: FlowCookie, _ network: Network, address: IPv4Address, mac: MACAddress, priority: UInt16
  ) -> Flow {
    Flow(
      table: .localServices, priority: priority, cookie: cookie,
      match: [.ethType(EtherType.arp), .arpOp(ARPOperation.request), .arpTPA(address), .network(network.vni)],
      instructions: [
        .applyActions([
          Compiler.answerAsker, .setField(.ethSrc(mac)), .setField(.arpOp(ARPOperation.reply)),
          Compiler.answerSHA, Compiler.answerSPA, .setField(.arpSHA(mac)), .setField(.arpSPA(address)),
          .output(.inPort),
        ])
      ])
  }

  private static let answerAsker = Action.move(from: FieldSlice(.ethSrc), to: FieldSlice(.ethDst))
  private static let answerSHA = Action.move(from: FieldSlice(.arpSHA), to: FieldSlice(.arpTHA))
  private static let answerSPA = Action.move(from: FieldSlice(.arpSPA), to: FieldSlice(.arpTPA))

  private func missing(_ network: NetworkID) -> String { "network \(network) is not known here yet" }

  private static let noTunnel = "the switch has no tunnel port yet"
}

/// Priorities within a table; the wider the match, the lower.
enum Priority {
  static let high: UInt16 = 200
  static let raised: UInt16 = 150
  static let normal: UInt16 = 100
  static let low: UInt16 = 50
  static let miss: UInt16 = 0
}

enum EtherType {
  static let arp: UInt16 = 0x0806
  static let ipv4: UInt16 = 0x0800
  static let ipv6: UInt16 = 0x86dd
}

enum IPProtocol {
  static let udp: UInt8 = 17
  static let icmpv6: UInt8 = 58
}

enum ARPOperation {
  static let request: UInt16 = 1
  static let reply: UInt16 = 2
}

extension Instruction {
  static func goto(_ table: PipelineTable) -> Instruction { .gotoTable(table.id) }
}

extension MatchField {
  /// The group bit of the destination, set for broadcast too.
  static let multicastDestination = MatchField.ethDst(
    MACAddress(rawValue: 0x0100_0000_0000), mask: MACAddress(rawValue: 0x0100_0000_0000))
}

extension Flow {
  init(
    table: PipelineTable, priority: UInt16, cookie: FlowCookie, match: [MatchField] = [],
    instructions: [Instruction] = []
  ) {
    self.init(
      table: table.id, priority: priority, cookie: cookie.rawValue, match: Match(match), instructions: instructions)
  }
}
