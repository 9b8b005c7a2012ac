import NetworkTypes

/// Collects the operations of a `HostBridgePlan`.
struct HostBridgePlanner {
  /// A port of ours as it must be.
  private struct WantedPort {
    let name: String
    let type: String
    /// The options that are ours to set; nil means that the option must not be there. Others are left alone.
    let options: [String: String?]
    /// Its rows' names within the transaction.
    let rowName: String
    let what: String
  }

  private typealias Schema = OpenVSwitchSchema
  private let request: HostBridgeRequest
  private let view: OpenVSwitchView
  private let root: OpenVSwitchRow
  private var guards: [Operation] = []
  private var edits: [Operation] = []
  private(set) var changes: [String] = []

  init(request: HostBridgeRequest, view: OpenVSwitchView, root: OpenVSwitchRow) {
    self.request = request
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

  private static let mark = [HostBridgeRequest.ownerKey: HostBridgeRequest.owner]

  private static func owner(_ externalIDs: [String: String]) -> String? {
    externalIDs[HostBridgeRequest.ownerKey]
  }

  private static func isOurs(_ externalIDs: [String: String]) -> Bool {
    owner(externalIDs) == HostBridgeRequest.owner
  }

  private var wantedPorts: [WantedPort] {
    let tunnel = request.tunnel
    return [
      WantedPort(
        name: request.bridge, type: "internal", options: [:], rowName: "local", what: "the bridge's own port"),
      WantedPort(
        name: tunnel.name, type: tunnel.type.rawValue,
        options: [
          "remote_ip": "flow", "key": "flow", "local_ip": tunnel.localAddress?.description,
          "dst_port": tunnel.destinationPort?.description,
          // Either would override "key" for one direction (ovs-vswitchd.conf.db(5)).
          "in_key": nil, "out_key": nil,
        ],
        rowName: "tunnel", what: "the tunnel port"),
      WantedPort(
        name: request.dhcpInterface, type: "internal", options: [:], rowName: "dhcp", what: "the DHCP port"),
    ]
  }

  mutating func plan() throws(HostBridgeConflict) {
    // The lists are empty until ovs-vswitchd has run; what it cannot do then shows in the rows' error column.
    let tunnelType = request.tunnel.type.rawValue
    if !root.interfaceTypes.isEmpty, !root.interfaceTypes.contains(tunnelType) {
      throw .unknownTunnelType(tunnelType, known: root.interfaceTypes.sorted())
    }
    if let bridge = view.bridge(named: request.bridge) {
      try repair(bridge)
    } else {
      try checkDatapathType()
      try makeBridge()
    }
  }

  private func checkDatapathType() throws(HostBridgeConflict) {
    guard !request.datapathType.isEmpty else { throw .invalidRequest("a new bridge needs a datapath type") }
    if !root.datapathTypes.isEmpty, !root.datapathTypes.contains(request.datapathType) {
      throw .unknownDatapathType(request.datapathType, known: root.datapathTypes.sorted())
    }
  }

  // MARK: The bridge

  private mutating func makeBridge() throws(HostBridgeConflict) {
    require(noRowNamed: request.bridge, in: Schema.bridgeTable)
    var ports: Set<Atom> = []
    changes.append("make bridge \(request.bridge) with datapath type \(request.datapathType)")
    for wanted in wantedPorts {
      if let conflict = nameConflict(wanted) { throw conflict }
      ports.insert(.namedUUID(make(wanted)))
    }
    edits.append(
      .insert(
        table: Schema.bridgeTable,
        row: [
          "name": .string(request.bridge), "datapath_type": .string(request.datapathType),
          "fail_mode": .string("secure"), "protocols": .string("OpenFlow13"),
          "other_config": .strings(["disable-in-band": "true"]), "external_ids": .strings(Self.mark),
          "ports": .set(ports),
        ],
        name: "bridge"))
    edits.append(
      .mutate(
        table: Schema.rootTable, conditions: [.row(root.uuid)],
        mutations: [Mutation("bridges", .insert, .atom(.namedUUID("bridge")))]))
  }

  private mutating func repair(_ bridge: BridgeRow) throws(HostBridgeConflict) {
    let owner = Self.owner(bridge.externalIDs)
    let isAdopted = owner == nil && request.adoptsUnmarkedBridge
    guard owner == HostBridgeRequest.owner || isAdopted else {
      throw .bridgeNotOurs(bridge: bridge.name, owner: owner)
    }
    var update: Row = [:]
    var mutations: [Mutation] = []
    if isAdopted { changes.append("take over bridge \(bridge.name)") }
    if bridge.failMode != "secure" {
      note("bridge \(bridge.name)", "fail_mode", from: bridge.failMode, to: "secure")
      update["fail_mode"] = .string("secure")
    }
    if request.forcesDatapathType, bridge.datapathType != request.datapathType {
      try checkDatapathType()
      note("bridge \(bridge.name)", "datapath_type", from: bridge.datapathType, to: request.datapathType)
      update["datapath_type"] = .string(request.datapathType)
    }
    // An empty set stands for Open vSwitch's default versions, which include 1.3: adding to it would shut the others out.
    if !bridge.protocols.isEmpty, !bridge.protocols.contains("OpenFlow13") {
      changes.append("enable OpenFlow13 on bridge \(bridge.name) beside \(bridge.protocols.sorted())")
      mutations.append(Mutation("protocols", .insert, .string("OpenFlow13")))
    }
    mutations += set(
      ["disable-in-band": "true"], in: bridge.otherConfiguration, column: "other_config", of: "bridge \(bridge.name)")
    mutations += set(Self.mark, in: bridge.externalIDs, column: "external_ids", of: "bridge \(bridge.name)")

    var added: Set<Atom> = []
    for wanted in wantedPorts {
      if let existing = try existing(wanted, on: bridge) {
        try repair(existing, wanted, on: bridge)
      } else {
        added.insert(.namedUUID(make(wanted)))
      }
    }
    if !added.isEmpty { mutations.append(Mutation("ports", .insert, .set(added))) }
    change(Schema.bridgeTable, bridge.uuid, update, mutations)
    if !edits.isEmpty {
      // Still ours, or still nobody's when it is taken over.
      let condition =
        isAdopted
        ? Condition("external_ids", .equal, .strings(bridge.externalIDs))
        : Condition("external_ids", .includes, .strings(Self.mark))
      require(row: bridge.uuid, named: bridge.name, in: Schema.bridgeTable, condition)
    }
  }

  // MARK: Ports

  /// Makes a port with its interface and returns the name of the port's row within the transaction.
  private mutating func make(_ wanted: WantedPort) -> String {
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
  private func nameConflict(_ wanted: WantedPort) -> HostBridgeConflict? {
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
  private func existing(
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

  private mutating func repair(
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

  // MARK: Operations

  private mutating func change(_ table: String, _ uuid: RowUUID, _ row: Row, _ mutations: [Mutation]) {
    if !row.isEmpty { edits.append(.update(table: table, conditions: [.row(uuid)], row: row)) }
    if !mutations.isEmpty { edits.append(.mutate(table: table, conditions: [.row(uuid)], mutations: mutations)) }
  }

  /// The mutations that bring the keys of `wanted` in a map to their values, or away where that is nil.
  private mutating func set(
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

  private mutating func note(_ what: String, _ column: String, from old: String?, to new: String?) {
    changes.append("change \(column) of \(what) from \(old ?? "nothing") to \(new ?? "nothing")")
  }

  private static func text(_ options: [String: String]) -> String {
    options.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }

  private mutating func require(noRowNamed name: String, in table: String) {
    guards.append(
      .wait(
        table: table, conditions: [Condition("name", .equal, .string(name))], columns: ["name"], isEqual: true,
        rows: [],
        timeoutMilliseconds: 0))
  }

  /// Without this, ovsdb-server takes a mutation of a row that is gone for a success that hit no row.
  private mutating func require(row uuid: RowUUID, named name: String, in table: String, _ others: Condition...) {
    let conditions = [Condition.row(uuid)] + others
    guards.append(
      .wait(
        table: table, conditions: conditions, columns: ["name"], isEqual: true, rows: [["name": .string(name)]],
        timeoutMilliseconds: 0))
  }
}
