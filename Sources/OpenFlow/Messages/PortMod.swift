import NetworkTypes

/// Configures a port (OpenFlow 1.3.5 section 7.3.4.3, ofp_port_mod).
public struct PortMod: Hashable, Sendable, WireValue {
  /// The port.
  public var port: OFPort
  /// Its MAC address, so that it is the port that is meant.
  public var macAddress: MACAddress
  /// What it is to be: the bits of `PortDescription.configuration`.
  public var configuration: UInt32
  /// Which of those bits change.
  public var mask: UInt32
  /// The features to offer to the other end; zero leaves them as they are.
  public var advertised: UInt32

  /// A change of a port.
  public init(
    port: OFPort, macAddress: MACAddress, configuration: UInt32, mask: UInt32, advertised: UInt32 = 0
  ) {
    self.port = port
    self.macAddress = macAddress
    self.configuration = configuration
    self.mask = mask
    self.advertised = advertised
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    port = OFPort(rawValue: try reader.integer())
    try reader.skip(4)
    macAddress = MACAddress(rawValue: UInt64(truncatingIfNeeded: try reader.number(count: 6)))
    try reader.skip(2)
    configuration = try reader.integer()
    mask = try reader.integer()
    advertised = try reader.integer()
    try reader.skip(4)
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(port.rawValue)
    bytes.appendZeros(4)
    bytes.appendNumber(UInt128(macAddress.rawValue), count: 6)
    bytes.appendZeros(2)
    bytes.appendInteger(configuration)
    bytes.appendInteger(mask)
    bytes.appendInteger(advertised)
    bytes.appendZeros(4)
  }
}

/// Configures a table (section 7.3.3, ofp_table_mod).
public struct TableMod: Hashable, Sendable, WireValue {
  /// The table; `.all` for every one.
  public var table: TableID
  /// The bits of ofp_table_config, none of which has a meaning in OpenFlow 1.3.
  public var configuration: UInt32

  /// A change of a table.
  public init(table: TableID, configuration: UInt32) {
    self.table = table
    self.configuration = configuration
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    table = TableID(rawValue: try reader.integer())
    try reader.skip(3)
    configuration = try reader.integer()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.append(table.rawValue)
    bytes.appendZeros(3)
    bytes.appendInteger(configuration)
  }
}
