/// What a port has counted (OpenFlow 1.3.5 section 7.3.5.6, ofp_port_stats). A count that the port does not keep is all
/// ones.
public struct PortStatistics: Hashable, Sendable {
  /// The port.
  public var port: OFPort
  /// What it has received.
  public var received = TrafficCount()
  /// What it has sent.
  public var sent = TrafficCount()
  /// Received packets that were dropped.
  public var receiveDrops: UInt64 = 0
  /// Packets to send that were dropped.
  public var sendDrops: UInt64 = 0
  /// Errors in receiving: all of those below, at least.
  public var receiveErrors: UInt64 = 0
  /// Errors in sending.
  public var sendErrors: UInt64 = 0
  /// Frame alignment errors.
  public var frameErrors: UInt64 = 0
  /// Receive overruns.
  public var overruns: UInt64 = 0
  /// Checksum errors.
  public var checksumErrors: UInt64 = 0
  /// Collisions.
  public var collisions: UInt64 = 0
  /// How long it has been there.
  public var age = Duration.zero

  /// A port that has counted nothing yet.
  public init(port: OFPort) {
    self.port = port
  }
}

/// What a queue has counted (section 7.3.5.8, ofp_queue_stats).
public struct QueueStatistics: Hashable, Sendable {
  /// The port.
  public var port: OFPort
  /// The queue.
  public var queue: UInt32
  /// What it has sent.
  public var sent: TrafficCount
  /// Packets dropped because it was full.
  public var errors: UInt64
  /// How long it has been there.
  public var age: Duration

  /// What a queue has counted.
  public init(port: OFPort, queue: UInt32, sent: TrafficCount, errors: UInt64, age: Duration) {
    self.port = port
    self.queue = queue
    self.sent = sent
    self.errors = errors
    self.age = age
  }
}

extension PortStatistics: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    port = OFPort(rawValue: try reader.integer())
    try reader.skip(4)
    received.packets = try reader.integer()
    sent.packets = try reader.integer()
    received.bytes = try reader.integer()
    sent.bytes = try reader.integer()
    receiveDrops = try reader.integer()
    sendDrops = try reader.integer()
    receiveErrors = try reader.integer()
    sendErrors = try reader.integer()
    frameErrors = try reader.integer()
    overruns = try reader.integer()
    checksumErrors = try reader.integer()
    collisions = try reader.integer()
    age = try reader.duration()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(port.rawValue)
    bytes.appendZeros(4)
    for count in [
      received.packets, sent.packets, received.bytes, sent.bytes, receiveDrops, sendDrops, receiveErrors, sendErrors,
      frameErrors, overruns, checksumErrors, collisions,
    ] {
      bytes.appendInteger(count)
    }
    bytes.appendDuration(age)
  }
}

extension QueueStatistics: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    port = OFPort(rawValue: try reader.integer())
    queue = try reader.integer()
    let bytes = try reader.integer(UInt64.self)
    sent = TrafficCount(packets: try reader.integer(), bytes: bytes)
    errors = try reader.integer()
    age = try reader.duration()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(port.rawValue)
    bytes.appendInteger(queue)
    bytes.appendInteger(sent.bytes)
    bytes.appendInteger(sent.packets)
    bytes.appendInteger(errors)
    bytes.appendDuration(age)
  }
}
