import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

/// States as an Alcor controller sends them.
enum AlcorSample {
  static func vpc(
    _ id: String = "vpc-1", vni: UInt32 = 20, revision: UInt32 = 1, operation: Alcor_Schema_OperationType = .create
  ) -> Alcor_Schema_VpcState {
    .with {
      $0.operationType = operation
      $0.configuration = .with {
        $0.revisionNumber = revision
        $0.id = id
        $0.tunnelID = vni
        $0.updateType = .full
      }
    }
  }

  static func subnet(
    _ id: String = "subnet-1", vpc: String = "vpc-1", vni: UInt64 = 20, cidr: String = "10.0.0.0/24",
    gateway: String = "10.0.0.1", revision: UInt32 = 1, operation: Alcor_Schema_OperationType = .info
  ) -> Alcor_Schema_SubnetState {
    .with {
      $0.operationType = operation
      $0.configuration = .with {
        $0.revisionNumber = revision
        $0.id = id
        $0.vpcID = vpc
        $0.tunnelID = vni
        $0.cidr = cidr
        $0.gateway = .with {
          $0.ipAddress = gateway
          $0.macAddress = "fa:16:3e:00:00:01"
        }
      }
    }
  }

  static func port(
    _ id: String = "port-1", address: String = "10.0.0.10", subnet: String = "subnet-1", vpc: String = "vpc-1",
    revision: UInt32 = 1, operation: Alcor_Schema_OperationType = .create,
    _ change: (inout Alcor_Schema_PortConfiguration) -> Void = { _ in }
  ) -> Alcor_Schema_PortState {
    .with {
      $0.operationType = operation
      $0.configuration = .with {
        $0.revisionNumber = revision
        $0.id = id
        $0.vpcID = vpc
        $0.name = "tap\(id)"
        $0.macAddress = "fa:16:3e:00:00:0a"
        $0.adminStateUp = true
        $0.updateType = .full
        $0.fixedIps = [
          .with {
            $0.subnetID = subnet
            $0.ipAddress = address
          }
        ]
        change(&$0)
      }
    }
  }

  static func neighbor(
    _ id: String = "neighbor-1", address: String = "10.0.0.11", subnet: String = "subnet-1", vpc: String = "vpc-1",
    host: String = "192.0.2.12", revision: UInt32 = 1, operation: Alcor_Schema_OperationType = .create,
    _ change: (inout Alcor_Schema_NeighborConfiguration) -> Void = { _ in }
  ) -> Alcor_Schema_NeighborState {
    .with {
      $0.operationType = operation
      $0.configuration = .with {
        $0.revisionNumber = revision
        $0.id = id
        $0.vpcID = vpc
        $0.macAddress = "fa:16:3e:00:00:0b"
        $0.hostIpAddress = host
        $0.fixedIps = [
          .with {
            $0.neighborType = .l2
            $0.subnetID = subnet
            $0.ipAddress = address
          }
        ]
        change(&$0)
      }
    }
  }

  static func dhcp(
    _ id: String = "dhcp-1", address: String = "10.0.0.10", mac: String = "fa:16:3e:00:00:0a", name: String = "web",
    revision: UInt32 = 1, operation: Alcor_Schema_OperationType = .create
  ) -> Alcor_Schema_DHCPState {
    .with {
      $0.operationType = operation
      $0.configuration = .with {
        $0.revisionNumber = revision
        $0.id = id
        $0.subnetID = "subnet-1"
        $0.macAddress = mac
        $0.ipv4Address = address
        $0.portHostName = name
      }
    }
  }

  static func group(
    _ id: String = "group-1", revision: UInt32 = 1, operation: Alcor_Schema_OperationType = .create,
    update: Alcor_Schema_UpdateType = .full, rules: [Alcor_Schema_SecurityGroupConfiguration.SecurityGroupRule]
  ) -> Alcor_Schema_SecurityGroupState {
    .with {
      $0.operationType = operation
      $0.configuration = .with {
        $0.revisionNumber = revision
        $0.id = id
        $0.vpcID = "vpc-1"
        $0.updateType = update
        $0.securityGroupRules = rules
      }
    }
  }

  static func rule(
    _ id: String, port: UInt32, operation: Alcor_Schema_OperationType = .create
  ) -> Alcor_Schema_SecurityGroupConfiguration.SecurityGroupRule {
    .with {
      $0.operationType = operation
      $0.id = id
      $0.direction = .ingress
      $0.protocol = .tcp
      $0.portRangeMin = port
      $0.portRangeMax = port
    }
  }

  static func router(
    _ id: String = "router-1", revision: UInt32 = 1, operation: Alcor_Schema_OperationType = .create,
    update: Alcor_Schema_UpdateType = .full, tables: [String: [Alcor_Schema_RouterConfiguration.RoutingRule]]
  ) -> Alcor_Schema_RouterState {
    .with {
      $0.operationType = operation
      $0.configuration = .with {
        $0.revisionNumber = revision
        $0.id = id
        $0.updateType = update
        $0.subnetRoutingTables = tables.sorted { $0.key < $1.key }.map { subnet, rules in
          .with {
            $0.subnetID = subnet
            $0.routingRules = rules
          }
        }
      }
    }
  }

  static func route(
    _ id: String, to destination: String, through nextHop: String, operation: Alcor_Schema_OperationType = .create
  ) -> Alcor_Schema_RouterConfiguration.RoutingRule {
    .with {
      $0.operationType = operation
      $0.id = id
      $0.destination = destination
      $0.nextHopIp = nextHop
    }
  }
}

/// An intake with the host that it gives its updates to: every update is put in force, as far as that needs no switch.
struct IntakeBench {
  var intake: AlcorIntake
  private(set) var goal = HostGoalState()

  init(_ intake: AlcorIntake = AlcorIntake()) { self.intake = intake }

  /// Takes operations in, each as its own update.
  @discardableResult
  mutating func take(_ states: any AlcorState...) -> [AlcorStanding] {
    states.map { state in
      let standing = intake.take(operation(state))
      put()
      return standing
    }
  }

  /// Gives the host what has changed.
  mutating func put() {
    if let update = intake.takeUpdate() { _ = goal.apply(update) }
  }

  private func operation(_ state: some AlcorState) -> AlcorOperation { AlcorOperation(state) }

  /// What the host makes of everything that it has been given does not depend on the way there.
  func expectSettled(_ location: SourceLocation = #_sourceLocation) {
    var intake = intake
    var afresh = HostGoalState()
    _ = afresh.apply(intake.takeSnapshot())
    #expect(goal.failures == [], sourceLocation: location)
    #expect(afresh.networks == goal.networks, sourceLocation: location)
    #expect(afresh.subnets == goal.subnets, sourceLocation: location)
    #expect(afresh.ports == goal.ports, sourceLocation: location)
    #expect(afresh.neighbors == goal.neighbors, sourceLocation: location)
    #expect(afresh.routers == goal.routers, sourceLocation: location)
    #expect(afresh.securityGroups == goal.securityGroups, sourceLocation: location)
  }
}

extension AlcorStanding {
  /// The status with which an operation was refused.
  var refusal: Alcor_Schema_OperationStatus? {
    if case .refused(let refusal) = self { refusal.status } else { nil }
  }

  /// Why it was refused.
  var reason: String {
    if case .refused(let refusal) = self { refusal.reason } else { "" }
  }
}
