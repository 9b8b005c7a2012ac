/// What flows have counted together (OpenFlow 1.3.5 section 7.3.5.3, ofp_aggregate_stats_reply).
public struct AggregateStatistics: Hashable, Sendable {
  /// What they have counted.
  public var total: TrafficCount
  /// How many flows there are.
  public var flows: UInt32

  /// A count of flows.
  public init(total: TrafficCount, flows: UInt32) {
    self.total = total
    self.flows = flows
  }
}

/// What a table has counted (section 7.3.5.4, ofp_table_stats).
public struct TableStatistics: Hashable, Sendable {
  /// The table.
  public var table: TableID
  /// How many flows are in it.
  public var flows: UInt32
  /// How many packets were looked up.
  public var lookups: UInt64
  /// How many of them matched a flow.
  public var matches: UInt64

  /// What a table has counted.
  public init(table: TableID, flows: UInt32, lookups: UInt64, matches: UInt64) {
    self.table = table
    self.flows = flows
    self.lookups = lookups
    self.matches = matches
  }
}

extension AggregateStatistics: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    total = try TrafficCount(&reader)
    flows = try reader.integer()
    try reader.skip(4)
  }

  func encodeBody(to bytes: inout [UInt8]) {
    total.encodeBody(to: &bytes)
    bytes.appendInteger(flows)
    bytes.appendZeros(4)
  }
}

extension TableStatistics: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    table = TableID(rawValue: try reader.integer())
    try reader.skip(3)
    flows = try reader.integer()
    lookups = try reader.integer()
    matches = try reader.integer()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.append(table.rawValue)
    bytes.appendZeros(3)
    bytes.appendInteger(flows)
    bytes.appendInteger(lookups)
    bytes.appendInteger(matches)
  }
}
