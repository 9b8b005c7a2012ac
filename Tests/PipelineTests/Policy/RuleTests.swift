import GoalState
import NetworkTypes
import OpenFlow
import Pipeline
import Testing

@Suite("What rules of security groups let begin")
struct RuleTests {
  /// What `db`'s group allows, a packet that is the first from `web` to `db`, and whether it arrives.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var out: [SecurityGroupRule] = .anythingOut
    var rules: [SecurityGroupRule]
    let packet: GuestPacket
    let arrives: Bool

    var testDescription: String { name }
  }

  static let ports: [Case] = [
    Case(name: "a port", rules: [.in(.tcp(80...80))], packet: .syn(80), arrives: true),
    Case(name: "another port", rules: [.in(.tcp(80...80))], packet: .syn(81), arrives: false),
    Case(name: "the first of a range", rules: [.in(.tcp(80...443))], packet: .syn(80), arrives: true),
    Case(name: "the last of a range", rules: [.in(.tcp(80...443))], packet: .syn(443), arrives: true),
    Case(name: "within a range", rules: [.in(.tcp(80...443))], packet: .syn(256), arrives: true),
    Case(name: "below a range", rules: [.in(.tcp(80...443))], packet: .syn(79), arrives: false),
    Case(name: "above a range", rules: [.in(.tcp(80...443))], packet: .syn(444), arrives: false),
    Case(name: "the port of another protocol", rules: [.in(.tcp(53...53))], packet: .udp(53), arrives: false),
    Case(name: "UDP", rules: [.in(.udp(53...53))], packet: .udp(53), arrives: true),
    Case(name: "TCP without ports", rules: [.in(.tcp)], packet: .syn(12345), arrives: true),
    Case(name: "all ports", rules: [.in(.tcp(0...65535))], packet: .syn(65535), arrives: true),
    Case(name: "the source port does not count", rules: [.in(.tcp(40000...40000))], packet: .syn(80), arrives: false),
    Case(
      name: "SCTP", rules: [.in(.sctp(80...81))], packet: GuestPacket(.sctp(from: 9, to: 81)), arrives: true),
    Case(
      name: "another port of SCTP", rules: [.in(.sctp(80...81))], packet: GuestPacket(.sctp(from: 80, to: 82)),
      arrives: false),
    Case(
      name: "ports of a protocol without ports", rules: [.in(.transport(47, ports: 1...65535))],
      packet: GuestPacket(.other(47)), arrives: false),
  ]

  static let protocols: [Case] = [
    Case(name: "no rule", rules: [], packet: .syn(80), arrives: false),
    Case(name: "only egress", rules: .anythingOut, packet: .syn(80), arrives: false),
    Case(name: "anything", rules: [.in()], packet: GuestPacket(.other(47)), arrives: true),
    Case(name: "a protocol by its number", rules: [.in(.other(47))], packet: GuestPacket(.other(47)), arrives: true),
    Case(name: "another protocol", rules: [.in(.other(47))], packet: GuestPacket(.other(50)), arrives: false),
    Case(name: "TCP by its number", rules: [.in(.other(6))], packet: .syn(80), arrives: true),
    Case(name: "ICMP", rules: [.in(.icmp(type: nil, code: nil))], packet: .echo(), arrives: true),
    Case(name: "an ICMP type", rules: [.in(.icmp(type: 8, code: nil))], packet: .echo(), arrives: true),
    Case(name: "an ICMP code", rules: [.in(.icmp(type: 8, code: 0))], packet: .echo(), arrives: true),
    Case(name: "another ICMP code", rules: [.in(.icmp(type: 8, code: 1))], packet: .echo(), arrives: false),
    Case(name: "another ICMP type", rules: [.in(.icmp(type: 13, code: nil))], packet: .echo(), arrives: false),
    Case(name: "ICMP is not TCP", rules: [.in(.icmp(type: nil, code: nil))], packet: .syn(80), arrives: false),
    Case(
      name: "the sender may not begin it", out: [.out(.udp)], rules: [.in()], packet: .syn(80), arrives: false),
    Case(
      name: "the sender may begin just this", out: [.out(.tcp(80...80))], rules: [.in()], packet: .syn(80),
      arrives: true),
    Case(
      name: "both have a rule in the wrong direction", out: [.in()], rules: [.out()], packet: .syn(80), arrives: false),
  ]

  static let versions: [Case] = [
    Case(name: "IPv6 by a rule of IPv4", rules: [.in()], packet: .syn(80, .v6), arrives: false),
    Case(name: "IPv4 by a rule of IPv6", rules: [.in(.any, .v6)], packet: .syn(80), arrives: false),
    Case(name: "IPv6", rules: [.in(.tcp(80...443), .v6)], packet: .syn(443, .v6), arrives: true),
    Case(name: "above a range, IPv6", rules: [.in(.tcp(80...443), .v6)], packet: .syn(444, .v6), arrives: false),
    Case(
      name: "ICMPv6", rules: [.in(.icmp(type: 128, code: nil), .v6)], packet: .echo(.v6), arrives: true),
    Case(
      name: "ICMPv6 by a rule of ICMP", rules: [.in(.icmp(type: nil, code: nil))], packet: .echo(.v6), arrives: false),
    Case(
      name: "ICMPv6 of another type", rules: [.in(.icmp(type: 129, code: nil), .v6)], packet: .echo(.v6),
      arrives: false),
  ]

  static let remotes: [Case] = [
    Case(
      name: "from a prefix", rules: [.in(.any, from: .prefix(prefix("10.0.0.8/29")))], packet: .syn(80), arrives: true),
    Case(
      name: "from elsewhere", rules: [.in(.any, from: .prefix(prefix("10.0.0.16/28")))], packet: .syn(80),
      arrives: false),
    Case(
      name: "from everywhere", rules: [.in(.any, from: .prefix(prefix("0.0.0.0/0")))], packet: .syn(80), arrives: true),
    Case(
      name: "from a prefix of IPv6", rules: [.in(.any, .v6, from: .prefix(prefix("2001:db8::a/128")))],
      packet: .syn(80, .v6), arrives: true),
    Case(
      name: "from elsewhere in IPv6", rules: [.in(.any, .v6, from: .prefix(prefix("2001:db8::b/128")))],
      packet: .syn(80, .v6), arrives: false),
    Case(
      name: "a prefix of the other version", rules: [.in(.any, .v6, from: .prefix(prefix("0.0.0.0/0")))],
      packet: .syn(80, .v6), arrives: false),
    Case(
      name: "to a prefix", out: [.out(.any, to: .prefix(prefix("10.0.0.20/32")))], rules: [.in()], packet: .syn(80),
      arrives: true),
    Case(
      name: "to elsewhere", out: [.out(.any, to: .prefix(prefix("10.0.0.10/32")))], rules: [.in()], packet: .syn(80),
      arrives: false),
    Case(name: "from members", rules: [.in(.tcp(22...22), from: .of("web"))], packet: .syn(22), arrives: true),
    Case(
      name: "from members, another port", rules: [.in(.tcp(22...22), from: .of("web"))], packet: .syn(23),
      arrives: false),
    Case(name: "from members of another group", rules: [.in(from: .of("other"))], packet: .syn(22), arrives: false),
    Case(name: "from members of its own", rules: [.in(from: .of("db"))], packet: .syn(22), arrives: false),
    Case(
      name: "of two groups with one match", rules: [.in(from: .of("other")), .in(from: .of("web"))], packet: .syn(22),
      arrives: true),
    Case(
      name: "of a group and a port of another",
      rules: [.in(.tcp(22...22), from: .of("other")), .in(.udp, from: .of("web"))],
      packet: .syn(22), arrives: false),
    Case(
      name: "to members", out: [.out(.any, to: .of("db"))], rules: [.in()], packet: .syn(22), arrives: true),
    Case(
      name: "to members of another group", out: [.out(.any, to: .of("web"))], rules: [.in()], packet: .syn(22),
      arrives: false),
    Case(
      name: "from members, IPv6", rules: [.in(.any, .v6, from: .of("web"))], packet: .syn(22, .v6), arrives: true),
    Case(
      name: "from members, the other version", rules: [.in(.any, .v6, from: .of("web"))], packet: .syn(22),
      arrives: false),
  ]

  @Test(
    "what a rule allows arrives, and nothing else", arguments: [ports, protocols, versions, remotes].flatMap(\.self))
  func first(_ test: Case) {
    var host = FilteredHost(web: test.out, db: test.rules)
    let fate = host.send(test.packet)
    #expect(fate.arrives == test.arrives, "\(fate.trace)")
    #expect(fate.drop == (test.arrives ? nil : .securityGroup), "\(fate.trace)")
    // The same between the same guests by a stateless group of the receiver, as long as nothing answers.
    var stateless = FilteredHost(web: test.out, db: test.rules, isDBStateful: false)
    let alone = stateless.send(test.packet)
    #expect(alone.arrives == test.arrives, "stateless: \(alone.trace)")
    #expect(alone.drop == (test.arrives ? nil : .securityGroup), "stateless: \(alone.trace)")
    var both = FilteredHost(web: test.out, db: test.rules, isWebStateful: false, isDBStateful: false)
    #expect(both.send(test.packet).arrives == test.arrives)
  }

  @Test("a port that is not filtered is neither held to anything nor spares others their rules")
  func unfiltered() {
    let group = SecurityGroup(id: SecurityGroupID("db"), rules: [.in(.tcp(80...80))])
    for security in [PortSecurity.off, .guarded] {
      var host = FilteredHost(web: security, db: .filtered([group.id]), [.securityGroup(group)])
      #expect(host.send(.syn(80)).arrives)
      #expect(host.send(.syn(81)).drop == .securityGroup)
      #expect(host.send(.syn(80, from: .db, to: .web)).drop == .securityGroup)
      #expect(!texts(host, .port(PortID("web"))).contains { $0.hasPrefix("table=4") || $0.hasPrefix("table=70") })
    }
  }

  @Test("without a group, or with one that has not arrived, nothing passes either way")
  func withoutRules() {
    for groups in [[], ["late"]] {
      var host = FilteredHost(
        web: .filtered(groups.map { SecurityGroupID($0) }), db: .guarded)
      #expect(host.send(.syn(80)).drop == .securityGroup)
      #expect(host.send(.syn(80, from: .db, to: .web)).drop == .securityGroup)
      #expect(host.send(.echo(.v6)).drop == .securityGroup)
    }
  }

  @Test("of a group that arrived and one that has not, the first one's rules hold; the other's unit waits")
  func missingGroup() {
    let here = SecurityGroup(id: SecurityGroupID("here"), rules: [.in(.tcp(80...80))])
    var host = FilteredHost(
      web: .guarded, db: .filtered([here.id, SecurityGroupID("late")]), [.securityGroup(here)])
    #expect(host.send(.syn(80)).arrives)
    #expect(host.send(.udp(53)).drop == .securityGroup)
    let waiting = Compiler(goal: host.goal, host: FilteredHost.ports)
    #expect(waiting.compile(.port(PortID("db"))).status == .complete)
    #expect(
      waiting.compile(.securityGroup(SecurityGroupID("late"))).status
        == .waiting(reason: "ports are held to security group late, which is not known here yet"))
    #expect(waiting.units.contains(.securityGroup(SecurityGroupID("late"))))

    host.change([.securityGroup(SecurityGroup(id: SecurityGroupID("late"), rules: [.in(.udp)]))])
    #expect(host.send(.udp(53)).arrives)
  }
}

/// The flows of a unit as text, without their cookies.
func texts(_ host: FilteredHost, _ unit: Pipeline.Unit) -> [String] {
  texts(Compiler(goal: host.goal, host: FilteredHost.ports).compile(unit))
}
