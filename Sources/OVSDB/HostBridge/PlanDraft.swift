/// Collects the operations of a plan: what must still hold, what is changed, and the words for it.
struct PlanDraft {
  typealias Schema = OpenVSwitchSchema
  let view: OpenVSwitchView
  let root: OpenVSwitchRow
  private var guards: [Operation] = []
  var edits: [Operation] = []
  var changes: [String] = []

  /// Nothing to do, so far.
  init(view: OpenVSwitchView, root: OpenVSwitchRow) {
    self.view = view
    self.root = root
  }

  /// The transaction in its order: guards, edits, then the count and its reading back.
  var operations: [Operation] {
    if edits.isEmpty { return [] }
    let isRoot = [Condition.row(root.uuid)]
    return guards + edits + [
      .comment("aliothd: " + changes.joined(separator: "; ")),
      .mutate(
        table: Schema.rootTable, conditions: isRoot, mutations: [Mutation("next_cfg", .add, .integer(1))]),
      // The last operation, where HostBridgePlan.awaitedConfiguration looks for it.
      .select(table: Schema.rootTable, conditions: isRoot, columns: ["next_cfg"]),
    ]
  }

  static let mark = [HostBridgeRequest.ownerKey: HostBridgeRequest.owner]

  static func owner(_ externalIDs: [String: String]) -> String? {
    externalIDs[HostBridgeRequest.ownerKey]
  }

  static func isOurs(_ externalIDs: [String: String]) -> Bool {
    owner(externalIDs) == HostBridgeRequest.owner
  }

  mutating func change(_ table: String, _ uuid: RowUUID, _ row: Row, _ mutations: [Mutation]) {
    if !row.isEmpty { edits.append(.update(table: table, conditions: [.row(uuid)], row: row)) }
    if !mutations.isEmpty { edits.append(.mutate(table: table, conditions: [.row(uuid)], mutations: mutations)) }
  }

  /// The mutations that bring the keys of `wanted` in a map to their values, or away where that is nil.
  mutating func set(
    _ wanted: [String: String?], in map: [String: String], column: String, of what: String
  ) -> [Mutation] {
    let wrong = wanted.filter { map[$0.key] != $0.value }
    for (key, value) in wrong.sorted(by: { $0.key < $1.key }) {
      note(what, "\(column):\(key)", from: map[key], to: value)
    }
    // An insert keeps the value of a key that is there, so that it has to go first (RFC 7047 §5.1).
    let stale = wrong.keys.filter { map[$0] != nil }
    let new = wrong.compactMapValues(\.self)
    return (stale.isEmpty ? [] : [Mutation(column, .delete, .strings(stale))])
      + (new.isEmpty ? [] : [Mutation(column, .insert, .strings(new))])
  }

  mutating func note(_ what: String, _ column: String, from old: String?, to new: String?) {
    changes.append("change \(column) of \(what) from \(old ?? "nothing") to \(new ?? "nothing")")
  }

  static func text(_ options: [String: String]) -> String {
    options.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }

  mutating func require(noRowNamed name: String, in table: String) {
    guards.append(
      .wait(
        table: table, conditions: [Condition("name", .equal, .string(name))], columns: ["name"], isEqual: true,
        rows: [],
        timeoutMilliseconds: 0))
  }

  /// Without this, ovsdb-server takes a mutation of a row that is gone for a success that hit no row.
  mutating func require(row uuid: RowUUID, named name: String, in table: String, _ others: Condition...) {
    let conditions = [Condition.row(uuid)] + others
    guards.append(
      .wait(
        table: table, conditions: conditions, columns: ["name"], isEqual: true, rows: [["name": .string(name)]],
        timeoutMilliseconds: 0))
  }

  /// Goes on only when the row passes the conditions and its columns still hold what was seen.
  mutating func require(_ uuid: RowUUID, in table: String, holding columns: Row, _ conditions: [Condition] = []) {
    guards.append(
      .wait(
        table: table, conditions: [Condition.row(uuid)] + conditions, columns: columns.keys.sorted(), isEqual: true,
        rows: [columns], timeoutMilliseconds: 0))
  }
}
