/// How packets are sent to a controller (Nicira 16).
public enum PacketInFormat: UInt32, Hashable, Sendable, CaseIterable, WireValue {
  /// As OpenFlow 1.3 has it: `PacketIn`.
  case standard = 0
  /// Nicira's first format.
  case nicira = 1
  /// With properties: `PacketIn2`.
  case nicira2 = 2

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let start = reader
    guard let format = PacketInFormat(rawValue: try reader.integer()) else {
      throw start.malformed("expected a packet-in format of 0 to 2")
    }
    self = format
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(rawValue)
  }
}

/// A packet for the controller with what the switch knows of it (Nicira 30), and the same back to let a paused packet go
/// on (Nicira 28).
public struct PacketIn2: Hashable, Sendable {
  /// The packet, or its beginning.
  public var packet: [UInt8]
  /// The length of the packet as it came in, when not all of it is here.
  public var fullLength: UInt32?
  /// The buffer that holds it.
  public var bufferID: UInt32?
  /// The table of the flow that sent it.
  public var table: TableID?
  /// The cookie of that flow. A paused packet comes without.
  public var cookie: UInt64?
  /// Why: 0 no match, 1 an action, 2 a bad TTL.
  public var reason: UInt8?
  /// The packet's metadata, the input port among it.
  public var metadata: Match
  /// What the `controller` action says that the packet is about.
  public var userdata: [UInt8]?
  /// What the switch needs to go on with the packet: given back as it is, once, soon, to the same process.
  public var continuation: [UInt8]?
  /// Properties that are not known here: their types and values.
  public var others: [Property]

  /// A property that is not known here.
  public struct Property: Hashable, Sendable {
    /// Its type.
    public var type: UInt16
    /// Its value.
    public var value: [UInt8]

    /// A property of these bytes.
    public init(type: UInt16, value: [UInt8]) {
      self.type = type
      self.value = value
    }
  }

  /// A packet without properties but its bytes.
  public init(packet: [UInt8], metadata: Match = .any) {
    self.packet = packet
    self.metadata = metadata
    self.others = []
  }

  /// The port that the packet came in on.
  public var inPort: OFPort? {
    metadata[.inPort]?.value.map { OFPort(rawValue: UInt32(truncatingIfNeeded: $0)) }
  }
}

extension PacketIn2: WireValue {
  private enum Kind {
    static let packet: UInt16 = 0
    static let fullLength: UInt16 = 1
    static let bufferID: UInt16 = 2
    static let table: UInt16 = 3
    static let cookie: UInt16 = 4
    static let reason: UInt16 = 5
    static let metadata: UInt16 = 6
    static let userdata: UInt16 = 7
    static let continuation: UInt16 = 8
  }

  /// Reads the properties that fill `reader`; of several of one type the last counts.
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    self.init(packet: [])
    while !reader.isAtEnd {
      let property = try WireProperty(&reader)
      var value = property.reader("packet-in property \(property.type)")
      switch property.type {
      case Kind.packet: packet = property.value
      case Kind.fullLength: fullLength = try value.integer()
      case Kind.bufferID: bufferID = try value.integer()
      case Kind.table: table = TableID(rawValue: try value.integer())
      case Kind.cookie:
        try value.skip(4)  // so that the number is at a multiple of eight
        cookie = try value.integer()
      case Kind.reason: reason = try value.integer()
      case Kind.metadata: metadata = Match(try Match.readTLVs(&value))
      case Kind.userdata: userdata = property.value
      case Kind.continuation: continuation = try PacketIn2.readContinuation(&value)
      default: others.append(Property(type: property.type, value: property.value))
      }
    }
  }

  /// A property of properties has zeros after its header, so that they are at a multiple of eight.
  private static func readContinuation(_ value: inout WireReader) throws(MalformedMessage) -> [UInt8] {
    try value.skip(4)
    return value.takeRest()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    let property = { (type: UInt16, bytes: inout [UInt8], write: (inout [UInt8]) -> Void) in
      var value: [UInt8] = []
      write(&value)
      WireProperty(type: type, value: value).encodeBody(to: &bytes)
    }
    if !packet.isEmpty { property(Kind.packet, &bytes) { $0 += packet } }
    if let fullLength { property(Kind.fullLength, &bytes) { $0.appendInteger(fullLength) } }
    if let bufferID { property(Kind.bufferID, &bytes) { $0.appendInteger(bufferID) } }
    if let table { property(Kind.table, &bytes) { $0.append(table.rawValue) } }
    if let cookie {
      property(Kind.cookie, &bytes) {
        $0.appendZeros(4)
        $0.appendInteger(cookie)
      }
    }
    if let reason { property(Kind.reason, &bytes) { $0.append(reason) } }
    let fields = metadata.fields
    if !fields.isEmpty { property(Kind.metadata, &bytes) { for field in fields { field.encode(to: &$0) } } }
    if let continuation {
      property(Kind.continuation, &bytes) {
        $0.appendZeros(4)
        $0 += continuation
      }
    }
    if let userdata { property(Kind.userdata, &bytes) { $0 += userdata } }
    for other in others { property(other.type, &bytes) { $0 += other.value } }
  }
}

extension Match {
  /// Reads the fields that fill `reader`, without the header of a match.
  static func readTLVs(_ reader: inout WireReader) throws(MalformedMessage) -> [MatchField] {
    var fields: [MatchField] = []
    while !reader.isAtEnd { fields.append(try MatchField(&reader)) }
    return fields
  }
}
