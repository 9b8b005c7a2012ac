/// Pairs of patch ports that join a bridge of ours with bridges that operators made.
///
/// Of an operator's bridge nothing is changed but its list of ports, where our end of a pair is added or taken away: that it
/// is named in the request is the operator's word for it.
public struct PatchesRequest: Hashable, Sendable {
  /// The bridge of ours.
  public var bridge: String
  /// The bridges that it is joined with. Those that are not there are left out; patches of ours to others are removed.
  public var others: Set<String>

  /// A request.
  public init(bridge: String, others: Set<String>) {
    self.bridge = bridge
    self.others = others
  }

  /// The names of a pair's ends, on the bridge of ours and on the other. They are short enough for the kernel, though it
  /// does not see them, so that every tool takes them.
  public static func names(to other: String) -> (near: String, far: String) {
    let short = other.utf8.count <= 8 ? other : String(other.prefix(3)) + hash(other)
    return ("alioth-\(short)", "\(short)-alioth")
  }

  /// Plans the way from what is there to what is asked for.
  public func plan(in view: OpenVSwitchView) throws(HostBridgeConflict) -> OpenVSwitchPlan {
    guard let root = view.root else { throw .notInitialized }
    guard !others.contains(bridge) else {
      throw .invalidRequest("bridge \(bridge) cannot be mapped to a physical network: it is the integration bridge")
    }
    guard let own = view.bridge(named: bridge) else { throw .invalidRequest("there is no bridge \(bridge)") }
    guard PlanDraft.isOurs(own.externalIDs) else {
      throw .bridgeNotOurs(bridge: own.name, owner: PlanDraft.owner(own.externalIDs))
    }
    var draft = PlanDraft(view: view, root: root)
    var wanted: [RowUUID: [PlanDraft.WantedPort]] = [:]
    for (index, other) in others.sorted().enumerated() {
      guard let row = view.bridge(named: other) else { continue }
      let names = Self.names(to: other)
      wanted[own.uuid, default: []].append(.patch(names.near, to: names.far, rowName: "near\(index)"))
      wanted[row.uuid, default: []].append(.patch(names.far, to: names.near, rowName: "far\(index)"))
    }
    for bridge in view.bridges.values.sorted(by: { $0.name < $1.name }) {
      try plan(wanted[bridge.uuid] ?? [], on: bridge, isOwn: bridge.uuid == own.uuid, &draft)
    }
    return OpenVSwitchPlan(draft)
  }

  private func plan(
    _ wanted: [PlanDraft.WantedPort], on bridge: BridgeRow, isOwn: Bool, _ draft: inout PlanDraft
  ) throws(HostBridgeConflict) {
    let names = Set(wanted.map(\.name))
    var added: Set<Atom> = []
    var gone: Set<Atom> = []
    for port in wanted {
      if let existing = try draft.existing(port, on: bridge) {
        try draft.repair(existing, port, on: bridge)
      } else {
        added.insert(.namedUUID(draft.make(port)))
      }
    }
    let ports = bridge.ports.compactMap { draft.view.ports[$0] }.sorted { $0.name < $1.name }
    for port in ports where !names.contains(port.name) && isOurPatch(port, in: draft.view) {
      draft.changes.append("remove port \(port.name) from bridge \(bridge.name)")
      draft.require(ours: port.uuid, in: OpenVSwitchSchema.portTable, holding: ["name": .string(port.name)])
      gone.insert(.uuid(port.uuid))
    }
    let mutations =
      (gone.isEmpty ? [] : [Mutation("ports", .delete, .set(gone))])
      + (added.isEmpty ? [] : [Mutation("ports", .insert, .set(added))])
    guard !mutations.isEmpty else { return }
    draft.change(OpenVSwitchSchema.bridgeTable, bridge.uuid, [:], mutations)
    if isOwn {
      draft.require(ours: bridge.uuid, in: OpenVSwitchSchema.bridgeTable, holding: ["name": .string(bridge.name)])
    } else {
      draft.require(row: bridge.uuid, named: bridge.name, in: OpenVSwitchSchema.bridgeTable)
    }
  }

  private func isOurPatch(_ port: PortRow, in view: OpenVSwitchView) -> Bool {
    PlanDraft.isOurs(port.externalIDs) && port.interfaces.contains { view.interfaces[$0]?.type == "patch" }
  }

  /// FNV-1a of 32 bits, folded to the five hexadecimal digits that a name has room for.
  private static func hash(_ text: String) -> String {
    let hash = text.utf8.reduce(UInt32(0x811c_9dc5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    let digits = String((hash ^ hash >> 20) & 0xf_ffff, radix: 16)
    return String(repeating: "0", count: 5 - digits.count) + digits
  }
}

extension PlanDraft.WantedPort {
  fileprivate static func patch(_ name: String, to peer: String, rowName: String) -> PlanDraft.WantedPort {
    PlanDraft.WantedPort(
      name: name, type: "patch", options: ["peer": peer], rowName: rowName, what: "the patch port")
  }
}
