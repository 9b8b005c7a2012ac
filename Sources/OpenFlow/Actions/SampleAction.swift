/// Reports a part of the packets to collectors (Nicira's sample action).
public struct SampleAction: Hashable, Sendable {
  /// Which way a sampled packet goes.
  public enum Direction: UInt8, Hashable, Sendable, CaseIterable {
    /// Whatever the port says.
    case unspecified = 0
    /// Into the switch.
    case ingress = 1
    /// Out of it.
    case egress = 2
  }

  /// How many of 65535 packets are reported.
  public var probability: UInt16
  /// The collectors, by the number that they have in the database.
  public var collectorSet: UInt32
  /// The observation domain that the report gives.
  public var domain: UInt32
  /// The observation point that the report gives.
  public var point: UInt32
  /// The port that the report gives; nil for the form without one.
  public var samplingPort: OFPort?
  /// The direction that the report gives; nil for the form without one.
  public var direction: Direction?

  /// A sample without a port.
  public init(
    probability: UInt16, collectorSet: UInt32, domain: UInt32, point: UInt32, samplingPort: OFPort? = nil,
    direction: Direction? = nil
  ) {
    self.probability = probability
    self.collectorSet = collectorSet
    self.domain = domain
    self.point = point
    self.samplingPort = samplingPort
    self.direction = direction
  }
}

extension SampleAction {
  /// The number of the form that has room for all of it.
  var number: UInt16 {
    if direction != nil { return NiciraAction.sampleDirection }
    return samplingPort == nil ? NiciraAction.sample : NiciraAction.samplePort
  }

  /// Appends what follows the number of the action.
  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(probability)
    bytes.appendInteger(collectorSet)
    bytes.appendInteger(domain)
    bytes.appendInteger(point)
    guard number != NiciraAction.sample else { return }
    bytes.appendInteger((samplingPort ?? .any).compactOrInPort)
    bytes.append(direction?.rawValue ?? 0)
    bytes.appendZeros(5)
  }

  /// Reads what follows the number of the action.
  init(_ number: UInt16, _ reader: inout WireReader) throws(MalformedMessage) {
    probability = try reader.integer()
    collectorSet = try reader.integer()
    domain = try reader.integer()
    point = try reader.integer()
    samplingPort = number == NiciraAction.sample ? nil : OFPort(compact: try reader.integer())
    direction = nil
    guard number == NiciraAction.sampleDirection else { return }
    let value = try reader.integer(UInt8.self)
    guard let direction = Direction(rawValue: value) else {
      throw reader.malformed("there is no direction \(value)")
    }
    self.direction = direction
  }
}
