import OpenFlow

/// What evaluation is to assume where Open vSwitch leaves a choice, or a setting.
public struct EvaluationOptions: Hashable, Sendable {
  /// How many VLAN tags parsing looks through (Open_vSwitch other_config:vlan-limit), at most two.
  public var vlanLimit: Int
  /// Buckets that select groups are to choose, by group; the others choose by a hash of the packet.
  public var buckets: [UInt32: Int]
  /// What that hash starts from.
  public var hashBasis: UInt64
  /// How often a packet may come back from connection tracking or to be parsed again, with all of its copies.
  public var recirculationBudget: Int

  /// Open vSwitch's defaults.
  public init(
    vlanLimit: Int = 1, buckets: [UInt32: Int] = [:], hashBasis: UInt64 = 0, recirculationBudget: Int = 1024
  ) {
    self.vlanLimit = vlanLimit
    self.buckets = buckets
    self.hashBasis = hashBasis
    self.recirculationBudget = recirculationBudget
  }
}

/// A packet that comes in.
public struct PacketInput: Hashable, Sendable {
  /// The frame.
  public var bytes: [UInt8]
  /// The port that it comes in by.
  public var port: OFPort
  /// What is known of the tunnel that it came out of.
  public var tunnel: TunnelMetadata
  /// Its mark.
  public var mark: UInt32

  /// A packet.
  public init(_ bytes: [UInt8], port: OFPort, tunnel: TunnelMetadata = TunnelMetadata(), mark: UInt32 = 0) {
    self.bytes = bytes
    self.port = port
    self.tunnel = tunnel
    self.mark = mark
  }
}

/// What a switch remembers from packet to packet.
public struct SwitchMemory: Sendable {
  /// The tracked connections.
  public var connections = ConntrackTable()
  /// How full the meters' buckets are.
  public var meters = MeterTable()

  /// Nothing yet.
  public init() {}
}

/// What becomes of a packet: everything that it causes, as a value.
public struct Evaluation: Sendable {
  /// The packets that leave, in order.
  public internal(set) var outputs: [PacketOutput] = []
  /// The packets for controllers, in order.
  public internal(set) var packetIns: [PacketInEvent] = []
  /// What happened to connections, in order; the memory that was given has it already.
  public internal(set) var connectionChanges: [ConntrackChange] = []
  /// The flows that it installs with learn actions, in order; later packets see them when their owner installs them.
  public internal(set) var learned: [FlowMod] = []
  /// The flows that it matched, in order, one entry per match: each counts one packet of `length` bytes.
  public internal(set) var matched: [FlowKey] = []
  /// How often tables were looked in.
  public internal(set) var tables: [TableID: TableHits] = [:]
  /// The buckets that it passed.
  public internal(set) var groups: [GroupHit] = []
  /// The live buckets of the select groups that it passed.
  public internal(set) var candidates: [UInt32: [Int]] = [:]
  /// The meters that it passed, and whether they let it.
  public internal(set) var meters: [MeterHit] = []
  /// The length of the packet as it came in.
  public internal(set) var length = 0
  /// Whether a bound was met, such as that of lookups: what had been decided was not done then.
  public internal(set) var hasFailed = false
  /// What happened, step by step.
  public internal(set) var trace = Trace()
}

/// A packet that leaves.
public struct PacketOutput: Hashable, Sendable {
  /// The port.
  public var port: OFPort
  /// The frame.
  public var bytes: [UInt8]
  /// The tunnel that it goes into, when the port is one.
  public var tunnel: TunnelMetadata?
  /// Its queue.
  public var queue: UInt32
  /// Its mark.
  public var mark: UInt32
}

/// A packet for controllers.
public struct PacketInEvent: Sendable {
  /// The frame, or as much of it as was asked for.
  public var bytes: [UInt8]
  /// The length of the whole frame.
  public var totalLength: Int
  /// Why, as OpenFlow 1.3 numbers it: 0 no match, 1 an action, 2 a bad TTL; or what the action said.
  public var reason: UInt8
  /// The table of the flow that sends it.
  public var table: TableID
  /// That flow's cookie; all ones when there is none.
  public var cookie: UInt64
  /// The controllers that it is for.
  public var controllerID: UInt16
  /// What the action gave along.
  public var userdata: [UInt8]
  /// The pipeline's fields: the input port, and every other that is not zero.
  public var metadata: [MatchField]
  /// How to go on, for a packet that waits for its controller.
  public var continuation: Continuation?
}

/// Where a packet that waits for its controller goes on.
public struct Continuation: Sendable {
  let pipeline: FrozenPipeline
}

/// A packet's way through a meter.
public struct MeterHit: Hashable, Sendable {
  /// The meter.
  public var meter: UInt32
  /// The packet's length.
  public var length: Int
  /// The band that dropped it; nil when it passed.
  public var band: Int?
}
