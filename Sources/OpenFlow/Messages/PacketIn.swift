/// A packet that the switch sends to the controller (OpenFlow 1.3.5 section 7.4.1, ofp_packet_in).
public struct PacketIn: Hashable, Sendable {
  /// The buffer that holds the packet, or 0xffffffff.
  public let bufferID: UInt32
  /// The length of the packet as it came in.
  public let totalLength: UInt16
  /// Why: 0 no match, 1 an action, 2 a bad TTL.
  public let reason: UInt8
  /// The table of the flow that sent it.
  public let table: TableID
  /// The cookie of that flow.
  public let cookie: UInt64
  /// The packet's metadata, the input port among it.
  public let metadata: Match
  /// The packet, or its beginning.
  public let data: [UInt8]

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    self.bufferID = try reader.integer()
    self.totalLength = try reader.integer()
    self.reason = try reader.integer()
    self.table = TableID(rawValue: try reader.integer())
    self.cookie = try reader.integer()
    self.metadata = try Match(&reader)
    try reader.skip(2)
    self.data = reader.takeRest()
  }

  /// The port that the packet came in on.
  public var inPort: OFPort? {
    metadata[.inPort]?.value.map { OFPort(rawValue: UInt32(truncatingIfNeeded: $0)) }
  }
}

/// A flow that the switch removed and that asked to be told of (section 7.4.2, ofp_flow_removed).
public struct FlowRemoved: Hashable, Sendable {
  /// The flow's key.
  public let key: FlowKey
  /// The flow's cookie.
  public let cookie: UInt64
  /// Why: 0 idle, 1 hard timeout, 2 deleted, 3 its group was.
  public let reason: UInt8
  /// How many packets it matched.
  public let packets: UInt64
  /// How many bytes they had.
  public let bytes: UInt64

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    self.cookie = try reader.integer()
    let priority = try reader.integer(UInt16.self)
    self.reason = try reader.integer()
    let table = TableID(rawValue: try reader.integer())
    try reader.skip(12)
    self.packets = try reader.integer()
    self.bytes = try reader.integer()
    self.key = FlowKey(table: table, priority: priority, match: try Match(&reader))
  }
}
