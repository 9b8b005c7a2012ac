/// A flow that the switch removed and that asked to be told of (OpenFlow 1.3.5 section 7.4.2, ofp_flow_removed).
public struct FlowRemoved: Hashable, Sendable, WireValue {
  /// The flow's key.
  public let key: FlowKey
  /// The flow's cookie.
  public let cookie: UInt64
  /// Why: 0 idle, 1 hard timeout, 2 deleted, 3 its group was.
  public let reason: UInt8
  /// How long it was there.
  public let age: Duration
  /// Its idle timeout in seconds.
  public let idleTimeout: UInt16
  /// Its hard timeout in seconds.
  public let hardTimeout: UInt16
  /// How many packets it matched.
  public let packets: UInt64
  /// How many bytes they had.
  public let bytes: UInt64

  /// A flow that is gone.
  public init(
    key: FlowKey, cookie: UInt64, reason: UInt8, age: Duration = .zero, idleTimeout: UInt16 = 0,
    hardTimeout: UInt16 = 0, packets: UInt64, bytes: UInt64
  ) {
    self.key = key
    self.cookie = cookie
    self.reason = reason
    self.age = age
    self.idleTimeout = idleTimeout
    self.hardTimeout = hardTimeout
    self.packets = packets
    self.bytes = bytes
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    self.cookie = try reader.integer()
    let priority = try reader.integer(UInt16.self)
    self.reason = try reader.integer()
    let table = TableID(rawValue: try reader.integer())
    self.age = try reader.duration()
    self.idleTimeout = try reader.integer()
    self.hardTimeout = try reader.integer()
    self.packets = try reader.integer()
    self.bytes = try reader.integer()
    self.key = FlowKey(table: table, priority: priority, match: try Match(&reader))
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(cookie)
    bytes.appendInteger(key.priority)
    bytes.append(reason)
    bytes.append(key.table.rawValue)
    bytes.appendDuration(age)
    bytes.appendInteger(idleTimeout)
    bytes.appendInteger(hardTimeout)
    bytes.appendInteger(packets)
    bytes.appendInteger(self.bytes)
    bytes += key.match.bytes
  }
}
