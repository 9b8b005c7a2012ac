/// An OpenFlow port number, or one of the reserved ports (OpenFlow 1.3.5 section 7.2.1, ofp_port_no).
public struct OFPort: Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: UInt32

  /// The port with this number.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// The port with this number.
  public init(_ rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// Back to where the packet came from; the only way to send a packet to its input port.
  public static let inPort = OFPort(rawValue: 0xffff_fff8)
  /// Through the flow tables, in a packet-out only.
  public static let table = OFPort(rawValue: 0xffff_fff9)
  /// The switch's own learning forwarding.
  public static let normal = OFPort(rawValue: 0xffff_fffa)
  /// All ports of the VLAN but the input port.
  public static let flood = OFPort(rawValue: 0xffff_fffb)
  /// All ports but the input port.
  public static let all = OFPort(rawValue: 0xffff_fffc)
  /// The controllers, as a packet-in.
  public static let controller = OFPort(rawValue: 0xffff_fffd)
  /// The bridge's own port.
  public static let local = OFPort(rawValue: 0xffff_fffe)
  /// No port in particular, in requests and deletions.
  public static let any = OFPort(rawValue: 0xffff_ffff)

  /// Whether this is an ordinary port of a bridge. Open vSwitch numbers them from 1 to 0xfeff, in 16 bits.
  public var isPhysical: Bool { (1..<0xff00).contains(rawValue) }

  /// The number in the 16 bits of OpenFlow 1.0, which Nicira actions use; nil for a port that has none.
  var compact: UInt16? {
    switch rawValue {
    case 0..<0xff00: UInt16(truncatingIfNeeded: rawValue)
    case 0xffff_ff00...: UInt16(truncatingIfNeeded: rawValue)
    default: nil
    }
  }

  /// The port that 16 bits of OpenFlow 1.0 mean.
  init(compact: UInt16) {
    self.rawValue = compact >= 0xff00 ? 0xffff_0000 | UInt32(compact) : UInt32(compact)
  }
}

extension OFPort: Comparable {
  /// Numeric order, the reserved ports last.
  public static func < (lhs: OFPort, rhs: OFPort) -> Bool { lhs.rawValue < rhs.rawValue }
}

extension OFPort: CustomStringConvertible {
  /// The number, or the reserved port's name as ovs-ofctl has it.
  public var description: String {
    switch self {
    case .inPort: "IN_PORT"
    case .table: "TABLE"
    case .normal: "NORMAL"
    case .flood: "FLOOD"
    case .all: "ALL"
    case .controller: "CONTROLLER"
    case .local: "LOCAL"
    case .any: "ANY"
    default: String(rawValue)
    }
  }
}
