import Foundation
import Testing

extension EndToEnd {
  @Suite("An Alcor controller", .serialized)
  struct AlcorTests {
    @Test(
      "a port waits for its interface, is in force with it, and gone when it is deleted",
      arguments: AlcorVersion.allCases)
    func portLifecycle(version: AlcorVersion) throws {
      let node = try AlcorNode.all()[0]
      let number = version == .unary ? 1 : 2
      let guest = AlcorGuest(number, vpc: "vpc-life", subnet: "subnet-life", address: "10.61.0.\(10 + number)")
      let subnet = AlcorState.subnet(
        "subnet-life", vpc: "vpc-life", vni: 6100, cidr: "10.61.0.0/24", gateway: "10.61.0.1")
      let port = AlcorState.port(guest)
      let statuses = try node.push(version, AlcorGoalState(subnet, port))
      #expect(statuses.map(\.operationStatus) == ["SUCCESS", "PENDING"])
      #expect(statuses.map(\.resourceType) == ["SUBNET", "PORT"])
      #expect(statuses.allSatisfy { $0.stateElapseTime > 0 })
      #expect(try node.flows(with: guest.mac) == 0)

      try guest.plug(on: node)
      try eventually("the port is in force") { try node.status(version, port) == "SUCCESS" }
      #expect(try node.flows(with: guest.mac) > 0)
      #expect(try node.push(version, AlcorGoalState(port)).map(\.operationStatus) == ["SUCCESS"])

      #expect(try node.push(version, AlcorGoalState(port.with("DELETE"))).map(\.operationStatus) == ["SUCCESS"])
      #expect(try node.flows(with: guest.mac) == 0)
      #expect(try node.status(version, port) == "FAILURE")
      try guest.remove(node.lab)
    }

    @Test("two ports by two goal states ping each other", arguments: AlcorVersion.allCases)
    func twoPorts(version: AlcorVersion) throws {
      let node = try AlcorNode.all()[0]
      let (vpc, vni) = version == .unary ? ("vpc-two-1", 6201) : ("vpc-two-2", 6202)
      let guests = (0..<2).map {
        AlcorGuest(vni - 6200 + 8 + 2 * $0, vpc: vpc, subnet: vpc, address: "10.62.0.\(10 + $0)")
      }
      let subnet = AlcorState.subnet(vpc, vpc: vpc, vni: vni, cidr: "10.62.0.0/24", gateway: "10.62.0.1")
      for guest in guests { try guest.plug(on: node) }
      let replies = try node.push(version, guests.map { AlcorGoalState(subnet, .port($0)) })
      #expect(replies.map(\.operationStatuses.count) == [2, 2])
      try guests[0].awaitReach(guests[1].address, node.lab)
      try guests[1].awaitReach(guests[0].address, node.lab)
      let deleted = try node.push(
        version, AlcorGoalState(guests.map { AlcorState.port($0).with("DELETE") } + [subnet.with("DELETE")]))
      #expect(deleted.map(\.operationStatus) == ["SUCCESS", "SUCCESS", "SUCCESS"])
      for guest in guests { try guest.remove(node.lab) }
    }

    @Test("ten ports without interfaces are ten times PENDING, with times", arguments: AlcorVersion.allCases)
    func tenPorts(version: AlcorVersion) throws {
      let node = try AlcorNode.all()[0]
      let (vpc, vni) = version == .unary ? ("vpc-ten-1", 6301) : ("vpc-ten-2", 6302)
      let subnet = AlcorState.subnet(vpc, vpc: vpc, vni: vni, cidr: "10.63.0.0/24", gateway: "10.63.0.1")
      let ports = (0..<10).map {
        AlcorState.port(AlcorGuest(100 + 10 * (vni - 6301) + $0, vpc: vpc, subnet: vpc, address: "10.63.0.\(10 + $0)"))
      }
      let reply = try #require(try node.push(version, [AlcorGoalState([subnet] + ports)]).first)
      #expect(reply.messageTotalOperationTime > 0)
      let statuses = reply.operationStatuses.filter { $0.resourceType == "PORT" }
      #expect(Set(statuses.map(\.resourceId)) == Set(ports.map(\.id)))
      #expect(statuses.allSatisfy { $0.operationStatus == "PENDING" && $0.stateElapseTime > 0 })
      #expect(statuses.allSatisfy { $0.stateElapseTime <= reply.messageTotalOperationTime })
      let deleted = try node.push(version, AlcorGoalState((ports + [subnet]).map { $0.with("DELETE") }))
      #expect(deleted.allSatisfy { $0.operationStatus == "SUCCESS" })
    }

    @Test("neighbors, one and ten, are in force and gone again", arguments: AlcorVersion.allCases, ["L2", "L3"])
    func neighbors(version: AlcorVersion, type: String) throws {
      let node = try AlcorNode.all()[0]
      let subnet = AlcorState.subnet("subnet-n", vpc: "vpc-n", vni: 6400, cidr: "10.64.0.0/24", gateway: "10.64.0.1")
      for count in [1, 10] {
        let guests = (0..<count).map {
          AlcorGuest(200 + $0, vpc: "vpc-n", subnet: "subnet-n", address: "10.64.0.\(10 + $0)")
        }
        let states = guests.map { AlcorState.neighbor($0, on: "192.0.2.200", type: type) }
        let statuses = try node.push(version, AlcorGoalState([subnet] + states))
        #expect(statuses.map(\.operationStatus) == Array(repeating: "SUCCESS", count: count + 1))
        for guest in guests { #expect(try node.flows(with: guest.mac) > 0) }
        let deleted = try node.push(version, AlcorGoalState(states.map { $0.with("DELETE") }))
        #expect(deleted.map(\.operationStatus) == Array(repeating: "SUCCESS", count: count))
        for guest in guests { #expect(try node.flows(with: guest.mac) == 0) }
      }
    }

    @Test("guests of two nodes reach each other by neighbors, as long as there are, and only in their network")
    func acrossNodes() throws {
      let nodes = try AlcorNode.all()
      let lab = nodes[0].lab
      let networks = [("vpc-x", 6501), ("vpc-y", 6502)]
      var guests: [[AlcorGuest]] = []
      for (index, node) in nodes.enumerated() {
        guests.append(
          networks.enumerated().map { number, network in
            AlcorGuest(
              300 + 10 * index + number, vpc: network.0, subnet: network.0,
              address: "10.65.0.\(10 + 10 * index + number)")
          })
        for guest in guests[index] { try guest.plug(on: node) }
      }
      for (index, node) in nodes.enumerated() {
        let other = 1 - index
        let states =
          networks.map { AlcorState.subnet($0.0, vpc: $0.0, vni: $0.1, cidr: "10.65.0.0/24", gateway: "10.65.0.1") }
          + guests[index].map { AlcorState.port($0) }
          + guests[other].map { AlcorState.neighbor($0, on: nodes[other].address) }
        _ = try node.push(.stream, AlcorGoalState(states))
      }
      try guests[0][0].awaitReach(guests[1][0].address, lab)
      try guests[1][1].awaitReach(guests[0][1].address, lab)
      #expect(try !guests[0][0].reaches(guests[1][1].address, count: 3, lab))

      let gone = AlcorState.neighbor(guests[1][0], on: nodes[1].address).with("DELETE")
      #expect(try nodes[0].push(.stream, AlcorGoalState(gone)).map(\.operationStatus) == ["SUCCESS"])
      #expect(try !guests[0][0].reaches(guests[1][0].address, count: 3, lab))
      #expect(try guests[1][1].reaches(guests[0][1].address, count: 3, lab))
      for guest in guests.flatMap({ $0 }) { try guest.remove(lab) }
    }

    @Test(
      "a router joins two subnets, across nodes, whether it comes before the ports or after", arguments: [false, true])
    func router(isFirst: Bool) throws {
      let nodes = try AlcorNode.all()
      let lab = nodes[0].lab
      let offset = isFirst ? 10 : 0
      let names = ["subnet-r\(offset)", "subnet-s\(offset)"]
      let subnets = names.enumerated().map {
        AlcorState.subnet(
          $1, vpc: "vpc-r\(offset)", vni: 6600 + offset, cidr: "10.66.\($0).0/24", gateway: "10.66.\($0).1"
        ).with("CREATE", ["gateway": ["ip_address": "10.66.\($0).1", "mac_address": "fa:16:3e:ee:66:1\($0)"]])
      }
      let guests = names.enumerated().map {
        AlcorGuest(400 + offset + $0, vpc: "vpc-r\(offset)", subnet: $1, address: "10.66.\($0).10")
      }
      let router = AlcorState(
        kind: "router", operation: "CREATE",
        configuration: [
          "revision_number": 1, "id": "router-\(offset)", "update_type": "FULL",
          "host_dvr_mac_address": "fa:16:3e:d7:f2:00",
          "subnet_routing_tables": names.enumerated().map { number, name in
            [
              "subnet_id": name,
              "routing_rules": [
                [
                  "operation_type": number == 0 ? "CREATE" : "UPDATE", "id": "rule-\(number)",
                  "destination": "10.77.\(number).0/24", "next_hop_ip": "10.66.\(number).10",
                ]
              ],
            ] as [String: Any]
          },
        ])
      let unknown = try nodes[0].push(.stream, AlcorGoalState(router.with("DELETE")))
      #expect(unknown.map(\.operationStatus) == ["FAILURE"])
      for (number, guest) in guests.enumerated() { try guest.plug(on: nodes[number], gateway: "10.66.\(number).1") }
      for (index, node) in nodes.enumerated() {
        let ports = AlcorGoalState(
          subnets + [.port(guests[index]), .neighbor(guests[1 - index], on: nodes[1 - index].address, type: "L3")])
        let states = isFirst ? [AlcorGoalState(router), ports] : [ports, AlcorGoalState(router)]
        for state in states { _ = try node.push(.stream, state) }
        try eventually("the router is in force") { try node.status(.stream, router) == "SUCCESS" }
      }
      try guests[0].awaitReach("10.66.0.1", lab)
      try guests[0].awaitReach(guests[1].address, lab)
      try guests[1].awaitReach(guests[0].address, lab)
      for node in nodes {
        #expect(try node.push(.stream, AlcorGoalState(router.with("DELETE"))).map(\.operationStatus) == ["SUCCESS"])
      }
      #expect(try !guests[0].reaches(guests[1].address, count: 3, lab))
      for guest in guests { try guest.remove(lab) }
    }

    @Test("a stream's messages are answered one by one: empty, repeated, late, and for other hosts")
    func order() throws {
      let node = try AlcorNode.all()[0]
      let subnet = AlcorState.subnet("subnet-o", vpc: "vpc-o", vni: 6700, cidr: "10.67.0.0/24", gateway: "10.67.0.1")
      let guest = AlcorGuest(500, vpc: "vpc-o", subnet: "subnet-o", address: "10.67.0.10")
      let neighbor = AlcorState.neighbor(guest, on: "192.0.2.200").with("CREATE", ["revision_number": 5])
      let replies = try node.push(
        .stream,
        [
          AlcorGoalState(), AlcorGoalState(subnet, neighbor), AlcorGoalState(neighbor),
          AlcorGoalState(neighbor.with("UPDATE", ["revision_number": 4, "host_ip_address": "192.0.2.201"])),
          AlcorGoalState(
            subnet, neighbor,
            hosts: [
              node.address: [("NEIGHBOR", guest.port), ("NEIGHBOR", "none"), ("PORT", "none")], "192.0.2.250": [],
            ]),
          AlcorGoalState(neighbor.with("DELETE"), hosts: ["192.0.2.250": [("NEIGHBOR", guest.port)]]),
          AlcorGoalState(
            neighbor.with("UPDATE", ["host_ip_address": "nonsense"]), neighbor.with("GET", ["id": "other"])),
          AlcorGoalState(neighbor.with("DELETE"), subnet.with("DELETE")),
        ])
      #expect(replies.allSatisfy { $0.formatVersion == 102 })
      #expect(
        replies.map { $0.operationStatuses.map(\.operationStatus) } == [
          [], ["SUCCESS", "SUCCESS"], ["SUCCESS"], ["OUT_OF_ORDER"], ["SUCCESS", "FAILURE"], [],
          // By their keys in the map.
          replies[6].operationStatuses.map { $0.resourceId == "other" ? "FAILURE" : "INVALID_ARG" },
          ["SUCCESS", "SUCCESS"],
        ])
      #expect(replies[6].operationStatuses.count == 2)
    }

    @Test("ten thousand messages of one neighbor each on one stream are answered in order")
    func burst() throws {
      let node = try AlcorNode.all()[0]
      let subnet = AlcorState.subnet("subnet-b", vpc: "vpc-b", vni: 6800, cidr: "10.99.0.0/16", gateway: "10.99.255.1")
      _ = try node.push(.stream, AlcorGoalState(subnet))
      let template = AlcorState.neighbor(
        AlcorGuest(600, vpc: "vpc-b", subnet: "subnet-b", address: "10.99.0.1"), on: "192.0.2.200")
      let line = try #require(
        try node.run("burst", [try AlcorGoalState(template).json(.stream)], "10000").first)
      struct Outcome: Decodable {
        var replies: Int
        var successes: Int
        var inOrder: Bool
      }
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let outcome = try decoder.decode(Outcome.self, from: Data(line.utf8))
      #expect(outcome.replies == 10_000)
      #expect(outcome.successes == 10_000)
      #expect(outcome.inOrder)
      #expect(try node.flows(with: "02:00:00:00:27:0f") > 0)
    }

    @Test("what is not served is said so, too large a message is refused, and a client may measure with pings")
    func refused() throws {
      let node = try AlcorNode.all()[0]
      let topic = try node.run(
        "call", [], "SubscribeInfoProvisioner", "PushNodeSubscribeInfo", "NodeSubscribeInfo", "SubscribeOperationReply")
      #expect(topic.first?.contains("UNIMPLEMENTED") == true)
      #expect(topic.first?.contains("connecting is subscribing") == true)
      let rules = try node.run(
        "call", [], "GoalStateProvisioner", "PushGoalstates", "NeighborRulesRequest", "GoalStateOperationReply")
      #expect(rules.first?.contains("UNIMPLEMENTED") == true)
      let huge = try node.run("huge", [], "1024").first ?? ""
      // The server gives up reading, which the client sees first.
      #expect(huge.contains("RESOURCE_EXHAUSTED") || huge.contains("RST_STREAM"), "\(huge)")
      #expect(try node.push(.unary, [AlcorGoalState()]).count == 1)
      #expect(try node.run("pings", [], "900") == ["900"])
    }

    @Test("an agent that is restarted takes goal states again, and guests talk when it has them")
    func restarted() throws {
      let node = try AlcorNode.all()[0]
      let guests = (0..<2).map { AlcorGuest(650 + $0, vpc: "vpc-s", subnet: "subnet-s", address: "10.70.0.\(10 + $0)") }
      let subnet = AlcorState.subnet("subnet-s", vpc: "vpc-s", vni: 7100, cidr: "10.70.0.0/24", gateway: "10.70.0.1")
      for guest in guests { try guest.plug(on: node) }
      _ = try node.push(.stream, AlcorGoalState([subnet] + guests.map { AlcorState.port($0) }))
      try guests[0].awaitReach(guests[1].address, node.lab)
      try node.lab.run("agent", "restart", node.name, "--wait", "ready")
      _ = try node.push(.stream, AlcorGoalState([subnet] + guests.map { AlcorState.port($0) }))
      try guests[0].awaitReach(guests[1].address, node.lab)
      for guest in guests { try guest.remove(node.lab) }
    }

    @Test("a DHCP state has its port's guest answered, and named")
    func dhcp() throws {
      let node = try AlcorNode.all()[0]
      let guest = AlcorGuest(700, vpc: "vpc-d", subnet: "subnet-d", address: "10.68.0.10")
      let subnet = AlcorState.subnet("subnet-d", vpc: "vpc-d", vni: 6900, cidr: "10.68.0.0/24", gateway: "10.68.0.1")
      let dhcp = AlcorState(
        kind: "dhcp", operation: "CREATE",
        configuration: [
          "revision_number": 1, "id": "dhcp-d", "subnet_id": "subnet-d", "mac_address": guest.mac,
          "ipv4_address": guest.address, "port_host_name": "named",
        ])
      try node.lab.run("guest", "plug", node.name, guest.name, "--port", guest.port, "--mac", guest.mac)
      _ = try node.push(.unary, AlcorGoalState(dhcp, subnet, .port(guest)))
      try eventually("DHCP is in force") { try node.status(.unary, dhcp) == "SUCCESS" }
      try node.lab.run("guest", "dhcp", guest.name, "udhcpc")
      #expect(try node.lab.run("guest", "lease", guest.name, "address").hasPrefix(guest.address))
      let wrong = dhcp.with("UPDATE", ["ipv4_address": "10.68.0.99"])
      #expect(try node.push(.unary, AlcorGoalState(wrong)).map(\.operationStatus) == ["FAILURE"])
      try guest.remove(node.lab)
    }

    @Test("a host tells of its start once, and asks for neighbors that its guests send to")
    func onDemand() throws {
      let nodes = try AlcorNode.all()
      let lab = nodes[0].lab
      try lab.run("node", "add", "alcor3")
      try lab.run("alcor", "agent", "alcor3", "192.0.2.1:9016")
      let node = try AlcorNode(lab: lab, name: "alcor3")
      let here = AlcorGuest(800, vpc: "vpc-q", subnet: "subnet-q", address: "10.69.0.10")
      let there = AlcorGuest(801, vpc: "vpc-q", subnet: "subnet-q", address: "10.69.0.11")
      let subnet = AlcorState.subnet("subnet-q", vpc: "vpc-q", vni: 7000, cidr: "10.69.0.0/24", gateway: "10.69.0.1")
      try here.plug(on: node)
      try there.plug(on: nodes[1])
      let neighbor = AlcorState.neighbor(there, on: nodes[1].address)
      let known: [String: Any] = [
        there.address: ["operation_type": "CREATE", "configuration": neighbor.configuration]
      ]
      let file = try node.file([String(decoding: try JSONSerialization.data(withJSONObject: known), as: UTF8.self)])
      let ncm = try lab.start("alcor", "ncm", "alcor3", file)
      _ = try nodes[1].push(.stream, AlcorGoalState(subnet, .port(there), .neighbor(here, on: node.address)))
      _ = try node.push(.stream, AlcorGoalState(subnet, .port(here)))
      try eventually("the port is in force", last: { ncm.output }) {
        try node.status(.stream, .port(here)) == "SUCCESS"
      }
      try eventually("the start was told of", last: { ncm.output }) { ncm.output.contains("AGENT_RESTARTED") }
      // The first packet may be lost where the nodes do not know each other's MAC addresses yet; it is asked for once.
      try here.awaitReach(there.address, lab)
      #expect(try !here.reaches("10.69.0.200", count: 2, lab))
      let asked = ncm.finish(signal: SIGTERM)
      #expect(asked.components(separatedBy: "AGENT_RESTARTED").count == 2)
      #expect(asked.components(separatedBy: "\"destination_ip\": \"\(there.address)\"").count == 2)
      #expect(asked.contains(here.address))
      #expect(asked.components(separatedBy: "10.69.0.200").count == 2)
      for guest in [here, there] { try guest.remove(lab) }
      try lab.run("agent", "stop", "alcor3")
    }
  }
}
