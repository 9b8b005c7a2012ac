import GoalState
import NetworkTypes
import OpenFlow
import Testing

@testable import Pipeline

@Suite("The flows of security groups")
struct PolicyFlowTests {
  private func lines(_ host: FilteredHost, _ unit: Pipeline.Unit, tables: Set<Int>) -> [String] {
    texts(host, unit).filter { line in tables.contains { line.hasPrefix("table=\($0),") } }
  }

  @Test("a port's packets are tracked in a zone of its own, and what is neither IP nor ARP is dropped")
  func entry() {
    let host = FilteredHost(db: [])
    #expect(
      lines(host, .port(PortID("db")), tables: [40, 41, 70]) == [
        "table=40,priority=100,ip,reg2=0x6 actions=set_field:0->reg4,set_field:0x6->reg5,"
          + "ct(table=42,zone=NXM_NX_REG5[0..15])",
        "table=40,priority=100,ipv6,reg2=0x6 actions=set_field:0->reg4,set_field:0x6->reg5,"
          + "ct(table=42,zone=NXM_NX_REG5[0..15])",
        "table=40,priority=50,reg2=0x6 actions=drop",
        "table=70,priority=100,ip,reg3=0x6 actions=set_field:0x1->reg4,set_field:0x6->reg5,"
          + "ct(table=42,zone=NXM_NX_REG5[0..15])",
        "table=70,priority=100,ipv6,reg3=0x6 actions=set_field:0x1->reg4,set_field:0x6->reg5,"
          + "ct(table=42,zone=NXM_NX_REG5[0..15])",
        "table=70,priority=50,reg3=0x6 actions=drop",
      ])
  }

  @Test("with groups of both kinds the packet alone is judged first, and its connection if no rule wants it")
  func bothKinds() {
    let groups = [
      SecurityGroup(id: SecurityGroupID("full"), rules: []),
      SecurityGroup(id: SecurityGroupID("less"), isStateful: false, rules: [.in(.udp(53...53))]),
    ]
    let host = FilteredHost(web: .guarded, db: .filtered(groups.map(\.id)), groups.map(Resource.securityGroup))
    #expect(
      lines(host, .port(PortID("db")), tables: [45, 70]) == [
        "table=70,priority=100,ip,reg3=0x6 actions=set_field:0x1->reg4,set_field:0x6->reg5,ct_clear,resubmit(,45)",
        "table=45,priority=50,ip,reg5=0x6 actions=ct(table=42,zone=NXM_NX_REG5[0..15])",
        "table=70,priority=100,ipv6,reg3=0x6 actions=set_field:0x1->reg4,set_field:0x6->reg5,ct_clear,resubmit(,45)",
        "table=45,priority=50,ipv6,reg5=0x6 actions=ct(table=42,zone=NXM_NX_REG5[0..15])",
        "table=70,priority=50,reg3=0x6 actions=drop",
        "table=45,priority=150,udp,reg5=0x6,nw_frag=no,tp_dst=53 actions=goto_table:46",
      ])
    #expect(lines(host, .port(PortID("db")), tables: [41]).count == 2)
  }

  @Test("rules are matches of the connection's first packet")
  func rules() {
    let host = FilteredHost(
      web: [.out(.any, .v6, to: .prefix(prefix("2001:db8:1::/48")))],
      db: [
        .in(.tcp(8000...8008)), .in(.icmp(type: 8, code: 0)), .in(.other(47), from: .prefix(prefix("10.1.0.0/16"))),
        .in(.sctp(7...7)),
      ])
    #expect(
      lines(host, .port(PortID("web")), tables: [43]) == [
        "table=43,priority=150,ct_state=-inv+trk,ct_ipv6_dst=2001:db8:1::/48,ipv6,reg5=0x5 actions=goto_table:46"
      ])
    let start = "table=44,priority=150,ct_state=-inv+trk"
    #expect(
      lines(host, .port(PortID("db")), tables: [44]) == [
        "\(start),ct_nw_proto=6,ct_tp_dst=0x1f40/0xfff8,ip,reg5=0x6 actions=goto_table:46",
        "\(start),ct_nw_proto=6,ct_tp_dst=8008,ip,reg5=0x6 actions=goto_table:46",
        "\(start),ct_nw_proto=6,ip,reg5=0x6,nw_frag=later actions=goto_table:46",
        "\(start),ct_nw_proto=1,ct_tp_src=8,ct_tp_dst=0,ip,reg5=0x6 actions=goto_table:46",
        "\(start),ct_nw_proto=1,ip,reg5=0x6,nw_frag=later actions=goto_table:46",
        "\(start),ct_nw_src=10.1.0.0/16,ct_nw_proto=47,ip,reg5=0x6 actions=goto_table:46",
        "\(start),ct_nw_proto=132,ct_tp_dst=7,ip,reg5=0x6 actions=goto_table:46",
        "table=44,priority=150,ct_state=-rpl-inv+trk,ct_nw_proto=132,sctp,reg5=0x6,tp_dst=7 actions=goto_table:46",
        "table=44,priority=150,ct_state=+rpl-inv+trk,ct_nw_proto=132,sctp,reg5=0x6,tp_src=7 actions=goto_table:46",
      ])
  }

  @Test("rules with one match share a flow, of all of the port's groups")
  func sharedFlows() {
    let rules: [SecurityGroupRule] = [
      .in(.tcp(22...22)), .in(.tcp(22...22), from: .prefix(prefix("0.0.0.0/0"))), .in(.tcp(22...22), from: .of("b")),
      .in(.tcp(22...22), from: .of("a")),
    ]
    let groups = ["one", "two"].map { SecurityGroup(id: SecurityGroupID($0), rules: rules) }
    let host = FilteredHost(
      web: .guarded, db: .filtered(groups.map(\.id) + groups.map(\.id)), groups.map(Resource.securityGroup))
    let ids = ["a", "b"].compactMap { host.goal.number(of: SecurityGroupID($0)).map { $0 << 2 | 1 } }.sorted()
    let clauses = ids.map { "conjunction(\($0),2/2)" }.joined(separator: ",")
    #expect(
      lines(host, .port(PortID("db")), tables: [44]) == [
        "table=44,priority=150,ct_state=-inv+trk,ct_nw_proto=6,ct_tp_dst=22,ip,reg5=0x6 actions=goto_table:46",
        "table=44,priority=150,ct_state=-inv+trk,ct_nw_proto=6,ip,reg5=0x6,nw_frag=later actions=goto_table:46",
        "table=44,priority=100,ct_state=-inv+trk,ct_nw_proto=6,ct_tp_dst=22,ip,reg5=0x6 actions=\(clauses)",
        "table=44,priority=100,ct_state=-inv+trk,ct_nw_proto=6,ip,reg5=0x6,nw_frag=later actions=\(clauses)",
      ])
  }

  @Test("a remote group's unit ends its conjunctions, with the same numbers as members and rules have")
  func conjunction() throws {
    let host = FilteredHost(db: [.in(.any, from: .of("web"))])
    let number = try #require(host.goal.number(of: SecurityGroupID("web")))
    let id = number << 2 | 1
    #expect(
      texts(host, .securityGroup(SecurityGroupID("web"))) == [
        "table=44,priority=100,conj_id=\(id) actions=goto_table:46"
      ])
    #expect(
      lines(host, .port(PortID("web")), tables: [44]) == [
        "table=44,priority=100,ct_state=-inv+trk,ct_nw_src=10.0.0.10,ip,reg1=0x64 actions=conjunction(\(id),1/2)",
        "table=44,priority=100,ct_state=-inv+trk,ct_ipv6_src=2001:db8::a,ipv6,reg1=0x64 "
          + "actions=conjunction(\(id),1/2)",
      ])
    #expect(
      lines(host, .port(PortID("db")), tables: [44]) == [
        "table=44,priority=100,ct_state=-inv+trk,ip,reg5=0x6 actions=conjunction(\(id),2/2)"
      ])
  }

  @Test("flows of rules and flows of conjunctions have priorities of their own")
  func priorities() {
    let host = FilteredHost(
      web: [.in(.any, from: .of("db")), .out(), .out(.tcp, to: .of("db"))],
      db: [.in(.tcp), .in(.tcp(1...9), from: .of("web")), .out(.any, to: .prefix(prefix("10.0.0.0/8")))])
    let compiler = Compiler(goal: host.goal, host: FilteredHost.ports)
    var kinds: [UInt16: Set<Bool>] = [:]
    for flow in compiler.units.flatMap({ compiler.compile($0).flows }) where (43...44).contains(flow.table.rawValue) {
      let isConjunction = flow.description.contains("conj")
      kinds[flow.priority, default: []].insert(isConjunction)
    }
    #expect(kinds == [0: [false], 100: [true], 150: [false]])
  }

  @Test("each drop names its reason")
  func reasons() {
    let host = FilteredHost(db: [])
    let compiler = Compiler(goal: host.goal, host: FilteredHost.ports)
    let drops = compiler.units.flatMap { compiler.compile($0).flows }.filter {
      (40...46).contains($0.table.rawValue) && $0.instructions.isEmpty
    }
    #expect(!drops.isEmpty)
    for flow in drops {
      let reason = FlowCookie(rawValue: flow.cookie)?.drop
      #expect(
        reason
          == (flow.table.rawValue == 42 ? .invalidConnection : flow.table.rawValue == 46 ? .portGone : .securityGroup))
    }
  }
}
