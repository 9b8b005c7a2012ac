import GoalState
import OpenFlow

/// What an installed flow's cookie says: whose it is, what it is for, and which resource it belongs to.
///
/// ```
///  63            48 47      40 39      32 31                              0
/// +----------------+----------+----------+---------------------------------+
/// | owner 0xa110   | feature  | drop     | hash of the unit                |
/// +----------------+----------+----------+---------------------------------+
/// ```
/// The owner's bits are how the agent knows its own flows on a switch that others use too; it reads, compares and
/// removes only those. The hash is of the unit's text, so it is the same after every restart.
public struct FlowCookie: Hashable, Sendable {
  /// What kind of unit made the flow.
  public enum Feature: UInt8, CaseIterable, Sendable {
    case host = 1
    case network = 2
    case subnet = 3
    case port = 4
    case neighbor = 5
    case securityGroup = 6
    case router = 7
  }

  /// The bits that every flow of the agent has, in place.
  public static let owner: UInt64 = 0xa110 << 48
  /// The mask that selects the owner's bits.
  public static let ownerMask: UInt64 = 0xffff << 48

  /// The cookies of the agent's flows.
  public static let ownership = CookieFilter(owner, mask: ownerMask)

  /// The number on the wire.
  public let rawValue: UInt64

  /// Reads a cookie; nil when the flow is not the agent's.
  public init?(rawValue: UInt64) {
    guard rawValue & FlowCookie.ownerMask == FlowCookie.owner else { return nil }
    self.rawValue = rawValue
  }

  /// The cookie of a flow of `unit`; with a `drop` for flows that drop.
  public init(_ unit: Unit, drop: DropReason? = nil) {
    let reason = UInt64(drop?.rawValue ?? 0)
    let feature = UInt64(FlowCookie.feature(of: unit).rawValue)
    rawValue = FlowCookie.owner | feature << 40 | reason << 32 | UInt64(FlowCookie.hash(unit))
  }

  /// What kind of unit made the flow; nil for a number that this version does not know.
  public var feature: Feature? { Feature(rawValue: UInt8(truncatingIfNeeded: rawValue >> 40)) }
  /// Why the flow drops; nil when it does not.
  public var drop: DropReason? { DropReason(rawValue: UInt8(truncatingIfNeeded: rawValue >> 32)) }
  /// The hash of the unit's text.
  public var unitHash: UInt32 { UInt32(truncatingIfNeeded: rawValue) }

  private static func feature(of unit: Unit) -> Feature {
    switch unit {
    case .host: .host
    case .network: .network
    case .subnet: .subnet
    case .port: .port
    case .neighbor: .neighbor
    case .securityGroup: .securityGroup
    case .router: .router
    }
  }

  /// The hash of the unit's text, which is put together for none of them: there are as many units as resources.
  private static func hash(_ unit: Unit) -> UInt32 {
    guard let resource = unit.resource else { return hash(unit.description, after: start) }
    return resource.id.stableHash(after: beginning(of: resource.kind))
  }

  /// The hash of what the text of every unit of a kind begins with.
  private static func beginning(of kind: ResourceKind) -> UInt32 {
    // Nearly all units are neighbors; the others go the long way.
    kind == .neighbor ? neighborBeginning : hash("\(kind) ", after: start)
  }

  private static let neighborBeginning = hash("\(ResourceKind.neighbor) ", after: start)
  private static let start: UInt32 = 2_166_136_261

  /// FNV-1a, 32 bits: stable across processes, unlike `Hasher`.
  private static func hash(_ text: String, after start: UInt32) -> UInt32 {
    IdentifierText(text).stableHash(after: start)
  }
}
