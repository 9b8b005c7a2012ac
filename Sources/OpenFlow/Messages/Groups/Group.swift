/// The number of a group (OpenFlow 1.3.5 section 7.3.4.3, ofp_group).
public struct GroupID: Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: UInt32

  /// The group with this number.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// The group with this number.
  public init(_ rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// All groups, in deletions and requests (OFPG_ALL).
  public static let all = GroupID(rawValue: 0xffff_fffc)
  /// No group in particular (OFPG_ANY).
  public static let any = GroupID(rawValue: 0xffff_ffff)
}

extension GroupID: Comparable {
  /// Numeric order.
  public static func < (lhs: GroupID, rhs: GroupID) -> Bool { lhs.rawValue < rhs.rawValue }
}

extension GroupID: CustomStringConvertible {
  /// Decimal, or `ALL` and `ANY`.
  public var description: String {
    switch self {
    case .all: "ALL"
    case .any: "ANY"
    default: String(rawValue)
    }
  }
}

/// A group: sets of actions, of which a packet goes through some (section 5.6).
public struct Group: Hashable, Sendable {
  /// Which of its buckets a packet goes through (ofp_group_type).
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    /// All.
    case all = 0
    /// One, chosen by a hash of the packet and the weights.
    case select = 1
    /// Its only one.
    case indirect = 2
    /// The first that is live.
    case fastFailover = 3
  }

  /// The number.
  public let id: GroupID
  /// Which buckets a packet goes through.
  public let type: Kind
  /// The buckets.
  public let buckets: [Bucket]

  /// A group. Weights are cleared where they mean nothing, which is what the switch asks for: everywhere but in a
  /// select group.
  public init(id: GroupID, type: Kind, buckets: [Bucket]) {
    self.id = id
    self.type = type
    self.buckets = type == .select ? buckets : buckets.map(\.withoutWeight)
  }
}

/// One of a group's sets of actions (section 7.3.4.3, ofp_bucket).
public struct Bucket: Hashable, Sendable {
  /// Its share, in a select group.
  public var weight: UInt16
  /// The port that has to be live, in a fast failover group; `.any` for none.
  public var watchPort: OFPort
  /// The group that has to be live; `.any` for none.
  public var watchGroup: GroupID
  /// What is done.
  public var actions: [Action]

  /// A bucket.
  public init(weight: UInt16 = 1, watchPort: OFPort = .any, watchGroup: GroupID = .any, actions: [Action]) {
    self.weight = weight
    self.watchPort = watchPort
    self.watchGroup = watchGroup
    self.actions = actions
  }

  fileprivate var withoutWeight: Bucket {
    Bucket(weight: 0, watchPort: watchPort, watchGroup: watchGroup, actions: actions)
  }
}

extension Bucket: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let start = reader
    let length = Int(try reader.integer(UInt16.self))
    guard length >= 16 else { throw start.malformed("expected a bucket of at least 16 bytes, found \(length)") }
    var body = try reader.sub(length - 2, structure: "ofp_bucket")
    weight = try body.integer()
    watchPort = OFPort(rawValue: try body.integer())
    watchGroup = GroupID(rawValue: try body.integer())
    try body.skip(4)
    actions = try Action.decodeList(&body)
  }

  func encodeBody(to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.appendZeros(2)
    bytes.appendInteger(weight)
    bytes.appendInteger(watchPort.rawValue)
    bytes.appendInteger(watchGroup.rawValue)
    bytes.appendZeros(4)
    for action in actions { action.encode(to: &bytes) }
    bytes.setLength(bytes.count - start, at: start)
  }
}

extension Group.Kind {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let start = reader
    guard let kind = Group.Kind(rawValue: try reader.integer()) else {
      throw start.malformed("expected a group type of 0 to 3")
    }
    self = kind
  }
}
