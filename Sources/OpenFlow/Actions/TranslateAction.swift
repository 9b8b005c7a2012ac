import NetworkTypes

/// Translates the addresses of a tracked connection (Nicira's nat action, within ct).
public struct TranslateAction: Hashable, Sendable {
  /// What is translated.
  public enum Kind: Hashable, Sendable {
    /// Whatever an existing connection says.
    case existing
    /// The source of a new connection.
    case source
    /// The destination of a new connection.
    case destination
  }

  /// How an address and a port are chosen from their ranges, and for how long.
  public struct Options: OptionSet, Hashable, Sendable {
    /// The bits, as flags of the action.
    public let rawValue: UInt16

    /// The options with these bits.
    public init(rawValue: UInt16) {
      self.rawValue = rawValue
    }

    /// The same for a host after a restart.
    public static let persistent = Options(rawValue: 4)
    /// By a hash of the addresses.
    public static let hash = Options(rawValue: 8)
    /// By chance.
    public static let random = Options(rawValue: 16)
  }

  /// A range whose end may be left out.
  public struct Range<Bound: Hashable & Sendable>: Hashable, Sendable {
    /// The lowest.
    public var first: Bound
    /// The highest; nil for a single one.
    public var last: Bound?

    /// From `first` to `last`, or `first` only.
    public init(_ first: Bound, through last: Bound? = nil) {
      self.first = first
      self.last = last
    }
  }

  /// The addresses to choose from.
  public enum Addresses: Hashable, Sendable {
    /// Of IPv4.
    case v4(Range<IPv4Address>)
    /// Of IPv6.
    case v6(Range<IPv6Address>)
  }

  /// What is translated.
  public var kind: Kind
  /// The addresses; nil keeps the address.
  public var addresses: Addresses?
  /// The ports; nil keeps the port where that is possible.
  public var ports: Range<UInt16>?
  /// How one is chosen.
  public var options: Options

  /// A translation; what is not said is left to the switch.
  public init(_ kind: Kind, addresses: Addresses? = nil, ports: Range<UInt16>? = nil, options: Options = []) {
    self.kind = kind
    self.addresses = addresses
    self.ports = ports
    self.options = options
  }
}

extension TranslateAction {
  private enum Present {
    static let firstV4: UInt16 = 1
    static let lastV4: UInt16 = 2
    static let firstV6: UInt16 = 4
    static let lastV6: UInt16 = 8
    static let firstPort: UInt16 = 16
    static let lastPort: UInt16 = 32
  }

  private static let sourceFlag: UInt16 = 1
  private static let destinationFlag: UInt16 = 2

  /// Appends the whole action.
  func encode(to bytes: inout [UInt8]) {
    let start = bytes.count
    Action.beginNicira(NiciraAction.translate, &bytes, padding: 2)
    let direction: UInt16 =
      switch kind {
      case .existing: 0
      case .source: TranslateAction.sourceFlag
      case .destination: TranslateAction.destinationFlag
      }
    bytes.appendInteger(direction | options.rawValue)
    bytes.appendInteger(present)
    switch addresses {
    case .v4(let range):
      bytes.appendInteger(range.first.rawValue)
      if let last = range.last { bytes.appendInteger(last.rawValue) }
    case .v6(let range):
      TranslateAction.append(range.first, to: &bytes)
      if let last = range.last { TranslateAction.append(last, to: &bytes) }
    case nil: break
    }
    if let ports {
      bytes.appendInteger(ports.first)
      if let last = ports.last { bytes.appendInteger(last) }
    }
    bytes.padToEight(from: start)
    bytes.setLength(bytes.count - start, at: start + 2)
  }

  /// Which parts follow.
  private var present: UInt16 {
    var present: UInt16
    switch addresses {
    case .v4(let range): present = Present.firstV4 | (range.last == nil ? 0 : Present.lastV4)
    case .v6(let range): present = Present.firstV6 | (range.last == nil ? 0 : Present.lastV6)
    case nil: present = 0
    }
    if let ports { present |= Present.firstPort | (ports.last == nil ? 0 : Present.lastPort) }
    return present
  }

  private static func append(_ address: IPv6Address, to bytes: inout [UInt8]) {
    bytes.appendInteger(address.high)
    bytes.appendInteger(address.low)
  }

  /// Reads the next action when it is this one; otherwise nil, and the reader stays where it is.
  init?(ifNext reader: inout WireReader) throws(MalformedMessage) {
    guard reader.remaining >= 16, try reader.peek(UInt16.self) == ActionType.experimenter,
      try reader.peek(UInt32.self, at: 4) == Experimenter.nicira,
      try reader.peek(UInt16.self, at: 8) == NiciraAction.translate
    else { return nil }
    var body = try reader.sub(Int(try reader.peek(UInt16.self, at: 2)), structure: "nat")
    try body.skip(12)
    let flags = try body.integer(UInt16.self)
    let present = try body.integer(UInt16.self)
    let kind: Kind =
      switch flags & 3 {
      case 0: .existing
      case TranslateAction.sourceFlag: .source
      case TranslateAction.destinationFlag: .destination
      default: throw body.malformed("source and destination cannot both be translated")
      }
    self.init(kind, options: Options(rawValue: flags & ~3))
    if present & Present.firstV4 != 0 {
      let first = IPv4Address(rawValue: try body.integer())
      let last = present & Present.lastV4 == 0 ? nil : IPv4Address(rawValue: try body.integer())
      addresses = .v4(Range(first, through: last))
    } else if present & Present.firstV6 != 0 {
      let first = try TranslateAction.ipv6(&body)
      addresses = .v6(Range(first, through: present & Present.lastV6 == 0 ? nil : try TranslateAction.ipv6(&body)))
    }
    if present & Present.firstPort != 0 {
      let first = try body.integer(UInt16.self)
      ports = Range(first, through: present & Present.lastPort == 0 ? nil : try body.integer(UInt16.self))
    }
  }

  private static func ipv6(_ reader: inout WireReader) throws(MalformedMessage) -> IPv6Address {
    let high = try reader.integer(UInt64.self)
    return IPv6Address(high: high, low: try reader.integer())
  }
}
