import NetworkTypes
import OpenFlow

/// The registers that carry what earlier tables found out. One declaration for matching, loading and the documentation.
public enum Register: Int, CaseIterable, Sendable {
  /// Flags: see ``origin``.
  case origin = 0
  /// The network: its VNI.
  case network = 1
  /// The guest's port that the packet came from, 0 from elsewhere.
  case source = 2
  /// The guest's port that the packet goes to.
  case destination = 3

  /// What the register is for, in the words of the documentation.
  public var meaning: String {
    switch self {
    case .origin: "where the packet came from: 0 a guest of this host, 1 a tunnel"
    case .network: "the network: its VNI"
    case .source: "the OpenFlow port of the guest that sent it, 0 when it came from elsewhere"
    case .destination: "the OpenFlow port that it goes to"
    }
  }
}

/// The values of ``Register/origin``.
enum Origin {
  static let guest: UInt32 = 0
  static let tunnel: UInt32 = 1
}

extension MatchField {
  static func register(_ register: Register, _ value: UInt32) -> MatchField { .reg(register.rawValue, value) }

  static func network(_ vni: VNI) -> MatchField { .register(.network, vni.rawValue) }
}

extension Action {
  static func load(_ register: Register, _ value: UInt32) -> Action { .setField(.register(register, value)) }
}
