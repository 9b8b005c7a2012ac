/// A change of a meter (OpenFlow 1.3.5 section 7.3.4.4, ofp_meter_mod).
public struct MeterMod: Hashable, Sendable, WireValue {
  /// What is done with the meter (ofp_meter_mod_command).
  public enum Command: UInt16, Hashable, Sendable, CaseIterable {
    /// Adds it.
    case add = 0
    /// Gives it these flags and bands.
    case modify = 1
    /// Deletes it, and the flows that go through it; `.all` deletes every meter.
    case delete = 2
  }

  /// What is done.
  public var command: Command
  /// The meter as it is to be; for a deletion only its number counts.
  public var meter: Meter

  /// A change of a meter.
  public init(_ command: Command, _ meter: Meter) {
    self.command = command
    self.meter = meter
  }

  /// Deletes a meter.
  public static func delete(_ id: MeterID) -> MeterMod { MeterMod(.delete, Meter(id: id, flags: [], bands: [])) }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let start = reader
    guard let command = Command(rawValue: try reader.integer()) else {
      throw start.malformed("expected a meter_mod command of 0 to 2")
    }
    self.command = command
    let flags = Meter.Flags(rawValue: try reader.integer())
    let id = MeterID(rawValue: try reader.integer())
    meter = Meter(id: id, flags: flags, bands: try reader.list())
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(command.rawValue)
    bytes.appendInteger(meter.flags.rawValue)
    bytes.appendInteger(meter.id.rawValue)
    bytes.appendList(meter.bands)
  }
}

extension MeterMod {
  /// The message without its header.
  public var body: [UInt8] {
    var bytes: [UInt8] = []
    encodeBody(to: &bytes)
    return bytes
  }
}
