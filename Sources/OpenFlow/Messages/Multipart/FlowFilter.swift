/// Which flows a request is about (OpenFlow 1.3.5 section 7.3.5.2, ofp_flow_stats_request).
public struct FlowFilter: Hashable, Sendable, WireValue {
  /// Those of this table; nil for all tables.
  public var table: TableID?
  /// Those that send to this port; `.any` for all.
  public var outPort: OFPort
  /// Those that send to this group; `.any` for all.
  public var outGroup: GroupID
  /// Those with these cookies.
  public var cookie: CookieFilter
  /// Those whose match is within this one.
  public var match: Match

  /// Every flow, but for what is said.
  public init(
    table: TableID? = nil, outPort: OFPort = .any, outGroup: GroupID = .any, cookie: CookieFilter = .any,
    match: Match = .any
  ) {
    self.table = table == .all ? nil : table
    self.outPort = outPort
    self.outGroup = outGroup
    self.cookie = cookie
    self.match = match
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let table = TableID(rawValue: try reader.integer())
    try reader.skip(3)
    let port = OFPort(rawValue: try reader.integer())
    let group = GroupID(rawValue: try reader.integer())
    try reader.skip(4)
    let cookie = try reader.integer(UInt64.self)
    let filter = CookieFilter(cookie, mask: try reader.integer())
    self.init(table: table, outPort: port, outGroup: group, cookie: filter, match: try Match(&reader))
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.append((table ?? .all).rawValue)
    bytes.appendZeros(3)
    bytes.appendInteger(outPort.rawValue)
    bytes.appendInteger(outGroup.rawValue)
    bytes.appendZeros(4)
    bytes.appendInteger(cookie.value)
    bytes.appendInteger(cookie.mask)
    bytes += match.bytes
  }
}
