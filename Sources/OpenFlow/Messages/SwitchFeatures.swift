import NetworkTypes

/// What the switch is (OpenFlow 1.3.5 section 7.3.1, ofp_switch_features).
public struct SwitchFeatures: Hashable, Sendable, WireValue {
  /// The bridge's identity.
  public let datapathID: UInt64
  /// How many packets it can buffer.
  public let bufferCount: UInt32
  /// How many tables it has.
  public let tableCount: UInt8
  /// Zero on a main connection.
  public let auxiliaryID: UInt8
  /// The bits of ofp_capabilities.
  public let capabilities: UInt32

  /// What a switch says that it is.
  public init(
    datapathID: UInt64, bufferCount: UInt32 = 0, tableCount: UInt8 = 254, auxiliaryID: UInt8 = 0,
    capabilities: UInt32 = 0
  ) {
    self.datapathID = datapathID
    self.bufferCount = bufferCount
    self.tableCount = tableCount
    self.auxiliaryID = auxiliaryID
    self.capabilities = capabilities
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    self.datapathID = try reader.integer()
    self.bufferCount = try reader.integer()
    self.tableCount = try reader.integer()
    self.auxiliaryID = try reader.integer()
    try reader.skip(2)
    self.capabilities = try reader.integer()
    try reader.skip(4)
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(datapathID)
    bytes.appendInteger(bufferCount)
    bytes.append(tableCount)
    bytes.append(auxiliaryID)
    bytes.appendZeros(2)
    bytes.appendInteger(capabilities)
    bytes.appendZeros(4)
  }

  /// The identity as Open vSwitch writes it: 16 hexadecimal digits.
  public var datapathIDText: String { hexString(datapathID, digits: 16) }
}

/// How the switch treats fragments and misses (section 7.3.2, ofp_switch_config).
public struct SwitchConfiguration: Hashable, Sendable, WireValue {
  /// 0 normal, 1 drop fragments, 2 reassemble.
  public var flags: UInt16
  /// How many bytes of a packet go to the controller; Open vSwitch sends a management connection none while it is 0.
  public var missSendLength: UInt16

  /// A configuration.
  public init(flags: UInt16 = 0, missSendLength: UInt16) {
    self.flags = flags
    self.missSendLength = missSendLength
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    self.flags = try reader.integer()
    self.missSendLength = try reader.integer()
  }

  func encode(xid: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendHeader(type: .setConfig, length: MessageHeader.size + 4, xid: xid)
    encodeBody(to: &bytes)
    return bytes
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(flags)
    bytes.appendInteger(missSendLength)
  }
}
