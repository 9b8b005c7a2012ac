/// A question that is answered in parts (OpenFlow 1.3.5 section 7.3.5, ofp_multipart_request).
public enum MultipartRequest: Hashable, Sendable {
  /// Who made the switch.
  case description
  /// Flows, with what they have counted.
  case flows(FlowFilter)
  /// What flows have counted together.
  case aggregate(FlowFilter)
  /// What the tables have counted.
  case tables
  /// What a port has counted; `.any` for all ports.
  case portStatistics(OFPort)
  /// What a queue has counted; `.any` for all ports, all ones for all queues.
  case queues(port: OFPort, queue: UInt32)
  /// What a group has counted.
  case groups(GroupID)
  /// The groups.
  case groupDescriptions
  /// What groups there can be.
  case groupFeatures
  /// What a meter has counted.
  case meters(MeterID)
  /// A meter.
  case meterConfigurations(MeterID)
  /// What meters there can be.
  case meterFeatures
  /// What tables can do; with a list, what they are to do.
  case tableFeatures([TableFeatures])
  /// The ports.
  case ports
  /// Changes of flows from now on.
  case flowMonitor([FlowMonitorRequest])
  /// Anything else: what comes after its numbers.
  case other(MultipartKind, [UInt8])

  /// The flows with these cookies, in one table or in all of them.
  public static func flows(table: TableID?, cookie: CookieFilter) -> MultipartRequest {
    .flows(FlowFilter(table: table, cookie: cookie))
  }

  /// What is asked for.
  public var kind: MultipartKind { content.kind }

  private var content: (kind: MultipartKind, body: any WireValue) {
    switch self {
    case .description: (.description, EmptyBody())
    case .flows(let filter): (.flows, filter)
    case .aggregate(let filter): (.aggregate, filter)
    case .tables: (.tables, EmptyBody())
    case .portStatistics(let port): (.portStatistics, PaddedNumber(port.rawValue))
    case .queues(let port, let queue): (.queues, QueueSelector(port: port, queue: queue))
    case .groups(let id): (.groups, PaddedNumber(id.rawValue))
    case .groupDescriptions: (.groupDescriptions, EmptyBody())
    case .groupFeatures: (.groupFeatures, EmptyBody())
    case .meters(let id): (.meters, PaddedNumber(id.rawValue))
    case .meterConfigurations(let id): (.meterConfigurations, PaddedNumber(id.rawValue))
    case .meterFeatures: (.meterFeatures, EmptyBody())
    case .tableFeatures(let tables): (.tableFeatures, ListBody(tables))
    case .ports: (.ports, EmptyBody())
    case .flowMonitor(let requests): (.flowMonitor, ListBody(requests))
    case .other(let kind, let bytes): (kind, BytesBody(bytes))
    }
  }
}

extension MultipartRequest: WireValue {
  func encodeBody(to bytes: inout [UInt8]) {
    let (kind, body) = content
    kind.encode(hasMore: false, to: &bytes)
    body.encodeBody(to: &bytes)
  }

  /// Reads a request. One in several parts is refused: there is nothing to ask for that needs more than one.
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let start = reader
    let (kind, hasMore) = try MultipartKind.read(&reader)
    guard !hasMore else { throw start.malformed("expected a request in one part, more are to follow") }
    if let decoder = MultipartRequest.decoders[kind] {
      self = try decoder(&reader)
    } else {
      self = .other(kind, reader.takeRest())
    }
  }

  private typealias Decoder = @Sendable (inout WireReader) throws(MalformedMessage) -> MultipartRequest

  private static func empty(_ request: MultipartRequest) -> Decoder {
    { (_) throws(MalformedMessage) in request }
  }

  private static func number(_ make: @escaping @Sendable (UInt32) -> MultipartRequest) -> Decoder {
    { (reader) throws(MalformedMessage) in make(try PaddedNumber(&reader).number) }
  }

  private static let decoders: [MultipartKind: Decoder] = [
    .description: empty(.description),
    .flows: { (reader) throws(MalformedMessage) in .flows(try FlowFilter(&reader)) },
    .aggregate: { (reader) throws(MalformedMessage) in .aggregate(try FlowFilter(&reader)) },
    .tables: empty(.tables),
    .portStatistics: number { .portStatistics(OFPort(rawValue: $0)) },
    .queues: { (reader) throws(MalformedMessage) in
      let selector = try QueueSelector(&reader)
      return .queues(port: selector.port, queue: selector.queue)
    },
    .groups: number { .groups(GroupID(rawValue: $0)) },
    .groupDescriptions: empty(.groupDescriptions),
    .groupFeatures: empty(.groupFeatures),
    .meters: number { .meters(MeterID(rawValue: $0)) },
    .meterConfigurations: number { .meterConfigurations(MeterID(rawValue: $0)) },
    .meterFeatures: empty(.meterFeatures),
    .tableFeatures: { (reader) throws(MalformedMessage) in .tableFeatures(try reader.list()) },
    .ports: empty(.ports),
    .flowMonitor: { (reader) throws(MalformedMessage) in .flowMonitor(try reader.list()) },
  ]
}

/// A queue of a port.
private struct QueueSelector: WireValue {
  var port: OFPort
  var queue: UInt32

  init(port: OFPort, queue: UInt32) {
    self.port = port
    self.queue = queue
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    port = OFPort(rawValue: try reader.integer())
    queue = try reader.integer()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(port.rawValue)
    bytes.appendInteger(queue)
  }
}
