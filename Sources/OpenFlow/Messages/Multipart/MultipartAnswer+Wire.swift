extension MultipartAnswer {
  private typealias Decoder = @Sendable (inout WireReader) throws(MalformedMessage) -> MultipartAnswer

  /// Reads what one part holds.
  init(_ reply: MultipartReply) throws(MalformedMessage) {
    var reader = WireReader(reply.body, structure: "multipart reply \(reply.kind)")
    guard let decoder = MultipartAnswer.decoders[reply.kind] else {
      self = .other(reply.kind, reader.takeRest())
      return
    }
    self = try decoder(&reader)
    try reader.requireEnd()
  }

  private static func list<Value: WireValue>(
    _ make: @escaping @Sendable ([Value]) -> MultipartAnswer
  ) -> Decoder {
    { (reader) throws(MalformedMessage) in make(try reader.list()) }
  }

  private static func value<Value: WireValue>(_ make: @escaping @Sendable (Value) -> MultipartAnswer) -> Decoder {
    { (reader) throws(MalformedMessage) in make(try Value(&reader)) }
  }

  private static let decoders: [MultipartKind: Decoder] = [
    .description: value(MultipartAnswer.description),
    .flows: list(MultipartAnswer.flows),
    .aggregate: value(MultipartAnswer.aggregate),
    .tables: list(MultipartAnswer.tables),
    .portStatistics: list(MultipartAnswer.portStatistics),
    .queues: list(MultipartAnswer.queues),
    .groups: list(MultipartAnswer.groups),
    .groupDescriptions: list(MultipartAnswer.groupDescriptions),
    .groupFeatures: value(MultipartAnswer.groupFeatures),
    .meters: list(MultipartAnswer.meters),
    .meterConfigurations: list(MultipartAnswer.meterConfigurations),
    .meterFeatures: value(MultipartAnswer.meterFeatures),
    .tableFeatures: list(MultipartAnswer.tableFeatures),
    .ports: list(MultipartAnswer.ports),
    .flowMonitor: list(MultipartAnswer.flowUpdates),
  ]

  /// Whether answers of this kind are decoded.
  static func knows(_ kind: MultipartKind) -> Bool { decoders[kind] != nil }

  /// The kind and the encoded entries; an answer that is one value has one.
  var encoded: (kind: MultipartKind, entries: [[UInt8]]) {
    let entries: [any WireValue] =
      switch self {
      case .description(let value): [value]
      case .flows(let list): list
      case .aggregate(let value): [value]
      case .tables(let list): list
      case .portStatistics(let list): list
      case .queues(let list): list
      case .groups(let list): list
      case .groupDescriptions(let list): list
      case .groupFeatures(let value): [value]
      case .meters(let list): list
      case .meterConfigurations(let list): list
      case .meterFeatures(let value): [value]
      case .tableFeatures(let list): list
      case .ports(let list): list
      case .flowUpdates(let list): list
      case .other(_, let bytes): [BytesBody(bytes)]
      }
    let encoded = entries.map { entry in
      var bytes: [UInt8] = []
      entry.encodeBody(to: &bytes)
      return bytes
    }
    return (kind, encoded)
  }
}
