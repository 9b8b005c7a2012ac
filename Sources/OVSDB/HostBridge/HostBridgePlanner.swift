import NetworkTypes

/// Collects the operations of a `HostBridgePlan`.
struct HostBridgePlanner {
  private typealias Schema = OpenVSwitchSchema
  private let request: HostBridgeRequest
  private let view: OpenVSwitchView
  private let root: OpenVSwitchRow
  private(set) var draft: PlanDraft

  init(request: HostBridgeRequest, view: OpenVSwitchView, root: OpenVSwitchRow) {
    self.request = request
    self.view = view
    self.root = root
    draft = PlanDraft(view: view, root: root)
  }

  private var wantedPorts: [PlanDraft.WantedPort] {
    let tunnel = request.tunnel
    return [
      PlanDraft.WantedPort(
        name: request.bridge, type: "internal", options: [:], rowName: "local", what: "the bridge's own port"),
      PlanDraft.WantedPort(
        name: tunnel.name, type: tunnel.type.rawValue,
        options: [
          "remote_ip": "flow", "key": "flow", "local_ip": tunnel.localAddress?.description,
          "dst_port": tunnel.destinationPort?.description,
          // Either would override "key" for one direction (ovs-vswitchd.conf.db(5)).
          "in_key": nil, "out_key": nil,
        ],
        rowName: "tunnel", what: "the tunnel port"),
      PlanDraft.WantedPort(
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
    draft.require(noRowNamed: request.bridge, in: Schema.bridgeTable)
    var ports: Set<Atom> = []
    draft.changes.append("make bridge \(request.bridge) with datapath type \(request.datapathType)")
    for wanted in wantedPorts {
      if let conflict = draft.nameConflict(wanted) { throw conflict }
      ports.insert(.namedUUID(draft.make(wanted)))
    }
    draft.edits.append(
      .insert(
        table: Schema.bridgeTable,
        row: [
          "name": .string(request.bridge), "datapath_type": .string(request.datapathType),
          "fail_mode": .string("secure"), "protocols": .string("OpenFlow13"),
          "other_config": .strings(["disable-in-band": "true"]), "external_ids": .strings(PlanDraft.mark),
          "ports": .set(ports),
        ],
        name: "bridge"))
    draft.edits.append(
      .mutate(
        table: Schema.rootTable, conditions: [.row(root.uuid)],
        mutations: [Mutation("bridges", .insert, .atom(.namedUUID("bridge")))]))
  }

  private mutating func repair(_ bridge: BridgeRow) throws(HostBridgeConflict) {
    let owner = PlanDraft.owner(bridge.externalIDs)
    let isAdopted = owner == nil && request.adoptsUnmarkedBridge
    guard owner == HostBridgeRequest.owner || isAdopted else {
      throw .bridgeNotOurs(bridge: bridge.name, owner: owner)
    }
    var update: Row = [:]
    var mutations: [Mutation] = []
    if isAdopted { draft.changes.append("take over bridge \(bridge.name)") }
    if bridge.failMode != "secure" {
      draft.note("bridge \(bridge.name)", "fail_mode", from: bridge.failMode, to: "secure")
      update["fail_mode"] = .string("secure")
    }
    if request.forcesDatapathType, bridge.datapathType != request.datapathType {
      try checkDatapathType()
      draft.note("bridge \(bridge.name)", "datapath_type", from: bridge.datapathType, to: request.datapathType)
      update["datapath_type"] = .string(request.datapathType)
    }
    // An empty set stands for Open vSwitch's default versions, which include 1.3: adding to it would shut the others out.
    if !bridge.protocols.isEmpty, !bridge.protocols.contains("OpenFlow13") {
      draft.changes.append("enable OpenFlow13 on bridge \(bridge.name) beside \(bridge.protocols.sorted())")
      mutations.append(Mutation("protocols", .insert, .string("OpenFlow13")))
    }
    mutations += draft.set(
      ["disable-in-band": "true"], in: bridge.otherConfiguration, column: "other_config", of: "bridge \(bridge.name)")
    mutations += draft.set(PlanDraft.mark, in: bridge.externalIDs, column: "external_ids", of: "bridge \(bridge.name)")

    var added: Set<Atom> = []
    for wanted in wantedPorts {
      if let existing = try draft.existing(wanted, on: bridge) {
        try draft.repair(existing, wanted, on: bridge)
      } else {
        added.insert(.namedUUID(draft.make(wanted)))
      }
    }
    if !added.isEmpty { mutations.append(Mutation("ports", .insert, .set(added))) }
    draft.change(Schema.bridgeTable, bridge.uuid, update, mutations)
    if !draft.edits.isEmpty {
      // Still ours, or still nobody's when it is taken over.
      let condition =
        isAdopted
        ? Condition("external_ids", .equal, .strings(bridge.externalIDs))
        : Condition("external_ids", .includes, .strings(PlanDraft.mark))
      draft.require(row: bridge.uuid, named: bridge.name, in: Schema.bridgeTable, condition)
    }
  }
}
