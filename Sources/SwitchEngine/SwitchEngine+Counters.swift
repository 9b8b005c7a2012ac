import OpenFlow

/// What a flow on the switch has counted.
public struct FlowCount: Hashable, Sendable {
  /// The flow's table.
  public var table: TableID
  /// The flow's cookie.
  public var cookie: UInt64
  /// How many packets it matched.
  public var packets: UInt64
  /// How many bytes they had.
  public var bytes: UInt64

  /// All parts.
  public init(table: TableID, cookie: UInt64, packets: UInt64, bytes: UInt64) {
    self.table = table
    self.cookie = cookie
    self.packets = packets
    self.bytes = bytes
  }
}

/// No switch is connected.
public struct NoSwitch: Error, Hashable, Sendable, CustomStringConvertible {
  /// A sentence.
  public var description: String { "no switch is connected" }
}

extension SwitchEngine {
  /// Reads what flows have counted, from the switch itself. With a cookie's whole mask that costs the switch little; otherwise
  /// it looks at all of its flows.
  ///
  /// - Throws: `NoSwitch`, or why the switch did not answer.
  public func counters(table: TableID? = nil, cookies: CookieFilter) async throws -> [FlowCount] {
    guard let link else { throw NoSwitch() }
    let collector = CountCollector()
    try await link.target.readFlows(table: table, cookies: cookies) { part in try await collector.take(part) }
    return await collector.counts
  }
}

/// Collects the parts of one answer.
private actor CountCollector {
  private(set) var counts: [FlowCount] = []

  func take(_ part: [UInt8]) throws {
    try FlowStatisticsEntry.forEach(in: part) { (entry) throws(MalformedMessage) in
      counts.append(
        FlowCount(
          table: entry.header.table, cookie: entry.header.cookie, packets: entry.packets, bytes: entry.bytes))
    }
  }
}
