import OpenFlow

/// What a packet is forwarded by: the tables, groups, meters and ports of a switch at one moment.
///
/// Evaluation only reads it. What a packet changes, counters and learned flows among it, comes back as values in the
/// `Evaluation`, for the owner of the state to take over.
public protocol ForwardingState {
  /// The flows of a table, the highest priority first; the order among flows of one priority does not matter, because
  /// the first that matches is taken and overlapping flows of one priority have no defined winner.
  func entries(in table: TableID) -> [FlowEntry]

  /// The group of this number.
  func group(_ id: UInt32) -> Group?

  /// The meter of this number.
  func meter(_ id: UInt32) -> Meter?

  /// The ports, the bridge's own `.local` among them.
  var ports: [OFPort: ModelPort] { get }
}

/// A flow in a table, decoded once when it is installed, so that looking a packet up decodes nothing.
public struct FlowEntry: Sendable {
  /// The flow as it was sent.
  public let flow: Flow
  /// The fields of its match.
  public let fields: [MatchField]
  /// What it does, in order of execution.
  public let instructions: [Instruction]
  /// What it counted.
  public var counters: FlowCounters
  /// The match in the form that packets are compared with.
  let matcher: PacketMatcher
  /// The conjunction clauses that it is; nil for an ordinary flow.
  let clauses: [ConjunctionClause]?

  /// The entry of a flow that has counted nothing yet.
  public init(_ flow: Flow, counters: FlowCounters = FlowCounters()) {
    self.flow = flow
    self.fields = flow.match.fields
    self.instructions = flow.instructions
    self.counters = counters
    self.matcher = PacketMatcher(fields)
    self.clauses = ConjunctionClause.all(of: instructions)
  }
}

/// What a flow counted, and when; times are the model's.
public struct FlowCounters: Hashable, Sendable {
  /// The packets that it matched.
  public var packets: UInt64
  /// Their bytes.
  public var bytes: UInt64
  /// When it was installed.
  public var created: ModelTime
  /// When a packet last matched it; its installation before that.
  public var used: ModelTime

  /// Counters of a flow that was installed at `created`.
  public init(packets: UInt64 = 0, bytes: UInt64 = 0, created: ModelTime = .zero) {
    self.packets = packets
    self.bytes = bytes
    self.created = created
    self.used = created
  }

  /// The same after one more packet.
  public mutating func count(bytes length: Int, at time: ModelTime) {
    packets &+= 1
    bytes &+= UInt64(clamping: length)
    used = time
  }
}

/// A moment as the model is told it: milliseconds from a start of the caller's choice.
public struct ModelTime: Hashable, Comparable, Sendable {
  /// Milliseconds since the start.
  public let milliseconds: UInt64

  /// The moment this many milliseconds after the start.
  public init(milliseconds: UInt64) {
    self.milliseconds = milliseconds
  }

  /// The start.
  public static let zero = ModelTime(milliseconds: 0)

  /// The moment this many seconds after the start.
  public static func seconds(_ seconds: UInt64) -> ModelTime {
    ModelTime(milliseconds: seconds.multipliedReportingOverflow(by: 1000).partialValue)
  }

  /// This moment and so many milliseconds.
  public func advanced(milliseconds more: UInt64) -> ModelTime {
    ModelTime(milliseconds: milliseconds &+ more)
  }

  /// How many milliseconds have passed since `earlier`; none when it is later.
  public func milliseconds(since earlier: ModelTime) -> UInt64 {
    earlier < self ? milliseconds - earlier.milliseconds : 0
  }

  /// Earlier before later.
  public static func < (lhs: ModelTime, rhs: ModelTime) -> Bool { lhs.milliseconds < rhs.milliseconds }
}

/// A port of the switch, as far as forwarding depends on it.
public struct ModelPort: Hashable, Sendable {
  /// Its OpenFlow number.
  public var number: OFPort
  /// Its name.
  public var name: String
  /// Its hardware address.
  public var hardwareAddress: UInt64
  /// The bits of ofp_port_config.
  public var configuration: Configuration
  /// Whether it has a link; a port without one carries nothing and is not live for fast failover.
  public var hasLink: Bool
  /// Whether it is a tunnel whose key and endpoints come from the packet's tunnel metadata.
  public var isTunnel: Bool

  /// What an administrator has said of a port (ofp_port_config).
  public struct Configuration: OptionSet, Hashable, Sendable {
    /// The bits on the wire.
    public let rawValue: UInt32

    /// The configuration of these bits.
    public init(rawValue: UInt32) {
      self.rawValue = rawValue
    }

    /// Administratively down.
    public static let down = Configuration(rawValue: 1)
    /// Drops what comes in.
    public static let noReceive = Configuration(rawValue: 1 << 2)
    /// Is not flooded to (an extension of Open vSwitch, and OFPPC_NO_FLOOD of OpenFlow 1.0).
    public static let noFlood = Configuration(rawValue: 1 << 4)
    /// Drops what goes out.
    public static let noForward = Configuration(rawValue: 1 << 5)
    /// Sends no packet-ins.
    public static let noPacketIn = Configuration(rawValue: 1 << 6)
  }

  /// A port; without more said it is up and has a link.
  public init(
    _ number: OFPort, name: String, hardwareAddress: UInt64 = 0, configuration: Configuration = [],
    hasLink: Bool = true, isTunnel: Bool = false
  ) {
    self.number = number
    self.name = name
    self.hardwareAddress = hardwareAddress
    self.configuration = configuration
    self.hasLink = hasLink
    self.isTunnel = isTunnel
  }

  /// Whether a packet may leave by it.
  public var carries: Bool { hasLink && configuration.isDisjoint(with: [.down, .noForward]) }

  /// Whether a fast failover group may choose it.
  public var isLive: Bool { hasLink && !configuration.contains(.down) }
}
