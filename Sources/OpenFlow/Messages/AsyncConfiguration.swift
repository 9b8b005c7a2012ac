/// What the switch tells unasked (OpenFlow 1.3.5 section 7.3.10, ofp_async_config): bit n of a mask is reason n.
public struct AsyncConfiguration: Hashable, Sendable, WireValue {
  /// The reasons that a connection is told of.
  public struct Reasons: Hashable, Sendable {
    /// As an equal or the primary.
    public var primary: UInt32
    /// As a secondary.
    public var secondary: UInt32

    /// Reasons by role.
    public init(primary: UInt32, secondary: UInt32) {
      self.primary = primary
      self.secondary = secondary
    }
  }

  /// Packets.
  public var packetIn: Reasons
  /// Changes of ports.
  public var portStatus: Reasons
  /// Flows that are removed.
  public var flowRemoved: Reasons

  /// A configuration.
  public init(packetIn: Reasons, portStatus: Reasons, flowRemoved: Reasons) {
    self.packetIn = packetIn
    self.portStatus = portStatus
    self.flowRemoved = flowRemoved
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    packetIn = try Reasons(&reader)
    portStatus = try Reasons(&reader)
    flowRemoved = try Reasons(&reader)
  }

  func encodeBody(to bytes: inout [UInt8]) {
    for reasons in [packetIn, portStatus, flowRemoved] {
      bytes.appendInteger(reasons.primary)
      bytes.appendInteger(reasons.secondary)
    }
  }
}

extension AsyncConfiguration.Reasons {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    primary = try reader.integer()
    secondary = try reader.integer()
  }
}

/// One kind of what the switch tells unasked (Nicira 27, in the form of OpenFlow 1.4 section 7.3.10).
public struct AsyncProperty: Hashable, Sendable, WireValue {
  /// What it is about: 0 and 1 packets, 2 and 3 ports, 4 and 5 flows, 6 and 7 roles, 8 and 9 tables, 10 and 11 forwarded
  /// requests; the even numbers are for a secondary, the odd ones for a primary or an equal.
  public var type: UInt16
  /// The reasons.
  public var mask: UInt32

  /// The reasons of a kind.
  public init(type: UInt16, mask: UInt32) {
    self.type = type
    self.mask = mask
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    type = try reader.integer()
    let start = reader
    guard try reader.integer(UInt16.self) == 8 else { throw start.malformed("expected a property of 8 bytes") }
    mask = try reader.integer()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(type)
    bytes.appendInteger(UInt16(8))
    bytes.appendInteger(mask)
  }
}
