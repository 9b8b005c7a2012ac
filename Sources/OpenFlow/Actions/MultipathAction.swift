/// Which of a packet's fields are hashed (Open vSwitch's enum nx_hash_fields).
public enum HashFields: UInt16, Hashable, Sendable, CaseIterable {
  /// The Ethernet source.
  case ethernetSource = 0
  /// Addresses and TCP or SCTP ports, the same in both directions.
  case symmetricL4 = 1
  /// Network addresses and TCP or SCTP ports, the same in both directions.
  case symmetricL3L4 = 2
  /// The same with UDP ports.
  case symmetricL3L4UDP = 3
  /// The network source.
  case networkSource = 4
  /// The network destination.
  case networkDestination = 5
  /// Network addresses, the same in both directions.
  case symmetricL3 = 6

  /// Open vSwitch's name.
  public var name: String {
    switch self {
    case .ethernetSource: "eth_src"
    case .symmetricL4: "symmetric_l4"
    case .symmetricL3L4: "symmetric_l3l4"
    case .symmetricL3L4UDP: "symmetric_l3l4+udp"
    case .networkSource: "nw_src"
    case .networkDestination: "nw_dst"
    case .symmetricL3: "symmetric_l3"
    }
  }
}

/// Chooses a number by a hash of the packet, and puts it into a field (Nicira's multipath action).
public struct MultipathAction: Hashable, Sendable {
  /// How a number is made of the hash.
  public enum Algorithm: UInt16, Hashable, Sendable, CaseIterable {
    /// The remainder of a division.
    case modulo = 0
    /// By ranges of equal size.
    case hashThreshold = 1
    /// The highest of random weights.
    case highestRandomWeight = 2
    /// Hashing again until the number is small enough.
    case iterativeHash = 3

    /// Open vSwitch's name.
    public var name: String {
      switch self {
      case .modulo: "modulo_n"
      case .hashThreshold: "hash_threshold"
      case .highestRandomWeight: "hrw"
      case .iterativeHash: "iter_hash"
      }
    }
  }

  /// What is hashed.
  public var fields: HashFields
  /// A number that the hash begins with.
  public var basis: UInt16
  /// How a number is made of the hash.
  public var algorithm: Algorithm
  /// The highest number, one less than how many there are.
  public var highest: UInt16
  /// A number for the algorithm.
  public var argument: UInt32
  /// Where the number goes.
  public var destination: FieldSlice

  /// A choice of `highest + 1` numbers.
  public init(
    fields: HashFields, basis: UInt16, algorithm: Algorithm, highest: UInt16, argument: UInt32, destination: FieldSlice
  ) {
    self.fields = fields
    self.basis = basis
    self.algorithm = algorithm
    self.highest = highest
    self.argument = argument
    self.destination = destination
  }
}

extension MultipathAction {
  /// Appends what follows the number of the action.
  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(fields.rawValue)
    bytes.appendInteger(basis)
    bytes.appendZeros(2)
    bytes.appendInteger(algorithm.rawValue)
    bytes.appendInteger(highest)
    bytes.appendInteger(argument)
    bytes.appendZeros(2)
    bytes.appendInteger(destination.packed)
    destination.wireField.appendHeader(to: &bytes, hasMask: false)
  }

  /// Reads what follows the number of the action.
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    fields = try HashFields(&reader)
    basis = try reader.integer()
    try reader.skip(2)
    let number = try reader.integer(UInt16.self)
    guard let algorithm = Algorithm(rawValue: number) else {
      throw reader.malformed("there is no multipath algorithm \(number)")
    }
    self.algorithm = algorithm
    highest = try reader.integer()
    argument = try reader.integer()
    try reader.skip(2)
    let packed = try reader.integer(UInt16.self)
    destination = FieldSlice(try Field.readHeader(&reader).field, packed: packed)
  }
}

extension HashFields {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let number = try reader.integer(UInt16.self)
    guard let fields = HashFields(rawValue: number) else { throw reader.malformed("there is no hash \(number)") }
    self = fields
  }
}
