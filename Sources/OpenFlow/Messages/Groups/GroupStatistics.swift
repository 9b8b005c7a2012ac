/// What a group has counted (OpenFlow 1.3.5 section 7.3.5.6, ofp_group_stats).
public struct GroupStatistics: Hashable, Sendable {
  /// The group.
  public var group: GroupID
  /// How many flows and groups send to it.
  public var references: UInt32
  /// What all of its buckets have counted.
  public var total: TrafficCount
  /// How long it has been there.
  public var age: Duration
  /// What each bucket has counted.
  public var buckets: [TrafficCount]

  /// What a group has counted.
  public init(
    group: GroupID, references: UInt32 = 0, total: TrafficCount = TrafficCount(), age: Duration = .zero,
    buckets: [TrafficCount] = []
  ) {
    self.group = group
    self.references = references
    self.total = total
    self.age = age
    self.buckets = buckets
  }
}

/// Packets and their bytes.
public struct TrafficCount: Hashable, Sendable, WireValue {
  /// How many packets.
  public var packets: UInt64
  /// How many bytes they had.
  public var bytes: UInt64

  /// A count.
  public init(packets: UInt64 = 0, bytes: UInt64 = 0) {
    self.packets = packets
    self.bytes = bytes
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    packets = try reader.integer()
    bytes = try reader.integer()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(packets)
    bytes.appendInteger(self.bytes)
  }
}

/// What groups the switch can have (section 7.3.5.8, ofp_group_features).
public struct GroupFeatures: Hashable, Sendable, WireValue {
  /// Bit n: type n is there.
  public var types: UInt32
  /// 1 weights, 2 liveness, 4 groups in groups, 8 loops are found.
  public var capabilities: UInt32
  /// The most groups of each of the four types.
  public var maximum: [UInt32]
  /// For each of the four types: bit n, action n is there.
  public var actions: [UInt32]

  /// What groups a switch can have; of the lists four numbers count, what is missing is zero.
  public init(types: UInt32, capabilities: UInt32, maximum: [UInt32], actions: [UInt32]) {
    self.types = types
    self.capabilities = capabilities
    self.maximum = Array((maximum + [0, 0, 0, 0]).prefix(4))
    self.actions = Array((actions + [0, 0, 0, 0]).prefix(4))
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    types = try reader.integer()
    capabilities = try reader.integer()
    maximum = []
    actions = []
    for _ in 0..<4 { maximum.append(try reader.integer()) }
    for _ in 0..<4 { actions.append(try reader.integer()) }
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(types)
    bytes.appendInteger(capabilities)
    for list in [maximum, actions] {
      for index in 0..<4 { bytes.appendInteger(list.indices.contains(index) ? list[index] : 0) }
    }
  }
}

extension GroupStatistics: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let start = reader
    let length = Int(try reader.integer(UInt16.self))
    guard length >= 40 else { throw start.malformed("expected a group entry of at least 40 bytes, found \(length)") }
    var body = try reader.sub(length - 2, structure: "ofp_group_stats")
    try body.skip(2)
    group = GroupID(rawValue: try body.integer())
    references = try body.integer()
    try body.skip(4)
    total = try TrafficCount(&body)
    age = try body.duration()
    buckets = try body.list()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.appendZeros(4)
    bytes.appendInteger(group.rawValue)
    bytes.appendInteger(references)
    bytes.appendZeros(4)
    total.encodeBody(to: &bytes)
    bytes.appendDuration(age)
    bytes.appendList(buckets)
    bytes.setLength(bytes.count - start, at: start)
  }
}

/// The description of a group (section 7.3.5.7, ofp_group_desc).
extension Group: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let start = reader
    let length = Int(try reader.integer(UInt16.self))
    guard length >= 8 else { throw start.malformed("expected a group of at least 8 bytes, found \(length)") }
    var body = try reader.sub(length - 2, structure: "ofp_group_desc")
    let type = try Kind(&body)
    try body.skip(1)
    let id = GroupID(rawValue: try body.integer())
    self.init(id: id, type: type, buckets: try body.list())
  }

  func encodeBody(to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.appendZeros(2)
    bytes.append(type.rawValue)
    bytes.appendZeros(1)
    bytes.appendInteger(id.rawValue)
    bytes.appendList(buckets)
    bytes.setLength(bytes.count - start, at: start)
  }
}
