/// Chooses one of several ports that are up (Nicira's bundle action, and bundle_load).
public struct BundleAction: Hashable, Sendable {
  /// How a port is chosen.
  public enum Algorithm: UInt16, Hashable, Sendable, CaseIterable {
    /// The first that is up.
    case activeBackup = 0
    /// The highest of random weights.
    case highestRandomWeight = 1

    /// Open vSwitch's name.
    public var name: String {
      switch self {
      case .activeBackup: "active_backup"
      case .highestRandomWeight: "hrw"
      }
    }
  }

  /// What is hashed.
  public var fields: HashFields
  /// A number that the hash begins with.
  public var basis: UInt16
  /// How a port is chosen.
  public var algorithm: Algorithm
  /// The ports to choose from.
  public var members: [OFPort]
  /// Where the port's number goes; nil sends the packet out of it.
  public var destination: FieldSlice?

  /// A choice of `members`.
  public init(
    fields: HashFields, basis: UInt16, algorithm: Algorithm, members: [OFPort], destination: FieldSlice? = nil
  ) {
    self.fields = fields
    self.basis = basis
    self.algorithm = algorithm
    self.members = members
    self.destination = destination
  }
}

extension BundleAction {
  /// What the members are: numbers of ports, told by the header of the field that has one.
  private static let memberType: UInt32 = 0x0000_0002

  /// Appends what follows the number of the action.
  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(algorithm.rawValue)
    bytes.appendInteger(fields.rawValue)
    bytes.appendInteger(basis)
    bytes.appendInteger(BundleAction.memberType)
    bytes.appendInteger(UInt16(truncatingIfNeeded: members.count))
    bytes.appendInteger(destination?.packed ?? 0)
    if let destination {
      destination.wireField.appendHeader(to: &bytes, hasMask: false)
    } else {
      bytes.appendZeros(4)
    }
    bytes.appendZeros(4)
    for member in members { bytes.appendInteger(member.compactOrInPort) }
  }

  /// Reads what follows the number of the action.
  init(_ reader: inout WireReader, loads: Bool) throws(MalformedMessage) {
    let number = try reader.integer(UInt16.self)
    guard let algorithm = Algorithm(rawValue: number) else {
      throw reader.malformed("there is no bundle algorithm \(number)")
    }
    self.algorithm = algorithm
    fields = try HashFields(&reader)
    basis = try reader.integer()
    guard try reader.integer(UInt32.self) == BundleAction.memberType else {
      throw reader.malformed("a bundle's members are no ports")
    }
    let count = Int(try reader.integer(UInt16.self))
    let packed = try reader.integer(UInt16.self)
    var header = try reader.sub(4)
    destination = loads ? FieldSlice(try Field.readHeader(&header).field, packed: packed) : nil
    try reader.skip(4)
    try reader.require(2 * count)
    members = []
    for _ in 0..<count { members.append(OFPort(compact: try reader.integer())) }
  }
}
