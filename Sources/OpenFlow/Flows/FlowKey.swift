/// What a switch tells flows apart by.
public struct FlowKey: Hashable, Sendable {
  /// The table.
  public let table: TableID
  /// The priority.
  public let priority: UInt16
  /// The match.
  public let match: Match

  /// The key of the flow with this match and priority in `table`.
  public init(table: TableID, priority: UInt16, match: Match) {
    self.table = table
    self.priority = priority
    self.match = match
  }
}

extension FlowKey: Comparable {
  /// By table, then the higher priority first, then the match's bytes: an order that is the same on every run.
  public static func < (lhs: FlowKey, rhs: FlowKey) -> Bool {
    if lhs.table != rhs.table { return lhs.table < rhs.table }
    if lhs.priority != rhs.priority { return lhs.priority > rhs.priority }
    return lhs.match.bytes.lexicographicallyPrecedes(rhs.match.bytes)
  }
}

extension FlowKey: CustomStringConvertible {
  /// As ovs-ofctl has it: `table=20,priority=100,arp,reg1=0x64`.
  public var description: String {
    let match = self.match.description
    return "table=\(table),priority=\(priority)\(match.isEmpty ? "" : ",")\(match)"
  }
}
