/// What a meter has counted (OpenFlow 1.3.5 section 7.3.5.9, ofp_meter_stats).
public struct MeterStatistics: Hashable, Sendable {
  /// The meter.
  public var meter: MeterID
  /// How many flows go through it.
  public var flows: UInt32
  /// What came in.
  public var input: TrafficCount
  /// How long it has been there.
  public var age: Duration
  /// What each band has acted on.
  public var bands: [TrafficCount]

  /// What a meter has counted.
  public init(
    meter: MeterID, flows: UInt32 = 0, input: TrafficCount = TrafficCount(), age: Duration = .zero,
    bands: [TrafficCount] = []
  ) {
    self.meter = meter
    self.flows = flows
    self.input = input
    self.age = age
    self.bands = bands
  }
}

/// What meters the switch can have (section 7.3.5.11, ofp_meter_features).
public struct MeterFeatures: Hashable, Sendable, WireValue {
  /// The most meters.
  public var maximum: UInt32
  /// Bit n: bands of type n are there.
  public var bandTypes: UInt32
  /// The flags that are there.
  public var capabilities: UInt32
  /// The most bands of a meter.
  public var maximumBands: UInt8
  /// The most colors.
  public var maximumColors: UInt8

  /// What meters a switch can have.
  public init(
    maximum: UInt32, bandTypes: UInt32, capabilities: UInt32, maximumBands: UInt8, maximumColors: UInt8 = 0
  ) {
    self.maximum = maximum
    self.bandTypes = bandTypes
    self.capabilities = capabilities
    self.maximumBands = maximumBands
    self.maximumColors = maximumColors
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    maximum = try reader.integer()
    bandTypes = try reader.integer()
    capabilities = try reader.integer()
    maximumBands = try reader.integer()
    maximumColors = try reader.integer()
    try reader.skip(2)
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(maximum)
    bytes.appendInteger(bandTypes)
    bytes.appendInteger(capabilities)
    bytes.append(maximumBands)
    bytes.append(maximumColors)
    bytes.appendZeros(2)
  }
}

extension MeterStatistics: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    meter = MeterID(rawValue: try reader.integer())
    let start = reader
    let length = Int(try reader.integer(UInt16.self))
    guard length >= 40 else { throw start.malformed("expected a meter entry of at least 40 bytes, found \(length)") }
    var body = try reader.sub(length - 6, structure: "ofp_meter_stats")
    try body.skip(6)
    flows = try body.integer()
    input = try TrafficCount(&body)
    age = try body.duration()
    bands = try body.list()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.appendInteger(meter.rawValue)
    bytes.appendZeros(8)
    bytes.appendInteger(flows)
    input.encodeBody(to: &bytes)
    bytes.appendDuration(age)
    bytes.appendList(bands)
    bytes.setLength(bytes.count - start, at: start + 4)
  }
}

/// The configuration of a meter (section 7.3.5.10, ofp_meter_config).
extension Meter: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let start = reader
    let length = Int(try reader.integer(UInt16.self))
    guard length >= 8 else { throw start.malformed("expected a meter of at least 8 bytes, found \(length)") }
    var body = try reader.sub(length - 2, structure: "ofp_meter_config")
    flags = Flags(rawValue: try body.integer())
    id = MeterID(rawValue: try body.integer())
    bands = try body.list()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.appendZeros(2)
    bytes.appendInteger(flags.rawValue)
    bytes.appendInteger(id.rawValue)
    bytes.appendList(bands)
    bytes.setLength(bytes.count - start, at: start)
  }
}
