/// Who made the switch (OpenFlow 1.3.5 section 7.3.5.1, ofp_desc).
public struct SwitchDescription: Hashable, Sendable {
  /// Who made it.
  public var manufacturer: String
  /// The hardware.
  public var hardware: String
  /// The software and its version.
  public var software: String
  /// The serial number.
  public var serialNumber: String
  /// What its owner calls it.
  public var datapath: String

  /// A description. Each text has room for 255 bytes, the serial number for 31.
  public init(
    manufacturer: String, hardware: String, software: String, serialNumber: String, datapath: String
  ) {
    self.manufacturer = manufacturer
    self.hardware = hardware
    self.software = software
    self.serialNumber = serialNumber
    self.datapath = datapath
  }
}

extension SwitchDescription: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    manufacturer = try reader.text(256)
    hardware = try reader.text(256)
    software = try reader.text(256)
    serialNumber = try reader.text(32)
    datapath = try reader.text(256)
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendText(manufacturer, count: 256)
    bytes.appendText(hardware, count: 256)
    bytes.appendText(software, count: 256)
    bytes.appendText(serialNumber, count: 32)
    bytes.appendText(datapath, count: 256)
  }
}
