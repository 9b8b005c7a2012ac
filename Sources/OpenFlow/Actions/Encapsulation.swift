/// What a packet begins with: a namespace and a number in it (OpenFlow 1.5.1 section 7.2.3.11).
public struct PacketType: Hashable, Sendable {
  /// The namespace in the upper half, the number in the lower one.
  public let rawValue: UInt32

  /// The type with this number on the wire.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// The type of this number in a namespace: 0 the ONF's, 1 Ethernet types.
  public init(namespace: UInt16, number: UInt16) {
    self.rawValue = UInt32(namespace) << 16 | UInt32(number)
  }

  /// The namespace.
  public var namespace: UInt16 { UInt16(truncatingIfNeeded: rawValue >> 16) }
  /// The number in the namespace.
  public var number: UInt16 { UInt16(truncatingIfNeeded: rawValue) }

  /// An Ethernet header.
  public static let ethernet = PacketType(namespace: 0, number: 0)
  /// Whatever the header that is taken off says.
  public static let next = PacketType(namespace: 0, number: 0xfffe)
  /// A network service header.
  public static let nsh = PacketType(namespace: 1, number: 0x894f)
  /// A label.
  public static let mpls = PacketType(namespace: 1, number: 0x8847)
  /// A label of a multicast packet.
  public static let mplsMulticast = PacketType(namespace: 1, number: 0x8848)
}

/// A header that is put in front of a packet (Nicira's encap action).
public struct Encapsulation: Hashable, Sendable {
  /// Something that the header holds (enum ofp_ed_prop_class and its types).
  public struct Property: Hashable, Sendable {
    /// Who defined the type: 4 for network service headers.
    public var propertyClass: UInt16
    /// What it is.
    public var type: UInt8
    /// Its value.
    public var value: [UInt8]

    /// A property of any kind.
    public init(propertyClass: UInt16, type: UInt8, value: [UInt8]) {
      self.propertyClass = propertyClass
      self.type = type
      self.value = value
    }
  }

  /// The length that the header is to have; 0 lets the switch choose.
  public var headerLength: UInt16
  /// The type of the new header.
  public var type: PacketType
  /// What it holds.
  public var properties: [Property]

  /// A header of this type.
  public init(_ type: PacketType, properties: [Property] = [], headerLength: UInt16 = 0) {
    self.headerLength = headerLength
    self.type = type
    self.properties = properties
  }
}

extension Encapsulation {
  /// Appends what follows the number of the action.
  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(headerLength)
    bytes.appendInteger(type.rawValue)
    for property in properties {
      let start = bytes.count
      bytes.appendInteger(property.propertyClass)
      bytes.append(property.type)
      bytes.append(UInt8(truncatingIfNeeded: property.value.count + 4))
      bytes += property.value
      bytes.padToEight(from: start)
    }
  }

  /// Reads what follows the number of the action.
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    headerLength = try reader.integer()
    type = PacketType(rawValue: try reader.integer())
    properties = []
    while !reader.isAtEnd {
      let propertyClass = try reader.integer(UInt16.self)
      let type = try reader.integer(UInt8.self)
      let length = Int(try reader.integer(UInt8.self))
      guard length >= 4 else { throw reader.malformed("a property of \(length) bytes has no room for its header") }
      let value = try reader.take(length - 4)
      try reader.skip(min(reader.remaining, roundedUpToEight(length) - length))
      properties.append(Property(propertyClass: propertyClass, type: type, value: value))
    }
  }
}
