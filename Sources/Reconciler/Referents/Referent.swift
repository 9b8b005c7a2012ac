import OpenFlow

/// What flows refer to: a group or a meter.
enum Referent: Hashable, Sendable {
  case meter(Meter)
  case group(Group)

  var id: ReferentID {
    switch self {
    case .meter(let meter): .meter(meter.id)
    case .group(let group): .group(group.id)
    }
  }

  /// What it refers to itself.
  var references: Set<ReferentID> {
    switch self {
    case .meter: []
    case .group(let group): group.references
    }
  }

  /// The bytes of the message that makes it, without the header.
  var length: Int {
    switch self {
    case .meter(let meter): MeterMod(.add, meter).body.count
    case .group(let group): GroupMod(.addOrModify, group).body.count
    }
  }

  /// A hash for the digests, which are sums; comparable in this process only.
  var digest: UInt64 { UInt64(bitPattern: Int64(hashValue)) }
}

extension Referent: CustomStringConvertible {
  var description: String {
    switch self {
    case .meter(let meter): "\(meter)"
    case .group(let group): "\(group)"
    }
  }
}

extension ReferentID {
  var isMeter: Bool {
    if case .meter = self { true } else { false }
  }

  var meter: MeterID? {
    if case .meter(let id) = self { id } else { nil }
  }

  var group: GroupID? {
    if case .group(let id) = self { id } else { nil }
  }
}

/// How many groups or meters there are.
public struct ReferentCounts: Sendable, Equatable {
  /// How many are desired.
  public var desired = 0
  /// How many of this side's the switch is known to have.
  public var installed = 0

  /// None.
  public init() {}
}
