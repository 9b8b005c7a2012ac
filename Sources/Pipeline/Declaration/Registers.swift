import NetworkTypes
import OpenFlow

/// The registers that carry what earlier tables found out. One declaration for matching, loading and the documentation.
///
/// Registers 13 to 15 are free, for address translation, quality of service and mirrors.
public enum Register: Int, CaseIterable, Sendable {
  /// See ``Origin``.
  case origin = 0
  /// The network: its VNI. A router puts another in its place.
  case network = 1
  /// The guest's port that the packet came from, 0 from elsewhere.
  case source = 2
  /// The guest's port that the packet goes to.
  case destination = 3
  /// See ``Passage``.
  case passage = 4
  /// The guest's port whose security groups are asked; its low 16 bits are the zone of the port's connections.
  case member = 5
  /// The router that has it.
  case router = 6
  /// See ``PacketSize``.
  case size = 7
  /// The next hop: an IPv4 address here, an IPv6 address in this and the next three. Before routing, what an earlier table
  /// has found out for the next one: see ``SourceGuard`` and ``AddressResolution``.
  case nextHop = 8
  /// What the agent is to do about it: see ``Punt/Kind``.
  case punt = 12

  /// What the register is for, in the words of the documentation.
  public var meaning: String {
    switch self {
    case .origin: "where the packet came from: 0 a guest of this host, 1 a tunnel, 2 a physical network"
    case .network: "the network: its VNI, also where a VLAN carries it"
    case .source: "the OpenFlow port of the guest that sent it, 0 when it came from elsewhere"
    case .destination: "the OpenFlow port that it goes to"
    case .passage: "whose security groups are asked: 0 the sender's, 1 the receiver's"
    case .member: "the OpenFlow port whose security groups are asked; the low 16 bits are its connections' zone"
    case .router: "the number of the router that has it"
    case .size: "1 when it is larger than the network's MTU"
    case .nextHop:
      "the router's next hop: an IPv4 address here, an IPv6 address in reg8 to reg11; before routing the MAC address of an answer"
    case .punt: "what the packet is handed to the agent for"
    }
  }
}

/// The values of ``Register/origin``.
enum Origin {
  static let guest: UInt32 = 0
  static let tunnel: UInt32 = 1
  static let physicalNetwork: UInt32 = 2
}

/// The values of ``Register/passage``.
enum Passage {
  static let leaving: UInt32 = 0
  static let arriving: UInt32 = 1
}

/// The values of ``Register/size``.
enum PacketSize {
  static let tooBig: UInt32 = 1
}

extension MatchField {
  static func register(_ register: Register, _ value: UInt32) -> MatchField { .reg(register.rawValue, value) }

  static func network(_ vni: VNI) -> MatchField { .register(.network, vni.rawValue) }
}

extension Action {
  static func load(_ register: Register, _ value: UInt32) -> Action { .setField(.register(register, value)) }
}
