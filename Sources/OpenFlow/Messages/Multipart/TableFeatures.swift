/// What a table can do (OpenFlow 1.3.5 section 7.3.5.5.1, ofp_table_features).
public struct TableFeatures: Hashable, Sendable {
  /// The table.
  public var table: TableID
  /// Its name, at most 31 bytes.
  public var name: String
  /// The bits of the metadata that it can match.
  public var metadataMatch: UInt64
  /// The bits of the metadata that it can write.
  public var metadataWrite: UInt64
  /// The bits of ofp_table_config.
  public var configuration: UInt32
  /// The most flows that fit in.
  public var maximumFlows: UInt32
  /// What else it can do.
  public var properties: [Property]

  /// What a table can do.
  public init(
    table: TableID, name: String, metadataMatch: UInt64, metadataWrite: UInt64, configuration: UInt32,
    maximumFlows: UInt32, properties: [Property]
  ) {
    self.table = table
    self.name = name
    self.metadataMatch = metadataMatch
    self.metadataWrite = metadataWrite
    self.configuration = configuration
    self.maximumFlows = maximumFlows
    self.properties = properties
  }

  /// One kind of thing that a table can do (section 7.3.5.5.2, ofp_table_feature_prop_header).
  public struct Property: Hashable, Sendable {
    /// Which kind: 0 instructions, 2 next tables, 4 actions to write, 6 actions to apply, 8 fields to match, 10 fields
    /// that need not be matched, 12 fields to set by writing, 14 fields to set by applying; one more is for the flow
    /// that matches everything.
    public var type: UInt16
    /// What comes after the header.
    public var value: [UInt8]

    /// A property of these bytes.
    public init(type: UInt16, value: [UInt8]) {
      self.type = type
      self.value = value
    }

    /// The tables of a property of next tables.
    public var tables: [TableID] { value.map(TableID.init(rawValue:)) }

    /// The types of a property of instructions or actions; those of an extension are 0xffff.
    public var types: [UInt16] {
      var reader = WireReader(value, structure: "ofp_table_feature_prop")
      var types: [UInt16] = []
      while let type = try? reader.integer(UInt16.self), let length = try? reader.integer(UInt16.self), length >= 4,
        (try? reader.skip(Int(length) - 4)) != nil
      {
        types.append(type)
      }
      return types
    }

    /// The fields of a property of fields, and whether they can be masked.
    public var fields: [(field: Field, hasMask: Bool)] {
      var reader = WireReader(value, structure: "ofp_table_feature_prop")
      var fields: [(field: Field, hasMask: Bool)] = []
      while !reader.isAtEnd, let field = try? Field.readHeader(&reader) { fields.append(field) }
      return fields
    }
  }
}

extension TableFeatures: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let start = reader
    let length = Int(try reader.integer(UInt16.self))
    guard length >= 64 else { throw start.malformed("expected a table entry of at least 64 bytes, found \(length)") }
    var body = try reader.sub(length - 2, structure: "ofp_table_features")
    table = TableID(rawValue: try body.integer())
    try body.skip(5)
    name = try body.text(32)
    metadataMatch = try body.integer()
    metadataWrite = try body.integer()
    configuration = try body.integer()
    maximumFlows = try body.integer()
    properties = []
    while !body.isAtEnd {
      let property = try WireProperty(&body)
      properties.append(Property(type: property.type, value: property.value))
    }
  }

  func encodeBody(to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.appendZeros(2)
    bytes.append(table.rawValue)
    bytes.appendZeros(5)
    bytes.appendText(name, count: 32)
    bytes.appendInteger(metadataMatch)
    bytes.appendInteger(metadataWrite)
    bytes.appendInteger(configuration)
    bytes.appendInteger(maximumFlows)
    for property in properties { WireProperty(type: property.type, value: property.value).encodeBody(to: &bytes) }
    bytes.setLength(bytes.count - start, at: start)
  }
}
