import GoalState
import NetworkTypes
import OpenFlow
import Testing

@testable import Pipeline

@Suite("Packets for the agent")
struct PuntsTests {
  private let onDemand: Network = {
    var network = networkA
    network.neighborsOnDemand = true
    return network
  }()

  private func compiler(_ network: Network) -> Compiler {
    let goal = goalState([.network(network), .subnet(subnetA), .port(portA), .neighbor(neighborB)])
    return Compiler(goal: goal, host: plugged)
  }

  @Test("every controller action has userdata that tells its kind, a meter of that kind, and the agent's number")
  func actions() throws {
    var kinds: [Punt.Kind] = []
    let host = compiler(onDemand).compile(.host)
    for unit in compiler(onDemand).units {
      for flow in compiler(onDemand).compile(unit).flows {
        for case .applyActions(let actions) in flow.instructions {
          for case .controller(let action) in actions {
            #expect(action.controllerID == Punt.controllerID && action.maxLength == .max && !action.pause)
            let kind = try #require(Punt.kind(userdata: action.userdata))
            #expect(action.meter == Punt.meter(of: kind).id.rawValue)
            #expect(host.meters.contains(Punt.meter(of: kind)))
            kinds.append(kind)
          }
        }
      }
    }
    #expect(kinds.sorted { $0.rawValue < $1.rawValue } == Punt.Kind.allCases)
  }

  @Test("userdata of another version or another length says nothing")
  func userdata() {
    #expect(Punt.kind(userdata: [1, 1]) == .timeToLive)
    for other: [UInt8]? in [nil, [], [1], [1, 2], [0, 1], [7, 1], [1, 1, 1]] {
      #expect(Punt.kind(userdata: other) == nil)
    }
  }

  @Test("a port has a meter of its own, through which everything goes that the agent sees of it")
  func ration() {
    let unit = compiler(networkA).compile(.port(portA.id))
    #expect(unit.meters == [Punt.meter(of: OFPort(5))].compactMap { $0 })
    #expect(texts(unit).contains("table=94,priority=100,reg2=0x5 actions=meter:65541,goto_table:96"))
    for unit in compiler(onDemand).units {
      for flow in compiler(onDemand).compile(unit).flows where flow.table != PipelineTable.rationing.id {
        #expect(!flow.instructions.contains(.goto(.punts)))
      }
    }
  }

  @Test("meters have numbers of the agent's own, and no two the same")
  func meters() {
    let all = Punt.Kind.allCases.map(Punt.meter(of:)) + (1..<0xff00).compactMap { Punt.meter(of: OFPort($0)) }
    #expect(Set(all.map(\.id)).count == 0xfeff + Punt.Kind.allCases.count)
    #expect(all.allSatisfy { Punt.meters.contains($0.id) })
    #expect(Punt.meter(of: .local) == nil)
  }

  @Test("a network that this host knows all of hands over nothing of its own")
  func known() {
    let texts = texts(compiler(networkA).compile(.network(networkA.id)))
    #expect(!texts.isEmpty && !texts.contains { $0.contains("goto_table:94") })
  }

  @Test(
    "in a network on demand, unknown unicasts, next hops and questions of guests are handed over, below what is known")
  func unknown() {
    let texts = texts(
      compiler(onDemand).compile(.network(onDemand.id)).flows.filter { $0.instructions.contains(.goto(.rationing)) })
    #expect(
      texts == [
        "table=54,priority=70,ip,reg0=0,reg1=0x64,nw_frag=not_later actions=set_field:0x3->reg12,goto_table:94",
        "table=54,priority=70,ipv6,reg0=0,reg1=0x64,nw_frag=not_later actions=set_field:0x3->reg12,goto_table:94",
        "table=60,priority=20,reg0=0,reg1=0x64,dl_dst=00:00:00:00:00:00/01:00:00:00:00:00 "
          + "actions=set_field:0x4->reg12,goto_table:94",
        "table=30,priority=20,arp,reg0=0,reg1=0x64,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,arp_op=1 "
          + "actions=set_field:0x5->reg12,goto_table:94",
        "table=30,priority=20,icmp6,reg0=0,reg1=0x64,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,icmp_type=135,icmp_code=0 "
          + "actions=set_field:0x5->reg12,goto_table:94",
      ])
  }

  @Test("in a physical network, who is not known may still be there: only next hops are handed over")
  func physical() {
    var network = onDemand
    network.segment = .vlan(7, physicalNetwork: "rack")
    #expect(Set(Punts.onDemandFlows(of: network).map(\.table)) == [PipelineTable.nextHops.id])
  }

  @Test("what a router gives up of a guest's is handed over, and counted as dropped")
  func givenUp() {
    let unit = Unit.router(RouterID("r"))
    let flows = Punts.timeToLiveFlows(
      of: unit, network: networkA, interface: MACAddress(2, 0, 0, 0, 0, 1), etherType: EtherType.ipv6)
    let expected = [0, 1].map { timeToLive in
      "table=50,priority=160,ipv6,reg0=0,reg1=0x64,dl_dst=02:00:00:00:00:01,nw_ttl=\(timeToLive),"
        + "nw_frag=not_later actions=set_field:0x1->reg12,goto_table:94"
    }
    #expect(texts(flows) == expected)
    #expect(flows.allSatisfy { FlowCookie(rawValue: $0.cookie)?.drop == .timeToLive })
    let host = texts(Punts.hostFlows)
    for text in [
      "table=52,priority=50,ip,reg0=0,nw_frag=not_later actions=set_field:0x2->reg12,goto_table:94",
      "table=54,priority=60,ipv6,reg0=0,nw_frag=not_later actions=set_field:0x3->reg12,goto_table:94",
      "table=84,priority=20,ip,reg0=0,nw_frag=not_later actions=set_field:0x6->reg12,goto_table:94",
    ] {
      #expect(host.contains(text))
    }
  }

  @Test("a port's own drops are below everything but the ends of tables")
  func drops() {
    let flows = DropFlows.flows(of: .port(portA.id), at: OFPort(5))
    #expect(
      texts(flows) == ["table=10,priority=5,in_port=5 actions=drop", "table=60,priority=5,reg2=0x5 actions=drop"])
    #expect(
      flows.map { FlowCookie(rawValue: $0.cookie)?.drop } == [.spoofedSource, .unknownDestination])
  }

  @Test("a port that forwards nothing has no ration, and a network that forwards nothing hands nothing over")
  func waiting() {
    let goal = goalState([.network(onDemand), .port(portA)])
    #expect(Compiler(goal: goal, host: plugged).compile(.port(portA.id)).meters.isEmpty)
  }

  private func texts(_ flows: [Flow]) -> [String] { PipelineTests.texts(CompiledUnit(flows: flows)) }
  private func texts(_ unit: CompiledUnit) -> [String] { PipelineTests.texts(unit) }
}
