import OpenFlow

extension TableFeatures {
  /// What the switch says of its tables: the same of each but for its name and the tables after it. Fields are those that
  /// the model evaluates.
  static let all: [TableFeatures] = (0..<UInt8(Forwarding.tableCount)).map { index in
    TableFeatures(
      table: TableID(index), name: index == 0 ? "classifier" : "table\(index)", metadataMatch: .max,
      metadataWrite: .max, configuration: 0, maximumFlows: 1_000_000,
      properties: [Property(type: 2, value: Array((index + 1)..<UInt8(Forwarding.tableCount)))] + common)
  }

  private static let common: [Property] = [
    Property(type: 0, value: numbers([1, 2, 3, 4, 5, 6])),
    Property(type: 4, value: numbers(actions)), Property(type: 6, value: numbers(actions)),
    Property(type: 8, value: fields(withMasks: true) { _ in true }), Property(type: 10, value: fields { _ in true }),
    Property(type: 12, value: fields { $0.isWritable }), Property(type: 14, value: fields { $0.isWritable }),
  ]

  private static let actions: [UInt16] = [0, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]

  /// Instructions or actions: their types, each with the length of that.
  private static func numbers(_ types: [UInt16]) -> [UInt8] {
    types.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff), 0, 4] }
  }

  /// The headers of fields; for matches, those that may be masked say so.
  private static func fields(withMasks: Bool = false, where condition: (KeyField) -> Bool) -> [UInt8] {
    KeyField.numbered.filter { condition($0.field) }.flatMap { oxmClass, number, field in
      let isExperimenter = oxmClass == 0xffff
      let hasMask = withMasks && field.isMaskable
      let count = UInt8(field.byteCount) * (hasMask ? 2 : 1) + (isExperimenter ? 4 : 0)
      let header = [UInt8(oxmClass >> 8), UInt8(oxmClass & 0xff), number << 1 | (hasMask ? 1 : 0), count]
      return header + (isExperimenter ? [0x4f, 0x4e, 0x46, 0] : [])
    }
  }
}
