import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

@Suite("Which of an Alcor message's resources are this host's")
struct AlcorReadingTests {
  private let own: Set<IPAddress> = [.v4(IPv4Address(192, 0, 2, 11))]

  private func message(_ hosts: [String: [(Alcor_Schema_ResourceType, String)]]) -> Alcor_Schema_GoalStateV2 {
    .with {
      $0.formatVersion = 102
      $0.vpcStates = ["vpc-1": AlcorSample.vpc()]
      $0.subnetStates = ["subnet-1": AlcorSample.subnet()]
      $0.portStates = ["port-1": AlcorSample.port(), "port-2": AlcorSample.port("port-2")]
      $0.neighborStates = ["neighbor-1": AlcorSample.neighbor()]
      $0.routerStates = ["router-1": AlcorSample.router(tables: [:])]
      $0.hostResources = hosts.mapValues { list in
        .with {
          $0.resources = list.map { type, id in
            .with {
              $0.type = type
              $0.id = id
            }
          }
        }
      }
    }
  }

  private func names(_ message: Alcor_Schema_GoalStateV2) -> [String] {
    AlcorOperation.operations(of: message, for: own).map {
      "\($0.subject.id)\($0.configuration == nil ? " missing" : "")"
    }
  }

  @Test("everything when no host is named")
  func everything() {
    #expect(names(message([:])) == ["vpc-1", "subnet-1", "router-1", "neighbor-1", "port-1", "port-2"])
  }

  @Test("what is named for its own addresses, each once")
  func ownResources() {
    let message = message([
      "192.0.2.11": [(.port, "port-2"), (.subnet, "subnet-1"), (.port, "port-2")], "192.0.2.12": [(.port, "port-1")],
      "not an address": [(.vpc, "vpc-1")],
    ])
    #expect(names(message) == ["port-2", "subnet-1"])
  }

  @Test("nothing when only others are named")
  func others() {
    #expect(names(message(["192.0.2.12": [(.port, "port-1")]])) == [])
  }

  @Test("of what is named and not there, neighbors are left out and others fail")
  func missing() {
    let message = message([
      "192.0.2.11": [(.neighbor, "other"), (.port, "other"), (.neighbor, "neighbor-1"), (.UNRECOGNIZED(42), "x")]
    ])
    #expect(names(message) == ["other missing", "neighbor-1", "x missing"])
    var intake = AlcorIntake()
    let standings = AlcorOperation.operations(of: message, for: own).map { intake.take($0) }
    #expect(standings.map(\.refusal) == [.failure, nil, .failure])
  }

  @Test("a router's state for one host stands under the router's id")
  func routers() {
    #expect(names(message(["192.0.2.11": [(.router, "192.0.2.11/router-1")]])) == ["router-1"])
    var other = message(["192.0.2.11": [(.router, "192.0.2.11/router-1")]])
    other.routerStates = ["192.0.2.11/router-1": AlcorSample.router("", tables: [:])]
    #expect(names(other) == ["router-1"])
  }

  @Test("the key stands in for a configuration without an id")
  func keys() {
    let message = Alcor_Schema_GoalStateV2.with {
      $0.vpcStates = ["vpc-9": AlcorSample.vpc("")]
    }
    #expect(names(message) == ["vpc-9"])
  }

  @Test("the numbers of both formats are Alcor's")
  func numbers() throws {
    // GoalState: neighbor_states 5, dhcp_states 7; GoalStateV2: dhcp_states 6, neighbor_states 7.
    let first = try Alcor_Schema_GoalState(serializedBytes: [0x2a, 0x00, 0x3a, 0x00] as [UInt8])
    #expect((first.neighborStates.count, first.dhcpStates.count) == (1, 1))
    let second = try Alcor_Schema_GoalStateV2(
      serializedBytes: [0x32, 0x03, 0x0a, 0x01, 0x61, 0x3a, 0x03, 0x0a, 0x01, 0x62] as [UInt8])
    #expect((second.dhcpStates.keys.first, second.neighborStates.keys.first) == ("a", "b"))
  }

  @Test("damaged messages are taken or refused, and nothing else happens", arguments: [1, 2, 3, 4] as [UInt64])
  func hostile(seed: UInt64) throws {
    var state = seed
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(truncatingIfNeeded: (state >> 33) % UInt64(max(1, bound)))
    }
    let bytes: [UInt8] = try message(["192.0.2.11": [(.port, "port-1"), (.router, "router-1")]]).serializedBytes()
    var intake = AlcorIntake(limits: AlcorLimits(maximumResources: 20))
    var goal = HostGoalState()
    for _ in 0..<2000 {
      var damaged = bytes
      for _ in 0..<(1 + random(4)) { damaged[random(damaged.count)] = UInt8(random(256)) }
      guard let message = try? Alcor_Schema_GoalStateV2(serializedBytes: damaged) else { continue }
      for operation in AlcorOperation.operations(of: message, for: random(2) == 0 ? own : []) {
        _ = intake.take(operation)
      }
      for operation in AlcorOperation.operations(
        of: Alcor_Schema_GoalStateV2.with { $0.portStates = message.portStates }, for: own)
      {
        _ = intake.take(operation)
      }
      if let update = intake.takeUpdate() { _ = goal.apply(update) }
    }
    #expect(goal.failures == [], "seed \(seed)")
    #expect(intake.count <= 20)
  }
}
