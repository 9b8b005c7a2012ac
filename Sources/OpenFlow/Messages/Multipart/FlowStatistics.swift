/// A flow as the switch reports it, with what it has counted (OpenFlow 1.3.5 section 7.3.5.2, ofp_flow_stats).
public struct FlowStatistics: Hashable, Sendable, WireValue {
  /// The flow.
  public let flow: Flow
  /// How many packets it matched.
  public let packets: UInt64
  /// How many bytes they had.
  public let bytes: UInt64
  /// How long it has been there.
  public let age: Duration

  /// A flow and what it has counted.
  public init(flow: Flow, packets: UInt64 = 0, bytes: UInt64 = 0, age: Duration = .zero) {
    self.flow = flow
    self.packets = packets
    self.bytes = bytes
    self.age = age
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let start = reader
    let length = Int(try reader.integer(UInt16.self))
    guard length >= 56 else { throw start.malformed("expected a flow entry of at least 56 bytes, found \(length)") }
    var body = try reader.sub(length - 2)
    let table = TableID(rawValue: try body.integer())
    try body.skip(1)
    self.age = try body.duration()
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

  func encodeBody(to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.appendZeros(2)
    bytes.append(flow.table.rawValue)
    bytes.appendZeros(1)
    bytes.appendDuration(age)
    bytes.appendInteger(flow.priority)
    bytes.appendInteger(flow.idleTimeout)
    bytes.appendInteger(flow.hardTimeout)
    bytes.appendInteger(flow.flags.rawValue)
    bytes.appendZeros(4)
    bytes.appendInteger(flow.cookie)
    bytes.appendInteger(packets)
    bytes.appendInteger(self.bytes)
    bytes += flow.match.bytes
    bytes += flow.instructionBytes
    bytes.setLength(bytes.count - start, at: start)
  }
}
