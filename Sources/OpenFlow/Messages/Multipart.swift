/// A flow as the switch reports it, with what it has counted (OpenFlow 1.3.5 section 7.3.5.2, ofp_flow_stats).
public struct FlowStatistics: Hashable, Sendable {
  /// The flow.
  public let flow: Flow
  /// How many packets it matched.
  public let packets: UInt64
  /// How many bytes they had.
  public let bytes: UInt64
  /// How long it has been there.
  public let age: Duration

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let start = reader
    let length = Int(try reader.integer(UInt16.self))
    guard length >= 56 else { throw start.malformed("expected a flow entry of at least 56 bytes, found \(length)") }
    var body = try reader.sub(length - 2)
    let table = TableID(rawValue: try body.integer())
    try body.skip(1)
    let seconds = try body.integer(UInt32.self)
    let nanoseconds = try body.integer(UInt32.self)
    self.age = .seconds(Int64(seconds)) + .nanoseconds(Int64(nanoseconds))
    let priority = try body.integer(UInt16.self)
    let idleTimeout = try body.integer(UInt16.self)
    let hardTimeout = try body.integer(UInt16.self)
    let flags = FlowFlags(rawValue: try body.integer())
    try body.skip(4)
    let cookie = try body.integer(UInt64.self)
    self.packets = try body.integer()
    self.bytes = try body.integer()
    let match = try Match(&body)
    self.flow = Flow(
      table: table, priority: priority, cookie: cookie, match: match, instructionBytes: body.takeRest(),
      idleTimeout: idleTimeout, hardTimeout: hardTimeout, flags: flags)
  }
}

/// A question that is answered in parts (section 7.3.5, ofp_multipart_request).
public enum MultipartRequest: Hashable, Sendable {
  /// The flows with these cookies, in one table or in all of them.
  case flows(table: TableID?, cookie: CookieFilter)
  /// The ports.
  case ports

  /// The number of the kind (ofp_multipart_type).
  var kind: UInt16 {
    switch self {
    case .flows: 1
    case .ports: 13
    }
  }

  func encode(xid: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendHeader(type: .multipartRequest, length: 0, xid: xid)
    bytes.appendInteger(kind)
    bytes.appendZeros(6)  // flags, padding
    if case .flows(let table, let cookie) = self {
      bytes.append((table ?? .all).rawValue)
      bytes.appendZeros(3)
      bytes.appendInteger(OFPort.any.rawValue)
      bytes.appendInteger(UInt32.max)  // out_group: OFPG_ANY
      bytes.appendZeros(4)
      bytes.appendInteger(cookie.value)
      bytes.appendInteger(cookie.mask)
      bytes += Match.any.bytes
    }
    bytes.setLength(bytes.count, at: 2)
    return bytes
  }
}

/// One part of an answer.
struct MultipartReply: Hashable, Sendable {
  var kind: UInt16
  /// Whether more parts follow (OFPMPF_REPLY_MORE).
  var hasMore: Bool
  var body: [UInt8]

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    self.kind = try reader.integer()
    self.hasMore = try reader.integer(UInt16.self) & 1 == 1
    try reader.skip(4)
    self.body = reader.takeRest()
  }
}

/// What the parts of an answer make together.
public enum MultipartAnswer: Hashable, Sendable {
  /// The flows.
  case flows([FlowStatistics])
  /// The ports.
  case ports([PortDescription])

  /// The answer of `request` before its first part.
  init(to request: MultipartRequest) {
    switch request {
    case .flows: self = .flows([])
    case .ports: self = .ports([])
    }
  }

  /// Adds what a part holds.
  mutating func append(_ reply: MultipartReply) throws(MalformedMessage) {
    var reader = WireReader(reply.body, structure: "multipart reply \(reply.kind)")
    switch self {
    case .flows(var flows):
      self = .flows([])  // so that the array is not copied
      while !reader.isAtEnd { flows.append(try FlowStatistics(&reader)) }
      self = .flows(flows)
    case .ports(var ports):
      while !reader.isAtEnd { ports.append(try PortDescription(&reader)) }
      self = .ports(ports)
    }
  }
}
