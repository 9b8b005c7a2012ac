import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

@Suite("Random resources between messages and the model")
struct RandomConversionTests {
  @Test("come back from the wire's bytes as they were", arguments: 1...20 as ClosedRange<UInt64>)
  func roundTrips(seed: UInt64) throws {
    var generator = ResourceGenerator(seed: seed)
    for _ in 0..<100 {
      for resource in [
        try generator.network(), generator.securityGroup(), generator.router(), generator.port(), generator.neighbor(),
      ] {
        let versioned = VersionedResource(resource, revision: generator.number(0...UInt64.max))
        let bytes: [UInt8] = try Alioth_Southbound_V1_Resource(versioned).serializedBytes()
        let decoded = DecodedResource(try Alioth_Southbound_V1_Resource(serializedBytes: bytes))
        #expect(decoded == .resource(versioned), "seed \(seed)")
      }
    }
  }
}

/// Resources with every part that can be, drawn from a seed.
struct ResourceGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// Knuth's MMIX, as the hostile inputs have it.
  private struct Source: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 31)
    }
  }

  mutating func number<Number: FixedWidthInteger>(_ range: ClosedRange<Number>) -> Number {
    var source = Source(state: state)
    defer { state = source.state }
    return Number.random(in: range, using: &source)
  }

  private mutating func flip() -> Bool { number(0...1) == 1 }

  private mutating func maybe<Value>(_ make: (inout ResourceGenerator) -> Value) -> Value? {
    flip() ? make(&self) : nil
  }

  private mutating func list<Element>(_ make: (inout ResourceGenerator) -> Element) -> [Element] {
    (0..<number(0...4)).map { _ in make(&self) }
  }

  private mutating func text() -> String { "x\(number(0...999))" }

  private mutating func mac() -> MACAddress {
    MACAddress(rawValue: 0x0200_0000_0001 + number(0...0xffff_fffe))
  }

  private mutating func address(_ version: IPVersion) -> IPAddress {
    switch version {
    case .v4: .v4(IPv4Address(10, number(0...255), number(0...255), number(1...254)))
    case .v6: IPAddress(.v6, value: 0x2001_0db8 << 96 + UInt128(number(1...UInt64.max))) ?? .v6(.any)
    }
  }

  private mutating func version() -> IPVersion { flip() ? .v4 : .v6 }

  private mutating func prefix(_ version: IPVersion) -> IPPrefix {
    let length = number(1...(version == .v4 ? 32 : 128))
    return IPPrefix(containing: address(version), length: length) ?? IPPrefix(address(version))
  }

  private mutating func gateway() -> Subnet.Gateway { Subnet.Gateway(address: address(version()), mac: mac()) }

  private mutating func groups() -> [SecurityGroupID] {
    Set(list { SecurityGroupID($0.text()) }).sorted()
  }

  private mutating func pairs() -> [AddressPair] {
    list { generator in
      AddressPair(prefix: generator.prefix(generator.version()), mac: generator.maybe { $0.mac() })
    }
  }

  private mutating func fixedIPs() -> [FixedIP] {
    let all = list { FixedIP(subnetID: SubnetID($0.text()), address: $0.address($0.version())) }
    return all.enumerated().filter { index, ip in !all[..<index].contains(ip) }.map(\.element)
  }

  mutating func network() throws -> Resource {
    let segment: NetworkSegment =
      switch number(0...4) {
      case 0: .vxlan
      case 1: .geneve
      case 2: .gre
      case 3: .vlan(number(1...4094), physicalNetwork: text())
      default: .flat(physicalNetwork: text())
      }
    let key = number(1...0xff_ffff) as UInt32
    return .network(
      Network(
        id: NetworkID(text()), name: text(), vni: try #require(VNI(key)), segment: segment,
        mtu: maybe { $0.number(68...65_535) }, neighborsOnDemand: flip()))
  }

  mutating func securityGroup() -> Resource {
    let rules = list { $0.rule() }
    return .securityGroup(
      SecurityGroup(id: SecurityGroupID(text()), name: text(), isStateful: flip(), rules: rules))
  }

  private mutating func rule() -> SecurityGroupRule {
    let version = version()
    let traffic: SecurityGroupRule.Traffic
    switch number(0...3) {
    case 0: traffic = .any
    case 1:
      let ports = maybe { generator in
        let low = generator.number(0...65_534) as UInt16
        return low...generator.number(low...65_534)
      }
      traffic = .transport([6, 17, 132][number(0...2)], ports: ports)
    case 2:
      let type = maybe { $0.number(0...255) as UInt8 }
      traffic = .icmp(type: type, code: type == nil ? nil : maybe { $0.number(0...255) })
    default: traffic = .other(number(70...130))
    }
    let remote: SecurityGroupRule.Remote =
      switch number(0...2) {
      case 0: .any
      case 1: .prefix(prefix(version))
      default: .group(SecurityGroupID(text()))
      }
    return SecurityGroupRule(
      id: text(), direction: flip() ? .egress : .ingress, version: version, traffic: traffic, remote: remote)
  }

  private mutating func routes() -> [Router.Route] {
    var routes: [Router.Route] = []
    for _ in 0..<number(0...4) {
      let version = version()
      let destination = prefix(version)
      guard !routes.contains(where: { $0.destination == destination }) else { continue }
      routes.append(Router.Route(destination: destination, nextHop: address(version)))
    }
    return routes
  }

  mutating func router() -> Resource {
    let subnets = Set(list { SubnetID($0.text()) }).sorted()
    let interfaces = subnets.map { subnet in
      Router.Interface(subnetID: subnet, address: maybe { $0.gateway() }, routes: routes())
    }
    return .router(
      Router(
        id: RouterID(text()), name: text(), adminStateUp: flip(), interfaces: interfaces, routes: routes()))
  }

  mutating func port() -> Resource {
    let security: PortSecurity =
      switch number(0...2) {
      case 0: .off
      case 1: .guarded
      default: .filtered(groups())
      }
    return .port(
      Port(
        id: PortID(text()), networkID: NetworkID(text()), name: text(), mac: mac(), fixedIPs: fixedIPs(),
        adminStateUp: flip(), hostName: maybe { $0.text() }, allowedAddressPairs: pairs(), security: security))
  }

  mutating func neighbor() -> Resource {
    .neighbor(
      Neighbor(
        id: NeighborID(text()), networkID: NetworkID(text()), mac: mac(), hostAddress: address(version()),
        fixedIPs: fixedIPs(), allowedAddressPairs: pairs(), securityGroupIDs: groups()))
  }
}
