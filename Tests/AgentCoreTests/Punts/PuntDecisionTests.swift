import GoalState
import NetworkTypes
import OpenFlow
import PacketFormats
import Pipeline
import Testing

@testable import AgentCore

@Suite("What becomes of a packet that was handed over")
struct PuntDecisionTests {
  @Test("a router that gives a guest's packet up answers from its address in the guest's subnet")
  func givenUp() throws {
    for (kind, error) in [(Punt.Kind.timeToLive, ICMPError.timeExceeded), (.noRoute, .networkUnreachable)] {
      let decision = try decide(kind, ipv4(to: guestNet.gateway))
      #expect(decision == .tell(answer(error, from: guestNet.router4)))
      #expect(try decide(kind, ipv6(to: guestNet.gateway)) == .tell(answer(error, from: guestNet.router6)))
    }
  }

  @Test("an interface with an address of its own answers from that, and a frame that is for no interface is dropped")
  func ownAddress() throws {
    #expect(
      try decide(.noRoute, ipv4(to: guestNet.second)) == .tell(answer(.networkUnreachable, from: guestNet.secondRouter))
    )
    #expect(try decide(.noRoute, ipv4(to: MACAddress(2, 9, 9, 9, 9, 9))) == .drop)
    #expect(try decide(.noRoute, [UInt8](repeating: 0, count: 10)) == .drop)
  }

  @Test("a next hop that nobody has is told at once where all are known, and asked for first where they are not")
  func nextHop() throws {
    let refusal = answer(.hostUnreachable, from: guestNet.router4)
    #expect(
      try decide(.unknownNextHop, ipv4(to: guestNet.gateway), network: 200, nextHop: [0x0a01_0009]) == .tell(refusal))
    let key = NeighborAsks.Key(networkID: NetworkID("far"), target: .address(.v4(IPv4Address(10, 1, 0, 9))))
    #expect(
      try decide(.unknownNextHop, ipv4(to: guestNet.gateway), network: 201, nextHop: [0x0a01_0009])
        == .ask(key, refusal: refusal))
    let key6 = NeighborAsks.Key(
      networkID: NetworkID("far"), target: .address(.v6(IPv6Address(high: 0xfd01_0000_0000_0000, low: 9))))
    #expect(
      try decide(.unknownNextHop, ipv6(to: guestNet.gateway), network: 201, nextHop: [0xfd01_0000, 0, 0, 9])
        == .ask(key6, refusal: answer(.hostUnreachable, from: guestNet.router6)))
  }

  @Test("an unknown MAC address is asked for in a network on demand, and only there")
  func destination() throws {
    let mac = MACAddress(2, 0, 0, 0, 0, 0x77)
    #expect(
      try decide(.unknownDestination, ipv4(to: mac))
        == .ask(NeighborAsks.Key(networkID: NetworkID("net"), target: .mac(mac)), refusal: nil))
    #expect(try decide(.unknownDestination, ipv4(to: mac), onDemand: false) == .drop)
    #expect(try decide(.unknownDestination, ipv4(to: .broadcast)) == .drop)
    // A packet that was in another network when it was handed over says nothing of the port's.
    #expect(try decide(.unknownDestination, ipv4(to: mac), network: 201) == .drop)
  }

  @Test("who has an address is asked for by ARP and by neighbor discovery, when a subnet of the network has it")
  func address() throws {
    let key = { (text: String) in
      IPAddress(text).map { NeighborAsks.Key(networkID: NetworkID("net"), target: .address($0)) }
    }
    #expect(
      try decide(.unknownAddress, arp(for: IPv4Address(10, 0, 0, 9))) == key("10.0.0.9").map { .ask($0, refusal: nil) })
    #expect(try decide(.unknownAddress, arp(for: IPv4Address(10, 0, 1, 9))) == .drop)
    #expect(try decide(.unknownAddress, arp(for: guestNet.address)) == .drop)
    #expect(try decide(.unknownAddress, solicitation("fd00::9")) == key("fd00::9").map { .ask($0, refusal: nil) })
    #expect(try decide(.unknownAddress, solicitation("fd09::9")) == .drop)
    #expect(try decide(.unknownAddress, ipv4(to: .broadcast)) == .drop)
  }

  @Test("what is too big for its network is told of in the destination's name, and by the router when it was routed")
  func tooBig() throws {
    let direct = try #require(try decide(.tooBig, ipv4(to: MACAddress(2, 0, 0, 0, 0, 0x77))).told)
    #expect(direct.error == .tooBig(mtu: 1400))
    #expect(direct.sender.address == .v4(IPv4Address(10, 9, 0, 9)))
    #expect(direct.sender.mac == MACAddress(2, 0, 0, 0, 0, 0x77) && direct.sender.destinationMAC == guestNet.mac)
    var routed = ipv4(to: MACAddress(2, 0, 0, 0, 0, 0x77))
    routed.replaceSubrange(6..<12, with: [0x0a, 0xd2, 192, 0, 2, 1])
    let answer = try #require(try decide(.tooBig, routed, network: 200).told)
    // Without an MTU of its own a network has what the underlay leaves.
    #expect(answer.error == .tooBig(mtu: 1450))
    #expect(
      answer.sender == guestNet.router4
        && answer.packetOut(for: try packet(.tooBig, routed))?.data.count == 14 + 28 + 28)
    #expect(try decide(.tooBig, routed, network: 999) == .drop)
  }

  // MARK: A guest between two networks

  private enum guestNet {
    static let mac = MACAddress(2, 0, 0, 0, 0, 0x0a)
    static let address = IPv4Address(10, 0, 0, 10)
    static let gateway = MACAddress(2, 0, 0, 0, 0, 1)
    static let second = MACAddress(2, 0, 0, 0, 0, 2)
    static let router4 = ICMPError.Sender(
      address: .v4(IPv4Address(10, 0, 0, 1)), mac: gateway, destinationMAC: mac)
    static let router6 = ICMPError.Sender(
      address: .v6(IPv6Address(high: 0xfd00_0000_0000_0000, low: 1)), mac: gateway, destinationMAC: mac)
    static let secondRouter = ICMPError.Sender(
      address: .v4(IPv4Address(10, 0, 0, 2)), mac: second, destinationMAC: mac)
  }

  private func answer(_ error: ICMPError, from sender: ICMPError.Sender) -> ErrorAnswer {
    ErrorAnswer(error: error, sender: sender)
  }

  private func packet(
    _ kind: Punt.Kind, _ frame: [UInt8], network: UInt32 = 100, nextHop: [UInt32] = []
  ) throws -> PuntedPacket {
    try #require(PuntedPacket(puntedPacket(kind, port: 5, network: network, nextHop: nextHop, frame: frame)))
  }

  private func decide(
    _ kind: Punt.Kind, _ frame: [UInt8], network: UInt32 = 100, nextHop: [UInt32] = [], onDemand: Bool = true
  ) throws -> PuntDecision {
    let goal = try goal(onDemand: onDemand)
    let port = try #require(goal.ports[PortID("a")])
    return PuntDecision(
      try packet(kind, frame, network: network, nextHop: nextHop), of: port, in: goal
    ) { $0.mtu ?? 1450 }
  }

  private func goal(onDemand: Bool) throws -> HostGoalState {
    let subnet = { (id: String, network: String, prefix: String, gateway: String) throws in
      Subnet(
        id: SubnetID(id), networkID: NetworkID(network), prefix: try #require(IPPrefix(prefix)),
        gateway: Subnet.Gateway(address: try #require(IPAddress(gateway)), mac: guestNet.gateway))
    }
    let resources: [Resource] = [
      .network(Network(id: NetworkID("net"), vni: try #require(VNI(100)), mtu: 1400, neighborsOnDemand: onDemand)),
      .network(Network(id: NetworkID("near"), vni: try #require(VNI(200)))),
      .network(Network(id: NetworkID("far"), vni: try #require(VNI(201)), neighborsOnDemand: true)),
      .subnet(try subnet("s4", "net", "10.0.0.0/24", "10.0.0.1")),
      .subnet(try subnet("s6", "net", "fd00::/64", "fd00::1")),
      .port(
        Port(
          id: PortID("a"), networkID: NetworkID("net"), mac: guestNet.mac,
          fixedIPs: [FixedIP(subnetID: SubnetID("s4"), address: .v4(guestNet.address))])),
      .router(
        Router(id: RouterID("r"), interfaces: [.init(subnetID: SubnetID("s4")), .init(subnetID: SubnetID("s6"))])),
      .router(
        Router(
          id: RouterID("second"),
          interfaces: [
            .init(
              subnetID: SubnetID("s4"), address: .init(address: .v4(IPv4Address(10, 0, 0, 2)), mac: guestNet.second))
          ])),
    ]
    var goal = HostGoalState()
    _ = goal.apply(
      GoalStateUpdate(
        scope: .snapshot, version: GoalStateVersion(epoch: "e", revision: 1),
        upserts: resources.map { VersionedResource($0, revision: 1) }))
    return goal
  }

  private func ipv4(to mac: MACAddress) -> [UInt8] {
    var frame: [UInt8] = []
    EthernetHeader(destination: mac, source: guestNet.mac, etherType: .ipv4).write(to: &frame)
    IPv4Header(source: guestNet.address, destination: IPv4Address(10, 9, 0, 9), protocol: .udp)
      .write(to: &frame, payloadLength: 8)
    return frame + [0, 9, 0, 9, 0, 8, 0, 0]
  }

  private func ipv6(to mac: MACAddress) -> [UInt8] {
    var frame: [UInt8] = []
    EthernetHeader(destination: mac, source: guestNet.mac, etherType: .ipv6).write(to: &frame)
    IPv6Header(
      source: IPv6Address(high: 0xfd00_0000_0000_0000, low: 10),
      destination: IPv6Address(high: 0xfd09_0000_0000_0000, low: 9), nextHeader: .udp
    ).write(to: &frame, payloadLength: 8)
    return frame + [0, 9, 0, 9, 0, 8, 0, 0]
  }

  private func arp(for address: IPv4Address) -> [UInt8] {
    var frame: [UInt8] = []
    EthernetHeader(destination: .broadcast, source: guestNet.mac, etherType: .arp).write(to: &frame)
    ARPPacket(
      operation: .request, senderMAC: guestNet.mac, senderAddress: guestNet.address, targetMAC: .zero,
      targetAddress: address
    ).write(to: &frame)
    return frame
  }

  private func solicitation(_ text: String) throws -> [UInt8] {
    let target = try #require(IPv6Address(text))
    let source = IPv6Address(high: 0xfd00_0000_0000_0000, low: 10)
    var message: [UInt8] = []
    ICMPv6Message.writeNeighborSolicitation(
      target: target, sourceMAC: guestNet.mac, source: source, destination: target, to: &message)
    var frame: [UInt8] = []
    EthernetHeader(destination: MACAddress(0x33, 0x33, 0xff, 0, 0, 9), source: guestNet.mac, etherType: .ipv6)
      .write(to: &frame)
    IPv6Header(source: source, destination: target, nextHeader: .icmpv6, hopLimit: 255)
      .write(to: &frame, payloadLength: message.count)
    return frame + message
  }
}

extension PuntDecision {
  fileprivate var told: ErrorAnswer? {
    if case .tell(let answer) = self { answer } else { nil }
  }
}
