import OpenFlow

/// The flows of Open vSwitch's own, in the table that it keeps for itself. Who asks for that table sees them, and so does
/// who asks in all tables for exactly their cookie; nobody may change them.
enum HiddenTable {
  private static let table = Forwarding.hiddenTable

  private static let flows: [InstalledFlow] = [
    flow(2, [MatchField(Field(oxmClass: 1, number: 36, length: 4), value: 0)], []),
    flow(0, [.reg(0, 1)], [.applyActions([.raw(missAction)])]), flow(0, [.reg(0, 2)], []), flow(0, [.reg(0, 3)], []),
  ]

  /// To controllers as a packet that no flow matched.
  private static let missAction: [UInt8] = [0xff, 0xff, 0, 16, 0, 0, 0x23, 0x20, 0, 20, 0xff, 0xff, 0, 0, 7, 0]

  private static func flow(_ priority: UInt16, _ match: [MatchField], _ instructions: [Instruction]) -> InstalledFlow {
    InstalledFlow(
      Flow(table: table, priority: priority, cookie: 0, match: Match(match), instructions: instructions), at: .zero)
  }

  private static func isSeen(_ table: TableID?, _ cookie: CookieFilter) -> Bool {
    table == Self.table || (table == nil && cookie.mask == .max)
  }

  /// Those that are selected.
  static func flows(_ selection: FlowSelection) -> [InstalledFlow] {
    guard isSeen(selection.table, selection.cookie) else { return [] }
    return flows.filter { selection.contains($0.entry) }
  }

  /// Those of exactly the priority and match of a deletion.
  static func flows(strictly mod: FlowMod) -> [InstalledFlow] {
    guard isSeen(mod.flow.table == .all ? nil : mod.flow.table, mod.cookieFilter) else { return [] }
    var selection = FlowSelection(within: .any, table: nil)
    selection.restrict(to: mod)
    return flows.filter {
      $0.flow.priority == mod.flow.priority && $0.flow.match == mod.flow.match && selection.admits($0.flow)
    }
  }
}
