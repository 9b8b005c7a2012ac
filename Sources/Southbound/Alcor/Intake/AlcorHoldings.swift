import GoalState
import GoalStateProtobuf
import NetworkTypes

/// A resource that Alcor's controller has given, with its revision, and the message that it came from, which a later one may
/// change in part.
struct AlcorHeld<Value: Sendable & Equatable, Configuration: Sendable>: Sendable {
  var revision: UInt64
  var value: Value
  var configuration: Configuration
}

/// What is held of a VPC: it names networks, and is none itself.
struct AlcorVPC: Sendable, Equatable {
  /// What all of its networks have.
  var template: Network
  /// The segment of subnets that name none.
  var vni: VNI?
}

struct AlcorSubnet: Sendable, Equatable {
  var vpc: String
  /// The subnet's own segment.
  var vni: VNI?
  /// What carries it while its VPC is not known.
  var segment: NetworkSegment
  var subnet: Subnet
}

struct AlcorPort: Sendable, Equatable {
  var vpc: String
  var port: Port
}

struct AlcorNeighbor: Sendable, Equatable {
  var vpc: String
  /// The segment that it is said to be in, while its subnet is not known.
  var vni: VNI?
  var neighbor: Neighbor
}

/// A station of a subnet that is answered by DHCP, and what it is told besides.
struct AlcorDHCP: Sendable, Equatable {
  struct Station: Sendable, Hashable {
    var subnet: SubnetID
    var mac: MACAddress
  }

  var station: Station
  var addresses: [IPAddress]
  var hostName: String?
}

/// A network as Alcor has them: a segment of a VPC.
struct AlcorSegment: Sendable, Hashable {
  var vpc: String
  var vni: VNI

  /// The id that the network has here.
  var networkID: NetworkID { NetworkID("\(vpc)/\(vni)") }

  init(vpc: String, vni: VNI) {
    self.vpc = vpc
    self.vni = vni
  }

  /// The segment of a network with an id that was made here; nil for any other.
  init?(_ network: Network) {
    let suffix = "/\(network.vni)"
    guard network.id.rawValue.hasSuffix(suffix) else { return nil }
    self.init(vpc: String(network.id.rawValue.dropLast(suffix.count)), vni: network.vni)
  }
}
