import NetworkTypes

/// Forgets connections (Nicira 32): those that agree with everything that is said.
public struct ConntrackFlush: Hashable, Sendable {
  /// Addresses and ports of one direction; what is nil may be anything.
  public struct Tuple: Hashable, Sendable {
    /// The source address.
    public var source: IPAddress?
    /// The destination address.
    public var destination: IPAddress?
    /// The source port.
    public var sourcePort: UInt16?
    /// The destination port.
    public var destinationPort: UInt16?
    /// The id of an ICMP echo.
    public var icmpID: UInt16?
    /// The ICMP type.
    public var icmpType: UInt8?
    /// The ICMP code.
    public var icmpCode: UInt8?

    /// Any.
    public init() {}
  }

  /// The IP protocol; 0 for any.
  public var ipProtocol: UInt8
  /// The zone; nil for every one.
  public var zone: UInt16?
  /// The packets of the one who opened the connection.
  public var original: Tuple?
  /// The packets of the other.
  public var reply: Tuple?

  /// Connections of a protocol.
  public init(ipProtocol: UInt8 = 0, zone: UInt16? = nil, original: Tuple? = nil, reply: Tuple? = nil) {
    self.ipProtocol = ipProtocol
    self.zone = zone
    self.original = original
    self.reply = reply
  }
}

extension ConntrackFlush: WireValue {
  private enum Kind {
    static let original: UInt16 = 0
    static let reply: UInt16 = 1
    static let zone: UInt16 = 2
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    self.init(ipProtocol: try reader.integer())
    try reader.skip(7)
    while !reader.isAtEnd {
      let start = reader
      let property = try WireProperty(&reader)
      var value = property.reader("ct flush property \(property.type)")
      switch property.type {
      case Kind.original: original = try Tuple(nested: &value)
      case Kind.reply: reply = try Tuple(nested: &value)
      case Kind.zone: zone = try value.integer()
      default: throw start.malformed("expected a tuple (0, 1) or a zone (2), found property \(property.type)")
      }
    }
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.append(ipProtocol)
    bytes.appendZeros(7)
    original.map { WireProperty(type: Kind.original, value: $0.nested).encodeBody(to: &bytes) }
    reply.map { WireProperty(type: Kind.reply, value: $0.nested).encodeBody(to: &bytes) }
    zone.map { WireProperty(type: Kind.zone, value: $0.padded).encodeBody(to: &bytes) }
  }
}

extension ConntrackFlush.Tuple {
  private enum Kind {
    static let source: UInt16 = 0
    static let destination: UInt16 = 1
    static let sourcePort: UInt16 = 2
    static let destinationPort: UInt16 = 3
    static let icmpID: UInt16 = 4
    static let icmpType: UInt16 = 5
    static let icmpCode: UInt16 = 6
  }

  /// Reads the value of a tuple's property: zeros up to a multiple of eight, then properties.
  fileprivate init(nested reader: inout WireReader) throws(MalformedMessage) {
    self.init()
    try reader.skip(4)
    while !reader.isAtEnd {
      let start = reader
      let property = try WireProperty(&reader)
      var value = property.reader("ct tuple property \(property.type)")
      switch property.type {
      case Kind.source: source = try IPAddress(mapped: &value)
      case Kind.destination: destination = try IPAddress(mapped: &value)
      case Kind.sourcePort: sourcePort = try value.integer()
      case Kind.destinationPort: destinationPort = try value.integer()
      case Kind.icmpID: icmpID = try value.integer()
      case Kind.icmpType: icmpType = try value.integer()
      case Kind.icmpCode: icmpCode = try value.integer()
      default: throw start.malformed("expected a tuple's property of 0 to 6, found \(property.type)")
      }
    }
  }

  fileprivate var nested: [UInt8] {
    var value: [UInt8] = [0, 0, 0, 0]
    let append = { (type: UInt16, content: [UInt8]?, value: inout [UInt8]) in
      // Properties begin at multiples of eight counted from the header of the one that they are in.
      if let content { WireProperty(type: type, value: content).encodeBody(to: &value) }
    }
    append(Kind.source, source?.mapped, &value)
    append(Kind.destination, destination?.mapped, &value)
    append(Kind.sourcePort, sourcePort?.padded, &value)
    append(Kind.destinationPort, destinationPort?.padded, &value)
    append(Kind.icmpID, icmpID?.padded, &value)
    append(Kind.icmpType, icmpType.map { [$0] }, &value)
    append(Kind.icmpCode, icmpCode.map { [$0] }, &value)
    return value
  }
}

extension UInt16 {
  /// A property of 16 bits counts its zeros in its length.
  fileprivate var padded: [UInt8] { [UInt8(self >> 8), UInt8(self & 0xff), 0, 0] }
}

extension IPAddress {
  /// The address in 16 bytes, one of IPv4 mapped into IPv6.
  fileprivate var mapped: [UInt8] {
    switch self {
    case .v4(let address): [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] + address.octets
    case .v6(let address): address.octets
    }
  }

  fileprivate init(mapped reader: inout WireReader) throws(MalformedMessage) {
    let high = try reader.integer(UInt64.self)
    let low = try reader.integer(UInt64.self)
    self =
      high == 0 && low >> 32 == 0xffff
      ? .v4(IPv4Address(rawValue: UInt32(truncatingIfNeeded: low))) : .v6(IPv6Address(high: high, low: low))
  }
}
