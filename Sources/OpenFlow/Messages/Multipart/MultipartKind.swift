/// What is asked for and answered in parts (OpenFlow 1.3.5 section 7.3.5, ofp_multipart_type).
public struct MultipartKind: Hashable, Sendable {
  /// The number of the kind.
  public let number: UInt16
  /// Which extension, when the number is 0xffff.
  public let `extension`: ExtensionNumber?

  /// A kind of the specification, or one that is not in it.
  public init(number: UInt16) {
    self.number = number
    self.extension = nil
  }

  /// A kind of an extension.
  public init(_ number: ExtensionNumber) {
    self.number = MultipartKind.experimenter
    self.extension = number
  }

  private static let experimenter: UInt16 = 0xffff

  /// The switch's description.
  public static let description = MultipartKind(number: 0)
  /// Flows.
  public static let flows = MultipartKind(number: 1)
  /// What flows have counted together.
  public static let aggregate = MultipartKind(number: 2)
  /// What tables have counted.
  public static let tables = MultipartKind(number: 3)
  /// What ports have counted.
  public static let portStatistics = MultipartKind(number: 4)
  /// What queues have counted.
  public static let queues = MultipartKind(number: 5)
  /// What groups have counted.
  public static let groups = MultipartKind(number: 6)
  /// Groups.
  public static let groupDescriptions = MultipartKind(number: 7)
  /// What groups there can be.
  public static let groupFeatures = MultipartKind(number: 8)
  /// What meters have counted.
  public static let meters = MultipartKind(number: 9)
  /// Meters.
  public static let meterConfigurations = MultipartKind(number: 10)
  /// What meters there can be.
  public static let meterFeatures = MultipartKind(number: 11)
  /// What tables can do.
  public static let tableFeatures = MultipartKind(number: 12)
  /// Ports.
  public static let ports = MultipartKind(number: 13)
  /// Changes of flows as they happen (ONF 1870).
  public static let flowMonitor = MultipartKind(.flowMonitor)

  /// Reads the number, the flags and the extension's numbers; the flag says that more parts follow.
  static func read(_ reader: inout WireReader) throws(MalformedMessage) -> (kind: MultipartKind, hasMore: Bool) {
    let number = try reader.integer(UInt16.self)
    let hasMore = try reader.integer(UInt16.self) & 1 == 1
    try reader.skip(4)
    guard number == experimenter else { return (MultipartKind(number: number), hasMore) }
    return (MultipartKind(try ExtensionNumber(&reader)), hasMore)
  }

  /// Appends what `read` reads.
  func encode(hasMore: Bool, to bytes: inout [UInt8]) {
    bytes.appendInteger(number)
    bytes.appendInteger(UInt16(hasMore ? 1 : 0))
    bytes.appendZeros(4)
    self.extension?.encodeBody(to: &bytes)
  }
}

extension MultipartKind: CustomStringConvertible {
  /// The number, or the extension's numbers.
  public var description: String { self.extension.map { "\($0)" } ?? String(number) }
}
