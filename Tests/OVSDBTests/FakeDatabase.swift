import OVSDB

/// As much of ovsdb-server as plans need: transactions on rows in memory, unique names, defaults of columns, and rows that go
/// when nothing refers to them.
struct FakeDatabase {
  private typealias Schema = OpenVSwitchSchema
  private(set) var tables: [String: [RowUUID: Row]] = [:]
  private var nextUUID: UInt64 = 1

  /// A database after `ovs-vsctl init` and a run of ovs-vswitchd.
  init(isInitialized: Bool = true) {
    guard isInitialized else { return }
    insert(
      Schema.rootTable,
      [
        "datapath_types": .strings(["netdev", "system"]),
        "iface_types": .strings(["geneve", "gre", "internal", "vxlan"]),
      ])
  }

  struct Refused: Error {
    let reason: String
  }

  private static let defaults: [String: Row] = [
    Schema.rootTable: [
      "bridges": .empty, "cur_cfg": .integer(0), "next_cfg": .integer(0), "external_ids": .map([:]),
      "other_config": .map([:]), "ovs_version": .empty, "datapath_types": .empty, "iface_types": .empty,
      "manager_options": .empty,
    ],
    Schema.bridgeTable: [
      "datapath_id": .empty, "datapath_type": .string(""), "external_ids": .map([:]), "fail_mode": .empty,
      "other_config": .map([:]), "ports": .empty, "protocols": .empty, "controller": .empty, "mirrors": .empty,
    ],
    Schema.portTable: ["external_ids": .map([:]), "interfaces": .empty, "qos": .empty],
    Schema.interfaceTable: [
      "admin_state": .empty, "error": .empty, "external_ids": .map([:]), "link_state": .empty, "mac_in_use": .empty,
      "mtu": .empty, "ofport": .empty, "options": .map([:]), "type": .string(""),
    ],
    Schema.controllerTable: [
      "connection_mode": .empty, "external_ids": .map([:]), "inactivity_probe": .empty,
      "is_connected": .atom(.boolean(false)), "max_backoff": .empty, "role": .empty, "target": .string(""),
    ],
    Schema.qosTable: ["external_ids": .map([:]), "other_config": .map([:]), "queues": .map([:]), "type": .string("")],
    Schema.queueTable: ["dscp": .empty, "external_ids": .map([:]), "other_config": .map([:])],
    Schema.mirrorTable: [
      "external_ids": .map([:]), "name": .string(""), "output_port": .empty, "output_vlan": .empty,
      "select_all": .atom(.boolean(false)), "select_dst_port": .empty, "select_src_port": .empty,
      "select_vlan": .empty,
    ],
  ]

  func view() throws -> OpenVSwitchView {
    let updates = tables.mapValues { $0.mapValues { RowUpdate(old: nil, new: $0) } }
    return try OpenVSwitchView(Replica(initial: TableUpdates(tables: updates)))
  }

  @discardableResult private mutating func insert(_ table: String, _ row: Row) -> RowUUID {
    let uuid = RowUUID(high: 0, low: nextUUID)
    nextUUID += 1
    tables[table, default: [:]][uuid] = (Self.defaults[table] ?? [:]).merging(row) { $1 }
    return uuid
  }

  // MARK: What others do

  mutating func addBridge(_ name: String, _ row: Row = [:]) {
    let uuid = insert(Schema.bridgeTable, row.merging(["name": .string(name)]) { $1 })
    mutate(Schema.rootTable, { _ in true }, "bridges") { $0.union([.uuid(uuid)]) }
  }

  mutating func addPort(
    _ name: String, to bridge: String, type: String = "", externalIDs: [String: String] = [:]
  ) throws {
    let interface = insert(
      Schema.interfaceTable,
      ["name": .string(name), "type": .string(type), "external_ids": .strings(externalIDs)])
    let port = insert(Schema.portTable, ["name": .string(name), "interfaces": .atom(.uuid(interface))])
    mutate(Schema.bridgeTable, { $0["name"] == .string(bridge) }, "ports") { $0.union([.uuid(port)]) }
  }

  /// A row of another table than bridges, ports and interfaces, by whomever.
  mutating func addRow(_ table: String, _ row: Row) -> RowUUID { insert(table, row) }

  mutating func set(_ table: String, _ name: String, _ column: String, _ value: Datum) {
    for (uuid, row) in tables[table] ?? [:] where row["name"] == .string(name) { tables[table]?[uuid]?[column] = value }
  }

  mutating func set(row uuid: RowUUID, in table: String, _ column: String, _ value: Datum) {
    tables[table]?[uuid]?[column] = value
  }

  mutating func changeRoot(_ column: String, _ value: Datum) {
    for uuid in (tables[Schema.rootTable] ?? [:]).keys { tables[Schema.rootTable]?[uuid]?[column] = value }
  }

  /// As ovs-vswitchd does when it has put everything into effect.
  mutating func catchUp() {
    for (uuid, row) in tables[Schema.rootTable] ?? [:] {
      tables[Schema.rootTable]?[uuid]?["cur_cfg"] = row["next_cfg"]
    }
  }

  private mutating func mutate(
    _ table: String, _ matches: (Row) -> Bool, _ column: String, _ change: (Set<Atom>) -> Set<Atom>
  ) {
    for (uuid, row) in tables[table] ?? [:] where matches(row) {
      if case .set(let atoms) = row[column] { tables[table]?[uuid]?[column] = .set(change(atoms)) }
    }
  }

  // MARK: Transactions

  /// Applies all operations or none.
  mutating func transact(_ operations: [Operation]) throws -> [OperationResult] {
    var next = self
    var names: [String: RowUUID] = [:]
    for case .insert(_, _, let name?) in operations {
      names[name] = RowUUID(high: 0, low: next.nextUUID)
      next.nextUUID += 1
    }
    let results = try operations.map { try next.run($0, names) }
    for table in [Schema.bridgeTable, Schema.portTable, Schema.interfaceTable] {
      let rows = (next.tables[table] ?? [:]).values.compactMap { $0["name"] }
      guard Set(rows).count == rows.count else { throw Refused(reason: "two rows of a name in \(table)") }
    }
    try next.collect(inserted: names.values)
    try next.checkReferences()
    self = next
    return results
  }

  /// Rows that nothing refers to go, except in the tables that are roots. One that a plan has just made would be a mistake.
  private mutating func collect(inserted: some Collection<RowUUID>) throws {
    let tables = [
      Schema.bridgeTable, Schema.portTable, Schema.interfaceTable, Schema.controllerTable, Schema.mirrorTable,
    ]
    // A port's interfaces go after the port.
    for table in tables + [Schema.interfaceTable] {
      let used = references()
      for uuid in (self.tables[table] ?? [:]).keys where !used.contains(uuid) {
        if inserted.contains(uuid) { throw Refused(reason: "a row of \(table) that nothing refers to") }
        self.tables[table]?[uuid] = nil
      }
    }
  }

  private func checkReferences() throws {
    let rows = Set(tables.values.flatMap(\.keys))
    if let missing = references().first(where: { !rows.contains($0) }) {
      throw Refused(reason: "a reference to \(missing), which is not there")
    }
  }

  private func references() -> Set<RowUUID> {
    var used: Set<RowUUID> = []
    for value in tables.values.flatMap(\.values).flatMap(\.values) {
      switch value {
      case .set(let atoms): for case .uuid(let uuid) in atoms { used.insert(uuid) }
      case .map(let pairs): for case .uuid(let uuid) in pairs.values { used.insert(uuid) }
      }
    }
    return used
  }

  private func matching(_ table: String, _ conditions: [Condition]) -> [RowUUID: Row] {
    (tables[table] ?? [:]).filter { uuid, row in
      conditions.allSatisfy { condition in
        let value = condition.column == "_uuid" ? .atom(.uuid(uuid)) : row[condition.column]
        switch (condition.function, value, condition.value) {
        case (.equal, let value, let wanted): return value == wanted
        case (.includes, .map(let map)?, .map(let wanted)): return wanted.allSatisfy { map[$0.key] == $0.value }
        default: return false
        }
      }
    }
  }

  private static func resolve(_ datum: Datum, _ names: [String: RowUUID]) throws -> Datum {
    func resolve(_ atom: Atom) throws -> Atom {
      guard case .namedUUID(let name) = atom else { return atom }
      guard let uuid = names[name] else { throw Refused(reason: "no row named \(name)") }
      return .uuid(uuid)
    }
    switch datum {
    case .set(let atoms): return .set(Set(try atoms.map(resolve)))
    case .map(let pairs): return .map(try pairs.mapValues(resolve))
    }
  }

  private mutating func run(_ operation: Operation, _ names: [String: RowUUID]) throws -> OperationResult {
    switch operation {
    case .insert(let table, let row, let name):
      let uuid = name.flatMap { names[$0] } ?? RowUUID(high: 1, low: nextUUID)
      let resolved = try row.mapValues { try Self.resolve($0, names) }
      tables[table, default: [:]][uuid] = (Self.defaults[table] ?? [:]).merging(resolved) { $1 }
      return .inserted(uuid)
    case .select(let table, let conditions, let columns):
      let rows = matching(table, conditions).values
      return .rows(rows.map { row in row.filter { columns?.contains($0.key) ?? true } })
    case .update(let table, let conditions, let row):
      let hit = matching(table, conditions).keys
      let resolved = try row.mapValues { try Self.resolve($0, names) }
      for uuid in hit { tables[table]?[uuid]?.merge(resolved) { $1 } }
      return .count(Int64(hit.count))
    case .mutate(let table, let conditions, let mutations):
      let hit = matching(table, conditions)
      for (uuid, row) in hit {
        tables[table]?[uuid] = try mutations.reduce(into: row) { row, mutation in
          let value = try Self.resolve(mutation.value, names)
          row[mutation.column] = try Self.mutated(row[mutation.column], mutation.mutator, value)
        }
      }
      return .count(Int64(hit.count))
    case .wait(let table, let conditions, let columns, let isEqual, let rows, _):
      let found = Set(matching(table, conditions).values.map { row in row.filter { columns.contains($0.key) } })
      guard (found == Set(rows)) == isEqual else { throw Refused(reason: "timed out") }
      return .done
    case .comment:
      return .done
    case .delete(let table, let conditions):
      let hit = matching(table, conditions).keys
      for uuid in hit { tables[table]?[uuid] = nil }
      return .count(Int64(hit.count))
    case .abort, .assert:
      throw Refused(reason: "\(operation.summary) is nothing that a plan does")
    }
  }

  private static func mutated(_ old: Datum?, _ mutator: Mutation.Mutator, _ value: Datum) throws -> Datum {
    switch (old, mutator, value) {
    case (.set(let old), .insert, .set(let new)): return .set(old.union(new))
    case (.set(let old), .delete, .set(let gone)): return .set(old.subtracting(gone))
    case (.map(let old), .insert, .map(let new)): return .map(old.merging(new) { kept, _ in kept })
    case (.map(let old), .delete, .set(let keys)): return .map(old.filter { !keys.contains($0.key) })
    case (.set(let old), .add, .set(let new)):
      guard case .integer(let a) = old.first, case .integer(let b) = new.first else { fallthrough }
      return .integer(a + b)
    default: throw Refused(reason: "a mutation that no plan makes")
    }
  }
}
