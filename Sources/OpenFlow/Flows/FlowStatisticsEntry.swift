/// A flow in one part of an answer about flows (ofp_flow_stats), found but not decoded: where its bytes are.
public struct FlowStatisticsEntry: Sendable {
  /// What the flow is besides its match and its instructions.
  public let header: FlowHeader
  /// Where in the part its match with padding and its instructions are.
  public let tail: Range<Int>
  /// Where in the part its match with padding is.
  public let match: Range<Int>
  /// How many packets it matched.
  public let packets: UInt64
  /// How many bytes they had.
  public let bytes: UInt64

  /// Finds the entries of a part, in order, without decoding their matches and instructions.
  ///
  /// - Parameter part: The body of the multipart reply.
  /// - Throws: At the first entry whose lengths do not fit; those before have been visited.
  public static func forEach(
    in part: [UInt8], _ visit: (FlowStatisticsEntry) throws(MalformedMessage) -> Void
  ) throws(MalformedMessage) {
    var reader = WireReader(part, structure: "ofp_flow_stats")
    while !reader.isAtEnd {
      try visit(FlowStatisticsEntry(&reader))
    }
  }

  /// The body of a part that lists these flows, as a switch sends it.
  public static func encode(_ flows: [Flow]) -> [UInt8] {
    var bytes: [UInt8] = []
    for flow in flows {
      let start = bytes.count
      bytes.appendZeros(2)
      bytes.append(flow.table.rawValue)
      bytes.appendZeros(9)  // padding, age
      bytes.appendInteger(flow.priority)
      bytes.appendInteger(flow.idleTimeout)
      bytes.appendInteger(flow.hardTimeout)
      bytes.appendInteger(flow.flags.intersection(.reported).rawValue)
      bytes.appendZeros(4)
      bytes.appendInteger(flow.cookie)
      bytes.appendZeros(16)  // packets, bytes
      bytes += flow.match.bytes
      bytes += flow.instructionBytes
      bytes.setLength(bytes.count - start, at: start)
    }
    return bytes
  }

  private init(_ reader: inout WireReader) throws(MalformedMessage) {
    let start = reader.offset
    let length = Int(try reader.peek(UInt16.self))
    guard length >= 56 else { throw reader.malformed("expected a flow entry of at least 56 bytes, found \(length)") }
    var body = try reader.sub(length)
    try body.skip(2)
    let table = TableID(rawValue: try body.integer())
    try body.skip(9)
    let priority = try body.integer(UInt16.self)
    let idle = try body.integer(UInt16.self)
    let hard = try body.integer(UInt16.self)
    let flags = FlowFlags(rawValue: try body.integer())
    try body.skip(4)
    header = FlowHeader(
      table: table, priority: priority, cookie: try body.integer(), idleTimeout: idle, hardTimeout: hard, flags: flags)
    packets = try body.integer()
    bytes = try body.integer()
    let matchLength = Int(try body.peek(UInt16.self, at: 2))
    guard matchLength >= 4 else { throw body.malformed("expected a match of at least 4 bytes, found \(matchLength)") }
    let padded = roundedUpToEight(matchLength)
    try body.require(padded)
    let matchStart = start + 48
    match = matchStart..<(matchStart + padded)
    tail = matchStart..<(start + length)
  }
}
