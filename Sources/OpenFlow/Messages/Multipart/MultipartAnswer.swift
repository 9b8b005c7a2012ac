/// What the parts of an answer make together.
public enum MultipartAnswer: Hashable, Sendable {
  /// Who made the switch.
  case description(SwitchDescription)
  /// The flows.
  case flows([FlowStatistics])
  /// What flows have counted together.
  case aggregate(AggregateStatistics)
  /// What the tables have counted.
  case tables([TableStatistics])
  /// What ports have counted.
  case portStatistics([PortStatistics])
  /// What queues have counted.
  case queues([QueueStatistics])
  /// What groups have counted.
  case groups([GroupStatistics])
  /// The groups.
  case groupDescriptions([Group])
  /// What groups there can be.
  case groupFeatures(GroupFeatures)
  /// What meters have counted.
  case meters([MeterStatistics])
  /// The meters.
  case meterConfigurations([Meter])
  /// What meters there can be.
  case meterFeatures(MeterFeatures)
  /// What tables can do.
  case tableFeatures([TableFeatures])
  /// The ports.
  case ports([PortDescription])
  /// Changes of flows.
  case flowUpdates([FlowUpdate])
  /// Anything else: what comes after its numbers, and nothing when no part has come yet.
  case other(MultipartKind, [UInt8])

  /// The answer of `request` before its first part.
  public init(to request: MultipartRequest) {
    let empty = MultipartReply(kind: request.kind, body: [])
    self = (try? MultipartAnswer(empty)) ?? .other(request.kind, [])
  }

  /// Adds what a part holds.
  ///
  /// - Throws: When it cannot be read, or belongs to another answer. What was there is lost then.
  public mutating func append(_ reply: MultipartReply) throws(MalformedMessage) {
    var reader = WireReader(reply.body, structure: "multipart reply \(reply.kind)")
    guard reply.kind == kind else {
      throw reader.malformed("expected a part of an answer of kind \(kind)")
    }
    // The list is taken out of the answer while it grows, so that it is not copied.
    switch self {
    case .flows(var list):
      self = .flows([])
      try reader.appendList(to: &list)
      self = .flows(list)
    case .tables(var list):
      self = .tables([])
      try reader.appendList(to: &list)
      self = .tables(list)
    case .portStatistics(var list):
      self = .portStatistics([])
      try reader.appendList(to: &list)
      self = .portStatistics(list)
    case .queues(var list):
      self = .queues([])
      try reader.appendList(to: &list)
      self = .queues(list)
    case .groups(var list):
      self = .groups([])
      try reader.appendList(to: &list)
      self = .groups(list)
    case .groupDescriptions(var list):
      self = .groupDescriptions([])
      try reader.appendList(to: &list)
      self = .groupDescriptions(list)
    case .meters(var list):
      self = .meters([])
      try reader.appendList(to: &list)
      self = .meters(list)
    case .meterConfigurations(var list):
      self = .meterConfigurations([])
      try reader.appendList(to: &list)
      self = .meterConfigurations(list)
    case .tableFeatures(var list):
      self = .tableFeatures([])
      try reader.appendList(to: &list)
      self = .tableFeatures(list)
    case .ports(var list):
      self = .ports([])
      try reader.appendList(to: &list)
      self = .ports(list)
    case .flowUpdates(var list):
      self = .flowUpdates([])
      try reader.appendList(to: &list)
      self = .flowUpdates(list)
    case .other(let kind, var bytes) where !MultipartAnswer.knows(kind):
      self = .other(kind, [])
      bytes += reader.takeRest()
      self = .other(kind, bytes)
    case .description, .aggregate, .groupFeatures, .meterFeatures, .other:
      // One value: it has come whole in the part before, or an empty part follows it.
      if !reply.body.isEmpty { self = try MultipartAnswer(reply) }
    }
  }

  /// What was asked for.
  public var kind: MultipartKind {
    switch self {
    case .description: .description
    case .flows: .flows
    case .aggregate: .aggregate
    case .tables: .tables
    case .portStatistics: .portStatistics
    case .queues: .queues
    case .groups: .groups
    case .groupDescriptions: .groupDescriptions
    case .groupFeatures: .groupFeatures
    case .meters: .meters
    case .meterConfigurations: .meterConfigurations
    case .meterFeatures: .meterFeatures
    case .tableFeatures: .tableFeatures
    case .ports: .ports
    case .flowUpdates: .flowMonitor
    case .other(let kind, _): kind
    }
  }
}
