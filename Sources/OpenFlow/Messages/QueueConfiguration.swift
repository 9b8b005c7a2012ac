/// The queues of a port (OpenFlow 1.3.5 section 7.3.6, ofp_queue_get_config_reply).
public struct QueueConfiguration: Hashable, Sendable, WireValue {
  /// The port that was asked about.
  public var port: OFPort
  /// Its queues.
  public var queues: [Queue]

  /// The queues of a port.
  public init(port: OFPort, queues: [Queue]) {
    self.port = port
    self.queues = queues
  }

  /// A queue (section 7.2.6, ofp_packet_queue).
  public struct Queue: Hashable, Sendable, WireValue {
    /// The number.
    public var id: UInt32
    /// The port that it is of.
    public var port: OFPort
    /// What is known of it.
    public var properties: [Property]

    /// A queue.
    public init(id: UInt32, port: OFPort, properties: [Property]) {
      self.id = id
      self.port = port
      self.properties = properties
    }
  }

  /// A property of a queue (ofp_queue_prop_header).
  public enum Property: Hashable, Sendable, WireValue {
    /// The guaranteed rate, in tenths of a percent; above 1000 it is off.
    case minimumRate(UInt16)
    /// The highest rate, in tenths of a percent; above 1000 it is off.
    case maximumRate(UInt16)
    /// Any other one: what comes after its header.
    case other(type: UInt16, [UInt8])
  }
}

extension QueueConfiguration {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    port = OFPort(rawValue: try reader.integer())
    try reader.skip(4)
    queues = try reader.list()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(port.rawValue)
    bytes.appendZeros(4)
    bytes.appendList(queues)
  }
}

extension QueueConfiguration.Queue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    id = try reader.integer()
    port = OFPort(rawValue: try reader.integer())
    let start = reader
    let length = Int(try reader.integer(UInt16.self))
    guard length >= 16 else { throw start.malformed("expected a queue of at least 16 bytes, found \(length)") }
    try reader.skip(6)
    var body = try reader.sub(length - 16, structure: "ofp_packet_queue")
    properties = try body.list()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.appendInteger(id)
    bytes.appendInteger(port.rawValue)
    bytes.appendZeros(8)
    bytes.appendList(properties)
    bytes.setLength(bytes.count - start, at: start + 8)
  }
}

extension QueueConfiguration.Property {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let type = try reader.integer(UInt16.self)
    let start = reader
    let length = Int(try reader.integer(UInt16.self))
    guard length >= 8 else { throw start.malformed("expected a property of at least 8 bytes, found \(length)") }
    try reader.skip(4)
    var body = try reader.sub(length - 8, structure: "ofp_queue_prop_header")
    switch (type, length) {
    case (1, 16): self = .minimumRate(try body.integer())
    case (2, 16): self = .maximumRate(try body.integer())
    default: self = .other(type: type, body.takeRest())
    }
  }

  func encodeBody(to bytes: inout [UInt8]) {
    let start = bytes.count
    let (type, value): (UInt16, [UInt8]) =
      switch self {
      case .minimumRate(let rate): (1, [UInt8(rate >> 8), UInt8(rate & 0xff), 0, 0, 0, 0, 0, 0])
      case .maximumRate(let rate): (2, [UInt8(rate >> 8), UInt8(rate & 0xff), 0, 0, 0, 0, 0, 0])
      case .other(let type, let value): (type, value)
      }
    bytes.appendInteger(type)
    bytes.appendZeros(6)
    bytes += value
    bytes.setLength(bytes.count - start, at: start + 2)
  }
}
