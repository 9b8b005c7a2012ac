/// A packet that the switch sends to the controller (OpenFlow 1.3.5 section 7.4.1, ofp_packet_in).
public struct PacketIn: Hashable, Sendable, WireValue {
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

  /// A packet for a controller.
  public init(
    bufferID: UInt32 = .max, totalLength: UInt16, reason: UInt8, table: TableID, cookie: UInt64, metadata: Match,
    data: [UInt8]
  ) {
    self.bufferID = bufferID
    self.totalLength = totalLength
    self.reason = reason
    self.table = table
    self.cookie = cookie
    self.metadata = metadata
    self.data = data
  }

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

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(bufferID)
    bytes.appendInteger(totalLength)
    bytes.append(reason)
    bytes.append(table.rawValue)
    bytes.appendInteger(cookie)
    bytes += metadata.bytes
    bytes.appendZeros(2)
    bytes += data
  }

  /// The port that the packet came in on.
  public var inPort: OFPort? {
    metadata[.inPort]?.value.map { OFPort(rawValue: UInt32(truncatingIfNeeded: $0)) }
  }
}
