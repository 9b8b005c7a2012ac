import NetworkTypes

extension PlanDraft {
  /// A port of ours as it must be.
  struct WantedPort {
    let name: String
    let type: String
    /// The options that are ours to set; nil means that the option must not be there. Others are left alone.
    let options: [String: String?]
    /// Its rows' names within the transaction.
    let rowName: String
    let what: String
  }

  /// Makes a port with its interface and returns the name of the port's row within the transaction.
  mutating func make(_ wanted: WantedPort) -> String {
    require(noRowNamed: wanted.name, in: Schema.portTable)
    require(noRowNamed: wanted.name, in: Schema.interfaceTable)
    let options = wanted.options.compactMapValues(\.self)
    changes.append(
      "make \(wanted.what) \(wanted.name) of type \(wanted.type)"
        + (options.isEmpty ? "" : " with \(Self.text(options))"))
    edits.append(
      .insert(
        table: Schema.interfaceTable,
        row: [
          "name": .string(wanted.name), "type": .string(wanted.type), "options": .strings(options),
          "external_ids": .strings(Self.mark),
        ],
        name: wanted.rowName + "_interface"))
    edits.append(
      .insert(
        table: Schema.portTable,
        row: [
          "name": .string(wanted.name), "interfaces": .atom(.namedUUID(wanted.rowName + "_interface")),
          "external_ids": .strings(Self.mark),
        ],
        name: wanted.rowName + "_port"))
    return wanted.rowName + "_port"
  }

  /// What keeps the name of a port that is not there yet from being used.
  func nameConflict(_ wanted: WantedPort) -> HostBridgeConflict? {
    if let interface = view.interface(named: wanted.name) {
      return .nameTaken(
        name: wanted.name, port: view.port(ofInterface: interface.uuid)?.name,
        bridge: view.bridge(ofInterface: interface.uuid)?.name)
    }
    if let port = view.port(named: wanted.name) {
      return .nameTaken(name: wanted.name, port: port.name, bridge: view.bridge(ofPort: port.uuid)?.name)
    }
    return nil
  }

  /// The rows of a port on our bridge; nil when its name is free.
  func existing(
    _ wanted: WantedPort, on bridge: BridgeRow
  ) throws(HostBridgeConflict) -> (PortRow, InterfaceRow)? {
    if let port = view.port(named: wanted.name), let interface = view.interface(named: wanted.name),
      port.interfaces == [interface.uuid], view.bridge(ofPort: port.uuid)?.uuid == bridge.uuid
    {
      return (port, interface)
    }
    if let conflict = nameConflict(wanted) { throw conflict }
    return nil
  }

  mutating func repair(
    _ rows: (port: PortRow, interface: InterfaceRow), _ wanted: WantedPort, on bridge: BridgeRow
  ) throws(HostBridgeConflict) {
    // A port is ours when either of its rows says so, and nobody else's mark is on the other; the bridge's own port comes
    // with the bridge, whoever made it.
    let owners = [Self.owner(rows.port.externalIDs), Self.owner(rows.interface.externalIDs)].compactMap(\.self)
    let other = owners.first { $0 != HostBridgeRequest.owner }
    guard other == nil, !owners.isEmpty || wanted.name == bridge.name else {
      throw .portNotOurs(port: wanted.name, bridge: bridge.name, owner: other)
    }
    var update: Row = [:]
    if rows.interface.type != wanted.type {
      note("interface \(wanted.name)", "type", from: rows.interface.type, to: wanted.type)
      update["type"] = .string(wanted.type)
    }
    var mutations = set(
      wanted.options, in: rows.interface.options, column: "options", of: "interface \(wanted.name)")
    mutations += set(
      Self.mark, in: rows.interface.externalIDs, column: "external_ids", of: "interface \(wanted.name)")
    change(Schema.interfaceTable, rows.interface.uuid, update, mutations)
    let marking = set(Self.mark, in: rows.port.externalIDs, column: "external_ids", of: "port \(wanted.name)")
    change(Schema.portTable, rows.port.uuid, [:], marking)
    if !update.isEmpty || !mutations.isEmpty {
      require(row: rows.interface.uuid, named: wanted.name, in: Schema.interfaceTable)
    }
    if !marking.isEmpty { require(row: rows.port.uuid, named: wanted.name, in: Schema.portTable) }
  }
}
