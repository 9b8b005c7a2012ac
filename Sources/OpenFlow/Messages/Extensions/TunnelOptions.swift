/// A tunnel option (of Geneve) and the field tun_metadata that holds it (Nicira's TLV table).
public struct TunnelOption: Hashable, Sendable {
  /// The option's class.
  public var optionClass: UInt16
  /// The option's type.
  public var type: UInt8
  /// The length of its value in bytes: a multiple of 4, at most 124.
  public var length: UInt8
  /// The number of the field: n of tun_metadata n.
  public var index: UInt16

  /// An option in a field.
  public init(optionClass: UInt16, type: UInt8, length: UInt8, index: UInt16) {
    self.optionClass = optionClass
    self.type = type
    self.length = length
    self.index = index
  }
}

/// Changes which field holds which tunnel option (Nicira 24).
public struct TunnelOptionMod: Hashable, Sendable {
  /// What is done.
  public enum Command: UInt16, Hashable, Sendable, CaseIterable {
    /// Maps these options.
    case add = 0
    /// Removes these options from the map.
    case delete = 1
    /// Empties the map.
    case clear = 2
  }

  /// What is done.
  public var command: Command
  /// The options.
  public var options: [TunnelOption]

  /// A change of the map.
  public init(_ command: Command, _ options: [TunnelOption] = []) {
    self.command = command
    self.options = options
  }
}

/// Which field holds which tunnel option (Nicira 26).
public struct TunnelOptionTable: Hashable, Sendable {
  /// The most bytes that all options together can have.
  public var maximumSpace: UInt32
  /// The most options.
  public var maximumFields: UInt16
  /// The map.
  public var options: [TunnelOption]

  /// A map.
  public init(maximumSpace: UInt32, maximumFields: UInt16, options: [TunnelOption]) {
    self.maximumSpace = maximumSpace
    self.maximumFields = maximumFields
    self.options = options
  }
}

extension TunnelOption: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    optionClass = try reader.integer()
    type = try reader.integer()
    length = try reader.integer()
    index = try reader.integer()
    try reader.skip(2)
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(optionClass)
    bytes.append(type)
    bytes.append(length)
    bytes.appendInteger(index)
    bytes.appendZeros(2)
  }
}

extension TunnelOptionMod: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let start = reader
    guard let command = Command(rawValue: try reader.integer()) else {
      throw start.malformed("expected a TLV table command of 0 to 2")
    }
    self.command = command
    try reader.skip(6)
    options = try reader.list()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(command.rawValue)
    bytes.appendZeros(6)
    bytes.appendList(options)
  }
}

extension TunnelOptionTable: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    maximumSpace = try reader.integer()
    maximumFields = try reader.integer()
    try reader.skip(10)
    options = try reader.list()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(maximumSpace)
    bytes.appendInteger(maximumFields)
    bytes.appendZeros(10)
    bytes.appendList(options)
  }
}
