/// The number of a meter (OpenFlow 1.3.5 section 7.3.4.4, ofp_meter).
public struct MeterID: Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: UInt32

  /// The meter with this number.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// The meter with this number.
  public init(_ rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// The meter of packets that the switch has to look at itself (OFPM_SLOWPATH).
  public static let slowPath = MeterID(rawValue: 0xffff_fffd)
  /// The meter of packets to controllers (OFPM_CONTROLLER).
  public static let controller = MeterID(rawValue: 0xffff_fffe)
  /// All meters, in deletions and requests (OFPM_ALL).
  public static let all = MeterID(rawValue: 0xffff_ffff)
}

extension MeterID: Comparable {
  /// Numeric order.
  public static func < (lhs: MeterID, rhs: MeterID) -> Bool { lhs.rawValue < rhs.rawValue }
}

extension MeterID: CustomStringConvertible {
  /// Decimal, or the name that ovs-ofctl has for a special one.
  public var description: String {
    switch self {
    case .slowPath: "slowpath"
    case .controller: "controller"
    case .all: "all"
    default: String(rawValue)
    }
  }
}

/// A rate limit (section 5.7).
public struct Meter: Hashable, Sendable {
  /// What it counts (ofp_meter_flags).
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
  public var id: MeterID
  /// What it counts.
  public var flags: Flags
  /// Its bands: the one with the highest rate that is exceeded acts.
  public var bands: [MeterBand]

  /// A meter.
  public init(id: MeterID, flags: Flags, bands: [MeterBand]) {
    self.id = id
    self.flags = flags
    self.bands = bands
  }
}

/// A rate, how far it may be exceeded for a moment, and what is done above it (section 7.3.4.4, ofp_meter_band_header).
public struct MeterBand: Hashable, Sendable {
  /// What is done with packets above the rate. Open vSwitch drops them.
  public enum Kind: Hashable, Sendable {
    /// Drops them.
    case drop
    /// Raises the drop precedence in their DSCP by this much.
    case remarkDSCP(precedence: UInt8)
    /// Somebody's extension: its type, and what comes after the burst size.
    case other(type: UInt16, [UInt8])
  }

  /// What is done above the rate.
  public var kind: Kind
  /// The rate.
  public var rate: UInt32
  /// The burst size.
  public var burst: UInt32

  /// A band.
  public init(kind: Kind = .drop, rate: UInt32, burst: UInt32 = 0) {
    self.kind = kind
    self.rate = rate
    self.burst = burst
  }
}

extension MeterBand: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let type = try reader.integer(UInt16.self)
    let start = reader
    let length = Int(try reader.integer(UInt16.self))
    guard length >= 12 else { throw start.malformed("expected a band of at least 12 bytes, found \(length)") }
    var body = try reader.sub(length - 4, structure: "ofp_meter_band_header")
    rate = try body.integer()
    burst = try body.integer()
    switch (type, length) {
    case (1, 16): kind = .drop
    case (2, 16): kind = .remarkDSCP(precedence: try body.integer())
    default: kind = .other(type: type, body.takeRest())
    }
  }

  func encodeBody(to bytes: inout [UInt8]) {
    let start = bytes.count
    let (type, rest): (UInt16, [UInt8]) =
      switch kind {
      case .drop: (1, [0, 0, 0, 0])
      case .remarkDSCP(let precedence): (2, [precedence, 0, 0, 0])
      case .other(let type, let rest): (type, rest)
      }
    bytes.appendInteger(type)
    bytes.appendZeros(2)
    bytes.appendInteger(rate)
    bytes.appendInteger(burst)
    bytes += rest
    bytes.setLength(bytes.count - start, at: start + 2)
  }
}
