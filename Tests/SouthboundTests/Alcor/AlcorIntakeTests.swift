import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

@Suite("What an Alcor controller gives a host")
struct AlcorIntakeTests {
  private let network = NetworkID("vpc-1/20")

  @Test("a port and its subnet make a network of the subnet's segment, in whatever order they come")
  func anyOrder() throws {
    let states: [any AlcorState] = [
      AlcorSample.subnet(), AlcorSample.port(), AlcorSample.neighbor(), AlcorSample.vpc(vni: 0),
    ]
    for first in states.indices {
      var bench = IntakeBench()
      for state in states[first...] + states[..<first] { bench.take(state) }
      #expect(bench.goal.networks.keys.map(\.rawValue) == ["vpc-1/20"])
      #expect(bench.goal.networks[network]?.vni == VNI(20))
      #expect(bench.goal.subnets[SubnetID("subnet-1")]?.networkID == network)
      #expect(bench.goal.ports[PortID("port-1")]?.networkID == network)
      #expect(bench.goal.neighbors[NeighborID("neighbor-1")]?.networkID == network)
      bench.expectSettled()
    }
  }

  @Test("a subnet without a segment has its VPC's, and one with another is a network of its own")
  func segments() {
    var bench = IntakeBench()
    bench.take(
      AlcorSample.subnet(vni: 0), AlcorSample.subnet("subnet-2", vni: 30, cidr: "10.0.1.0/24", gateway: "10.0.1.1"))
    #expect(bench.goal.networks.keys.map(\.rawValue) == ["vpc-1/30"])
    #expect(bench.goal.subnets[SubnetID("subnet-1")]?.networkID == NetworkID("vpc-1"))
    bench.take(AlcorSample.vpc(vni: 21))
    #expect(Set(bench.goal.networks.keys.map(\.rawValue)) == ["vpc-1/21", "vpc-1/30"])
    #expect(bench.goal.subnets[SubnetID("subnet-1")]?.networkID == NetworkID("vpc-1/21"))
    bench.take(AlcorSample.vpc(vni: 22, revision: 2, operation: .update))
    #expect(Set(bench.goal.networks.keys.map(\.rawValue)) == ["vpc-1/22", "vpc-1/30"])
    bench.take(AlcorSample.vpc(revision: 2, operation: .delete))
    #expect(bench.goal.networks.keys.map(\.rawValue) == ["vpc-1/30"])
    bench.expectSettled()
  }

  @Test("the VNI of another VPC is refused, and free once nobody has it any more")
  func foreignVNI() {
    var bench = IntakeBench()
    bench.take(AlcorSample.vpc(), AlcorSample.subnet())
    let refused = bench.take(AlcorSample.subnet("subnet-2", vpc: "vpc-2", vni: 20)).first
    #expect(refused?.refusal == .failure)
    #expect(refused?.reason.contains("vpc-1") == true)
    bench.take(AlcorSample.subnet(operation: .delete), AlcorSample.vpc(operation: .delete))
    #expect(bench.take(AlcorSample.subnet("subnet-2", vpc: "vpc-2", vni: 20)) == [.held])
    #expect(bench.goal.networks.keys.map(\.rawValue) == ["vpc-2/20"])
    bench.expectSettled()
  }

  @Test("an older revision changes nothing, the same again neither, and the same with other contents does")
  func revisions() {
    var bench = IntakeBench()
    bench.take(AlcorSample.subnet(), AlcorSample.port(revision: 5))
    #expect(bench.take(AlcorSample.port(address: "10.0.0.99", revision: 4)).first?.refusal == .outOfOrder)
    #expect(bench.take(AlcorSample.port(revision: 4, operation: .delete)).first?.refusal == .outOfOrder)
    #expect(bench.goal.ports[PortID("port-1")]?.fixedIPs.map(\.address.description) == ["10.0.0.10"])
    let before = bench.intake.revision
    #expect(bench.take(AlcorSample.port(revision: 5)) == [.held])
    #expect(bench.intake.revision == before)
    #expect(bench.take(AlcorSample.port(address: "10.0.0.12", revision: 5)) == [.held])
    #expect(bench.goal.ports[PortID("port-1")]?.fixedIPs.map(\.address.description) == ["10.0.0.12"])
    bench.expectSettled()
  }

  @Test("what is deleted stays deleted for older messages, and a repeated deletion is done")
  func deletions() {
    var bench = IntakeBench()
    bench.take(AlcorSample.subnet(), AlcorSample.port(revision: 5))
    #expect(bench.take(AlcorSample.port(revision: 6, operation: .delete)) == [.gone])
    #expect(bench.goal.ports.isEmpty)
    #expect(bench.take(AlcorSample.port(revision: 5)).first?.refusal == .outOfOrder)
    #expect(bench.take(AlcorSample.port(revision: 6, operation: .delete)) == [.gone])
    #expect(bench.take(AlcorSample.port(revision: 6)) == [.held])
    #expect(bench.goal.ports.count == 1)
    bench.expectSettled()
  }

  @Test("a resource that is made again at once with a lower revision replaces the former one")
  func madeAgain() {
    var bench = IntakeBench()
    bench.take(AlcorSample.subnet(), AlcorSample.neighbor(revision: 9))
    _ = bench.intake.take(AlcorOperation(AlcorSample.neighbor(revision: 0, operation: .delete)))
    bench.intake.deletions.remove(AlcorOperation.Subject(type: .neighbor, id: "neighbor-1"))
    _ = bench.intake.take(AlcorOperation(AlcorSample.neighbor(address: "10.0.0.77", revision: 1)))
    bench.put()
    #expect(
      bench.goal.neighbors[NeighborID("neighbor-1")]?.fixedIPs.map(\.address.description) == ["10.0.0.77"])
    bench.expectSettled()
  }

  @Test("what this host does not hold can neither be deleted nor looked at")
  func unknown() {
    var bench = IntakeBench()
    #expect(bench.take(AlcorSample.router(operation: .delete, tables: [:])).first?.refusal == .failure)
    #expect(bench.take(AlcorSample.port(operation: .get)).first?.refusal == .failure)
    #expect(bench.take(AlcorSample.neighbor(operation: .delete)).first?.refusal == .failure)
    bench.take(AlcorSample.subnet(), AlcorSample.port())
    #expect(bench.take(AlcorSample.port(operation: .get)) == [.held])
  }

  @Test("a field that is not valid is INVALID_ARG and touches nothing else")
  func invalid() {
    var bench = IntakeBench()
    let standings = bench.take(
      AlcorSample.subnet(cidr: "10.0.0.1/24"), AlcorSample.port("port 1"), AlcorSample.port(address: "10.0.0"),
      AlcorSample.neighbor(host: ""), AlcorSample.vpc(vni: 1 << 24), AlcorSample.subnet("subnet-2", vni: 1 << 24),
      AlcorSample.group(rules: [AlcorSample.rule("r", port: 70_000)]),
      AlcorSample.group(rules: [AlcorSample.rule("r", port: 1, operation: .get)]),
      AlcorSample.dhcp(mac: "ff:ff:ff:ff:ff:ff"), AlcorSample.dhcp(name: "-"),
      AlcorSample.router(tables: ["subnet-1": [AlcorSample.route("r", to: "10.0.0.0/33", through: "10.0.0.2")]]),
      AlcorSample.port(operation: .UNRECOGNIZED(9)))
    #expect(standings.map(\.refusal) == Array(repeating: .invalidArg, count: standings.count))
    #expect(bench.intake.count == 0)
    #expect(bench.take(AlcorSample.subnet(), AlcorSample.port()) == [.held, .held])
    bench.expectSettled()
  }

  @Test("gateways are refused with a reason")
  func gateways() {
    var bench = IntakeBench()
    let state = Alcor_Schema_GatewayState.with {
      $0.operationType = .create
      $0.configuration = .with { $0.id = "gateway-1" }
    }
    let standing = bench.take(state).first
    #expect(standing?.refusal == .failure)
    #expect(standing?.reason.contains("not supported") == true)
  }

  @Test("no more resources are held than the limit, whatever is sent")
  func limit() {
    var bench = IntakeBench(AlcorIntake(limits: AlcorLimits(maximumResources: 3)))
    let standings = bench.take(
      AlcorSample.subnet(), AlcorSample.neighbor("1"), AlcorSample.neighbor("2"), AlcorSample.neighbor("3"))
    #expect(standings.map(\.refusal) == [nil, nil, nil, .failure])
    #expect(bench.take(AlcorSample.neighbor("1", address: "10.0.0.50")) == [.held])
  }

  @Test("deletions are remembered up to a limit")
  func rememberedDeletions() {
    var deletions = AlcorDeletions(limit: 10)
    for number in 0..<1000 {
      deletions.insert(AlcorOperation.Subject(type: .port, id: "\(number)"), revision: 3)
      if number.isMultiple(of: 3) { deletions.remove(AlcorOperation.Subject(type: .port, id: "\(number)")) }
      #expect(deletions.count <= 15)
    }
    #expect(deletions.revision(of: AlcorOperation.Subject(type: .port, id: "998")) == 3)
    #expect(deletions.revision(of: AlcorOperation.Subject(type: .port, id: "999")) == nil)
    #expect(deletions.revision(of: AlcorOperation.Subject(type: .port, id: "1")) == nil)
  }

  @Test("networks have their neighbors on demand where there is somebody to ask")
  func onDemand() {
    var bench = IntakeBench(AlcorIntake(asksForNeighbors: true))
    bench.take(AlcorSample.subnet(), AlcorSample.neighbor())
    #expect(bench.goal.networks[network]?.neighborsOnDemand == true)
    bench.intake.forget([NeighborID("neighbor-1"), NeighborID("other")])
    bench.put()
    #expect(bench.goal.neighbors.isEmpty)
    #expect(bench.take(AlcorSample.neighbor(operation: .delete)) == [.gone])
    #expect(bench.take(AlcorSample.neighbor()) == [.held])
    #expect(bench.goal.neighbors.count == 1)
    bench.expectSettled()
  }

  @Test("an intake that is made of a host's goal state goes on where the former was")
  func restored() throws {
    var bench = IntakeBench(AlcorIntake())
    bench.take(
      AlcorSample.vpc(), AlcorSample.subnet(), AlcorSample.port(revision: 7), AlcorSample.neighbor(revision: 7),
      AlcorSample.group(revision: 2, rules: [AlcorSample.rule("a", port: 1)]),
      AlcorSample.router(tables: ["subnet-1": [AlcorSample.route("r", to: "10.9.0.0/16", through: "10.0.0.2")]]))
    var goal = HostGoalState()
    var former = bench.intake
    _ = goal.apply(former.takeSnapshot())
    var again = IntakeBench(AlcorIntake(restoring: goal))
    var copy = again.intake
    var restored = HostGoalState()
    _ = restored.apply(copy.takeSnapshot())
    #expect(restored.ports == goal.ports)
    #expect(restored.subnets == goal.subnets)
    #expect(restored.networks == goal.networks)
    #expect(restored.neighbors == goal.neighbors)
    #expect(restored.routers == goal.routers)
    #expect(restored.securityGroups == goal.securityGroups)
    #expect(again.take(AlcorSample.port(revision: 6)).first?.refusal == .outOfOrder)
    #expect(again.take(AlcorSample.subnet("subnet-2", vpc: "vpc-2")).first?.refusal == .failure)
    let before = again.intake.revision
    #expect(again.take(AlcorSample.port(revision: 7), AlcorSample.neighbor(revision: 7)) == [.held, .held])
    #expect(again.intake.revision == before)
  }
}
