import GoalState
import NetworkTypes
import OpenFlow
import Pipeline
import Testing

@Suite("Connections that security groups let begin")
struct ConnectionTests {
  static let openings: [GuestPacket] = [
    .syn(80), .syn(80, .v6), .udp(53), .udp(53, .v6), .echo(), .echo(.v6), GuestPacket(.sctp(from: 9, to: 99)),
    GuestPacket(.other(47)), GuestPacket(.other(47), .v6),
  ]
  static let rules: [SecurityGroupRule] = [IPVersion.v4, .v6].flatMap { version in
    [
      .in(.tcp(80...80), version), .in(.udp(50...60), version), .in(.sctp(99...99), version), .in(.other(47), version),
      .in(.icmp(type: version == .v4 ? 8 : 128, code: nil), version),
    ]
  }

  @Test("answers pass, and what the other side begins by itself does not", arguments: openings)
  func answers(opening: GuestPacket) {
    var host = FilteredHost(db: ConnectionTests.rules)
    #expect(host.send(opening.answer).drop != nil, "nothing was asked")
    #expect(host.send(opening).arrives)
    let answer = host.send(opening.answer)
    #expect(answer.arrives, "\(answer.trace)")
    #expect(host.send(opening.next).arrives)
    #expect(host.send(.syn(80, opening.version, from: .db, to: .web)).drop == .securityGroup)
  }

  @Test("errors about a connection pass both ways, and those about none do not", arguments: openings)
  func related(opening: GuestPacket) {
    var host = FilteredHost(db: ConnectionTests.rules)
    #expect(host.send(opening.unreachable).drop == .invalidConnection)
    #expect(host.send(opening).arrives)
    let error = host.send(opening.unreachable)
    // The userspace datapath, which the model is one of, does not track SCTP's ports.
    if case .sctp = opening.content {
      #expect(error.drop == .securityGroup, "\(error.trace)")
    } else {
      #expect(error.arrives, "\(error.trace)")
    }
  }

  @Test("an error about an answer passes as well")
  func relatedToAnswer() {
    var host = FilteredHost(db: ConnectionTests.rules)
    for opening in [GuestPacket.udp(53), .udp(53, .v6)] {
      #expect(host.send(opening).arrives)
      #expect(host.send(opening.answer).arrives)
      let error = host.send(opening.answer.unreachable)
      #expect(error.arrives, "\(error.trace)")
    }
  }

  @Test("a rule that goes cuts what it alone allowed, at once, both ways and for errors", arguments: openings)
  func cut(opening: GuestPacket) {
    for side in ["web", "db"] {
      var host = FilteredHost(db: ConnectionTests.rules)
      #expect(host.send(opening).arrives)
      #expect(host.send(opening.answer).arrives)
      host.change([.securityGroup(SecurityGroup(id: SecurityGroupID(side)))])
      #expect(host.send(opening.answer).drop == .securityGroup)
      #expect(host.send(opening.next).drop == .securityGroup)
      #expect(host.send(opening.unreachable).drop == .securityGroup)
    }
  }

  @Test("a rule that goes leaves alone what another allows too")
  func kept() {
    var host = FilteredHost(db: [.in(.tcp(80...80)), .in(.tcp)])
    #expect(host.send(.syn(80)).arrives)
    #expect(host.send(.syn(80).answer).arrives)
    host.change([.securityGroup(SecurityGroup(id: SecurityGroupID("db"), rules: [.in(.tcp)]))])
    #expect(host.send(.syn(80).next).arrives)
    #expect(host.send(.syn(80).answer).arrives)
  }

  @Test("a member that leaves a remote group is cut off, and let in again when it is back")
  func member() {
    var host = FilteredHost(db: [.in(.tcp(22...22), from: .of("web"))])
    #expect(host.send(.syn(22)).arrives)
    #expect(host.send(.syn(22).answer).arrives)
    host.change([
      .securityGroup(SecurityGroup(id: SecurityGroupID("other"), rules: .anythingOut)),
      .port(FilteredHost.port(.web, .filtered([SecurityGroupID("other")]))),
    ])
    #expect(host.send(.syn(22).next).drop == .securityGroup)
    #expect(host.send(.syn(22).answer).drop == .securityGroup)
    host.change([.port(FilteredHost.port(.web, .filtered([SecurityGroupID("other"), SecurityGroupID("web")])))])
    #expect(host.send(.syn(22).next).arrives)
    #expect(host.send(.syn(22).answer).arrives)
  }

  @Test("a group that names itself lets its members talk to each other")
  func itself() {
    let group = SecurityGroup(id: SecurityGroupID("one"), rules: [.in(from: .of("one")), .out(to: .of("one"))])
    let security = PortSecurity.filtered([group.id])
    var host = FilteredHost(web: security, db: security, [.securityGroup(group)])
    for packet in [GuestPacket.syn(80), .syn(81, from: .db, to: .web), .udp(7), .echo(from: .db, to: .web)] {
      #expect(host.send(packet).arrives)
      #expect(host.send(packet.answer).arrives)
    }
    host.change([.port(FilteredHost.port(.web, .filtered([])))])
    #expect(host.send(.syn(82)).drop == .securityGroup)
    #expect(host.send(.syn(82, from: .db, to: .web)).drop == .securityGroup)
  }

  @Test("what a stateless group allows has no answers but by a rule of its own")
  func stateless() {
    let asks = GuestPacket.udp(53)
    var host = FilteredHost(db: [.in(.udp(53...53))], isDBStateful: false)
    #expect(host.send(asks).arrives)
    #expect(host.send(asks.answer).drop == .securityGroup)
    host.change([
      .securityGroup(
        SecurityGroup(
          id: SecurityGroupID("db"), isStateful: false,
          rules: [.in(.udp(53...53)), .out(.udp(40000...40000), to: .prefix(prefix("10.0.0.10/32")))]))
    ])
    #expect(host.send(asks.answer).arrives)
    #expect(host.send(asks.unreachable).drop == .securityGroup)
  }

  @Test("a port with groups of both kinds has its connections tracked but for what a stateless rule allows")
  func mixed() {
    let stateless = SecurityGroup(id: SecurityGroupID("less"), isStateful: false, rules: [.in(.udp, from: .of("web"))])
    let stateful = SecurityGroup(id: SecurityGroupID("full"), rules: [.in(.tcp(80...80)), .out(.tcp)])
    let web = SecurityGroup(id: SecurityGroupID("web"), rules: .anythingOut + [.in(.tcp(1000...1000))])
    var host = FilteredHost(
      web: .filtered([web.id]), db: .filtered([stateless.id, stateful.id]),
      [.securityGroup(stateless), .securityGroup(stateful), .securityGroup(web)])
    #expect(host.send(.udp(53)).arrives)
    #expect(host.send(.udp(53).answer).drop == .securityGroup)
    #expect(host.send(.syn(80)).arrives)
    #expect(host.send(.syn(80).answer).arrives)
    let begun = host.send(.syn(1000, from: .db, to: .web))
    #expect(begun.arrives, "\(begun.trace)")
    #expect(host.send(.syn(1000, from: .db, to: .web).answer).arrives)
    #expect(host.send(.syn(81)).drop == .securityGroup)
  }

  @Test("fragments pass a stateless rule that asks for no port, and no other")
  func statelessFragments() {
    var host = FilteredHost(web: .anythingOut, db: [.in(.udp)], isWebStateful: false, isDBStateful: false)
    #expect(host.send(GuestPacket(.fragment(17))).arrives)
    host.change([
      .securityGroup(SecurityGroup(id: SecurityGroupID("db"), isStateful: false, rules: [.in(.udp(0...1023))]))
    ])
    #expect(host.send(.udp(53)).arrives)
    #expect(host.send(GuestPacket(.fragment(17))).drop == .securityGroup)
  }

  @Test("multicast listeners are heard, and asked", arguments: [130, 131, 132, 143] as [UInt8])
  func listeners(type: UInt8) {
    var host = FilteredHost(web: .filtered([]), db: .guarded)
    let message = GuestPacket(.icmp(type: type, code: 0, rest: Array(repeating: 0, count: 20)), .v6)
    #expect(host.send(message).arrives)
    var back = message
    swap(&back.source, &back.destination)
    #expect(host.send(back).arrives == (type == 130))
  }

  @Test("what is neither IP nor ARP comes to no filtered port")
  func otherTypes() {
    var host = FilteredHost(
      web: .off, db: .filtered([SecurityGroupID("any")]),
      [
        .securityGroup(SecurityGroup(id: SecurityGroupID("any"), rules: [.in(), .in(.any, .v6)]))
      ])
    var frame = GuestPacket.udp(53).frame
    #expect(host.send(frame, from: Guest.web.port, to: Guest.db.port).arrives)
    frame.replaceSubrange(12..<14, with: [0x88, 0xb5])
    #expect(host.send(frame, from: Guest.web.port, to: Guest.db.port).drop == .securityGroup)
  }
}
