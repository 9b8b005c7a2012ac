/// The number of a flow table (OpenFlow 1.3.5 section 7.2.3.2, ofp_table).
public struct TableID: Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: UInt8

  /// The table with this number.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// The table with this number.
  public init(_ rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// All tables, in requests and deletions (OFPTT_ALL).
  public static let all = TableID(rawValue: 0xff)
}

extension TableID: Comparable {
  /// Numeric order.
  public static func < (lhs: TableID, rhs: TableID) -> Bool { lhs.rawValue < rhs.rawValue }
}

extension TableID: CustomStringConvertible {
  /// Decimal.
  public var description: String { String(rawValue) }
}
