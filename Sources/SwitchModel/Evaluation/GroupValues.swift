import OpenFlow

/// A group of the switch's.
public struct Group: Hashable, Sendable {
  /// Which of its buckets a packet goes through.
  public enum Kind: Hashable, Sendable {
    /// All.
    case all
    /// One, chosen by a hash of the packet.
    case select
    /// Its only one.
    case indirect
    /// The first that is live.
    case fastFailover
  }

  /// The number.
  public var id: UInt32
  /// Which buckets a packet goes through.
  public var type: Kind
  /// The buckets.
  public var buckets: [Bucket]

  /// A group.
  public init(id: UInt32, type: Kind, buckets: [Bucket]) {
    self.id = id
    self.type = type
    self.buckets = buckets
  }
}

/// One of a group's sets of actions.
public struct Bucket: Hashable, Sendable {
  /// Its share, in a select group.
  public var weight: UInt16
  /// The port that has to be live, in a fast failover group; `.any` for none.
  public var watchPort: OFPort
  /// The group that has to be live; all ones for none.
  public var watchGroup: UInt32
  /// What is done.
  public var actions: [Action]

  /// A bucket.
  public init(weight: UInt16 = 1, watchPort: OFPort = .any, watchGroup: UInt32 = .max, actions: [Action]) {
    self.weight = weight
    self.watchPort = watchPort
    self.watchGroup = watchGroup
    self.actions = actions
  }
}

/// A rate limit.
public struct Meter: Hashable, Sendable {
  /// What it counts.
  public struct Flags: OptionSet, Hashable, Sendable {
    /// The bits on the wire.
    public let rawValue: UInt16

    /// The flags of these bits.
    public init(rawValue: UInt16) {
      self.rawValue = rawValue
    }

    /// Rates are in kilobits a second.
    public static let kbps = Flags(rawValue: 1)
    /// Rates are in packets a second.
    public static let packets = Flags(rawValue: 2)
    /// The bands' burst sizes count.
    public static let burst = Flags(rawValue: 4)
    /// Statistics are kept.
    public static let statistics = Flags(rawValue: 8)
  }

  /// The number.
  public var id: UInt32
  /// What it counts.
  public var flags: Flags
  /// Its bands.
  public var bands: [MeterBand]

  /// A meter.
  public init(id: UInt32, flags: Flags, bands: [MeterBand]) {
    self.id = id
    self.flags = flags
    self.bands = bands
  }
}

/// A rate, and how far it may be exceeded for a moment; what is above it is dropped.
public struct MeterBand: Hashable, Sendable {
  /// The rate.
  public var rate: UInt32
  /// The burst size.
  public var burst: UInt32

  /// A band.
  public init(rate: UInt32, burst: UInt32) {
    self.rate = rate
    self.burst = burst
  }
}
