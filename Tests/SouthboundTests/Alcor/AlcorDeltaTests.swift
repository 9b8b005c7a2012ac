import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

@Suite("Messages that change a part of what a host holds")
struct AlcorDeltaTests {
  private func ports(of bench: IntakeBench, _ group: String = "group-1") -> [UInt16] {
    (bench.goal.securityGroups[SecurityGroupID(group)]?.rules ?? []).compactMap { rule in
      if case .transport(_, let ports) = rule.traffic { ports?.lowerBound } else { nil }
    }.sorted()
  }

  private func routes(of bench: IntakeBench) -> [String] {
    (bench.goal.routers[RouterID("router-1")]?.interfaces ?? []).flatMap { interface in
      interface.routes.map { "\(interface.subnetID) \($0.destination) \($0.nextHop)" }
    }.sorted()
  }

  @Test("an update changes the rules that it names, as each says, and a full one is all rules")
  func rules() {
    var bench = IntakeBench()
    bench.take(
      AlcorSample.group(rules: [
        AlcorSample.rule("a", port: 1), AlcorSample.rule("b", port: 2), AlcorSample.rule("", port: 3),
      ]))
    #expect(ports(of: bench) == [1, 2, 3])
    bench.take(
      AlcorSample.group(
        operation: .update, update: .delta,
        rules: [
          AlcorSample.rule("a", port: 0, operation: .delete), AlcorSample.rule("b", port: 20, operation: .update),
          AlcorSample.rule("c", port: 4), AlcorSample.rule("gone", port: 5, operation: .delete),
        ]))
    #expect(ports(of: bench) == [3, 4, 20])
    bench.take(
      AlcorSample.group(operation: .update, update: .delta, rules: [AlcorSample.rule("", port: 3, operation: .delete)]))
    #expect(ports(of: bench) == [4, 20])
    // The same again changes nothing.
    let before = bench.intake.revision
    bench.take(AlcorSample.group(operation: .update, update: .delta, rules: [AlcorSample.rule("c", port: 4)]))
    #expect(bench.intake.revision == before)
    bench.take(
      AlcorSample.group(
        operation: .update, update: .full,
        rules: [AlcorSample.rule("x", port: 9), AlcorSample.rule("c", port: 4, operation: .delete)]))
    #expect(ports(of: bench) == [9])
    bench.expectSettled()
  }

  @Test("routes change one by one, in the tables that an update names")
  func routing() {
    var bench = IntakeBench()
    bench.take(
      AlcorSample.router(tables: [
        "subnet-1": [AlcorSample.route("1", to: "10.1.0.0/16", through: "10.0.0.2")],
        "subnet-2": [AlcorSample.route("2", to: "10.2.0.0/16", through: "10.0.1.2")],
      ]))
    bench.take(
      AlcorSample.router(
        operation: .update, update: .delta,
        tables: [
          "subnet-1": [
            AlcorSample.route("1", to: "10.1.0.0/16", through: "10.0.0.3", operation: .update),
            AlcorSample.route("3", to: "10.3.0.0/16", through: "10.0.0.4"),
          ],
          "subnet-3": [],
        ]))
    #expect(
      routes(of: bench) == [
        "subnet-1 10.1.0.0/16 10.0.0.3", "subnet-1 10.3.0.0/16 10.0.0.4", "subnet-2 10.2.0.0/16 10.0.1.2",
      ])
    #expect(bench.goal.routers[RouterID("router-1")]?.interfaces.count == 3)
    bench.take(
      AlcorSample.router(
        operation: .update, update: .delta,
        tables: ["subnet-1": [AlcorSample.route("1", to: "", through: "", operation: .delete)]]))
    #expect(routes(of: bench) == ["subnet-1 10.3.0.0/16 10.0.0.4", "subnet-2 10.2.0.0/16 10.0.1.2"])
    bench.take(AlcorSample.router(operation: .update, update: .full, tables: ["subnet-2": []]))
    #expect(routes(of: bench) == [])
    #expect(bench.goal.routers[RouterID("router-1")]?.interfaces.map(\.subnetID.rawValue) == ["subnet-2"])
    bench.expectSettled()
  }

  @Test("a rule takes over the place of another, and a deletion by id leaves whoever has the place")
  func places() {
    let held = [
      AlcorSample.route("1", to: "10.1.0.0/16", through: "10.0.0.2"),
      AlcorSample.route("2", to: "10.2.0.0/16", through: "10.0.0.2"),
    ]
    let moved = AlcorDelta.changed(
      held, by: [AlcorSample.route("1", to: "10.2.0.0/16", through: "10.0.0.9", operation: .update)])
    #expect(moved.map(\.id) == ["1"])
    let deleted = AlcorDelta.changed(
      held, by: [AlcorSample.route("1", to: "10.2.0.0/16", through: "", operation: .delete)])
    #expect(deleted.map(\.id) == ["2"])
    let byPlace = AlcorDelta.changed(
      held, by: [AlcorSample.route("", to: "10.2.0.0/16", through: "", operation: .delete)])
    #expect(byPlace.map(\.id) == ["1"])
  }

  @Test("fields that an update leaves out stay, and lists that it has take the place of the held ones")
  func fields() {
    var bench = IntakeBench()
    bench.take(AlcorSample.subnet(), AlcorSample.port())
    let change = Alcor_Schema_PortState.with {
      $0.operationType = .update
      $0.configuration = .with {
        $0.revisionNumber = 2
        $0.id = "port-1"
        $0.updateType = .delta
        $0.adminStateUp = true
        $0.fixedIps = [
          .with {
            $0.subnetID = "subnet-1"
            $0.ipAddress = "10.0.0.20"
          }
        ]
      }
    }
    #expect(bench.take(change) == [.held])
    let port = bench.goal.ports[PortID("port-1")]
    #expect(port?.name == "tapport-1")
    #expect(port?.mac.description == "fa:16:3e:00:00:0a")
    #expect(port?.fixedIPs.map(\.address.description) == ["10.0.0.20"])
    #expect(bench.goal.revision(of: .port(PortID("port-1"))) == 2)

    bench.take(AlcorSample.neighbor())
    let move = Alcor_Schema_NeighborState.with {
      $0.operationType = .update
      $0.configuration = .with {
        $0.id = "neighbor-1"
        $0.hostIpAddress = "192.0.2.99"
      }
    }
    #expect(bench.take(move) == [.held])
    let neighbor = bench.goal.neighbors[NeighborID("neighbor-1")]
    #expect(neighbor?.hostAddress.description == "192.0.2.99")
    #expect(neighbor?.fixedIPs.map(\.address.description) == ["10.0.0.11"])
    bench.expectSettled()
  }

  @Test("an update of what is not held is the whole of it, and one that leaves too little is refused")
  func updateOfNothing() {
    var bench = IntakeBench()
    bench.take(AlcorSample.subnet())
    #expect(bench.take(AlcorSample.port(operation: .update)) == [.held])
    let empty = Alcor_Schema_PortState.with {
      $0.operationType = .update
      $0.configuration = .with { $0.id = "port-2" }
    }
    #expect(bench.take(empty).first?.refusal == .invalidArg)
    bench.expectSettled()
  }
}
