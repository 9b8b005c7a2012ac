import NetworkTypes

/// A port of the switch (OpenFlow 1.3.5 section 7.2.1, ofp_port).
public struct PortDescription: Hashable, Sendable, WireValue {
  /// Its number.
  public let port: OFPort
  /// Its MAC address.
  public let macAddress: MACAddress
  /// Its name, at most 15 bytes.
  public let name: String
  /// What it is configured to be: bit 0 down, 2 no receive, 5 no forward, 6 no packet-in.
  public let configuration: UInt32
  /// What it is: bit 0 link down, 1 blocked, 2 live.
  public let state: UInt32
  /// The features that are in use, offered, possible, and offered by the other end.
  public let features: [UInt32]
  /// The current speed in kbit/s.
  public let currentSpeed: UInt32
  /// The highest speed in kbit/s.
  public let maximumSpeed: UInt32

  static let size = 64

  /// A port.
  ///
  /// - Parameter features: In use, offered, possible, offered by the other end; what is missing is zero.
  public init(
    port: OFPort, macAddress: MACAddress, name: String, configuration: UInt32 = 0, state: UInt32 = 0,
    features: [UInt32] = [], currentSpeed: UInt32 = 0, maximumSpeed: UInt32 = 0
  ) {
    self.port = port
    self.macAddress = macAddress
    self.name = name
    self.configuration = configuration
    self.state = state
    self.features = Array((features + [0, 0, 0, 0]).prefix(4))
    self.currentSpeed = currentSpeed
    self.maximumSpeed = maximumSpeed
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    self.port = OFPort(rawValue: try reader.integer())
    try reader.skip(4)
    self.macAddress = MACAddress(rawValue: UInt64(truncatingIfNeeded: try reader.number(count: 6)))
    try reader.skip(2)
    self.name = try reader.text(16)
    self.configuration = try reader.integer()
    self.state = try reader.integer()
    var features: [UInt32] = []
    for _ in 0..<4 { features.append(try reader.integer()) }
    self.features = features
    self.currentSpeed = try reader.integer()
    self.maximumSpeed = try reader.integer()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(port.rawValue)
    bytes.appendZeros(4)
    bytes.appendNumber(UInt128(macAddress.rawValue), count: 6)
    bytes.appendZeros(2)
    bytes.appendText(name, count: 16)
    bytes.appendInteger(configuration)
    bytes.appendInteger(state)
    for feature in features { bytes.appendInteger(feature) }
    bytes.appendInteger(currentSpeed)
    bytes.appendInteger(maximumSpeed)
  }

  /// Whether it is configured down or has no link.
  public var isDown: Bool { configuration & 1 != 0 || state & 1 != 0 }
}

/// A port that came, went or changed (section 7.4.3, ofp_port_status).
public struct PortStatus: Hashable, Sendable, WireValue {
  /// What happened.
  public enum Reason: UInt8, Sendable, CaseIterable {
    case added = 0
    case deleted = 1
    case modified = 2
  }

  /// What happened to it.
  public let reason: Reason
  /// The port as it is now, or was last.
  public let description: PortDescription

  /// What happened to a port.
  public init(reason: Reason, description: PortDescription) {
    self.reason = reason
    self.description = description
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let start = reader
    guard let reason = Reason(rawValue: try reader.integer()) else {
      throw start.malformed("expected reason 0 (added), 1 (deleted) or 2 (modified)")
    }
    self.reason = reason
    try reader.skip(7)
    self.description = try PortDescription(&reader)
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.append(reason.rawValue)
    bytes.appendZeros(7)
    description.encodeBody(to: &bytes)
  }
}
