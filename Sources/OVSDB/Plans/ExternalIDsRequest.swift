/// Keys of ours in the external_ids of a row, whosever the row is.
///
/// external_ids is shared by all who use the database. So only keys are written that begin with "alioth-", and any key in rows
/// that are ours; the mark itself is not among them, since it makes a row ours.
public struct ExternalIDsRequest: Hashable, Sendable {
  /// A row.
  public enum Target: Hashable, Sendable {
    /// The root row.
    case root
    /// The bridge of this name.
    case bridge(String)
    /// The port of this name.
    case port(String)
    /// The interface of this name.
    case interface(String)
  }

  /// The row.
  public var target: Target
  /// The keys with their values; nil for one that must not be there. Others are left alone.
  public var values: [String: String?]

  /// How the keys begin that are ours in any row.
  public static let keyPrefix = "alioth-"

  /// A request.
  public init(_ target: Target, values: [String: String?]) {
    self.target = target
    self.values = values
  }

  /// Plans the way from what is there to what is asked for.
  public func plan(in view: OpenVSwitchView) throws(PlanConflict) -> OpenVSwitchPlan {
    var draft = try PlanDraft(view: view)
    let (table, uuid, present, what) = try row(draft)
    for key in values.keys.sorted() {
      if key == HostBridgeRequest.ownerKey {
        throw .invalidRequest("\(key) says whose a row is and is not set by itself")
      }
      if !key.hasPrefix(Self.keyPrefix), !PlanDraft.isOurs(present) {
        throw .notOurs(row: "external_ids:\(key) of \(what)", owner: PlanDraft.owner(present))
      }
    }
    let mutations = draft.set(values, in: present, column: "external_ids", of: what)
    if !mutations.isEmpty {
      draft.change(table, uuid, [:], mutations)
      draft.require(uuid, in: table, holding: ["external_ids": .strings(present)])
    }
    return OpenVSwitchPlan(draft)
  }

  private func row(
    _ draft: PlanDraft
  ) throws(PlanConflict) -> (table: String, uuid: RowUUID, externalIDs: [String: String], what: String) {
    switch target {
    case .root:
      return (OpenVSwitchSchema.rootTable, draft.root.uuid, draft.root.externalIDs, "the root row")
    case .bridge(let name):
      guard let row = draft.view.bridge(named: name) else { throw .noBridge(name) }
      return (OpenVSwitchSchema.bridgeTable, row.uuid, row.externalIDs, "bridge \(name)")
    case .port(let name):
      guard let row = draft.view.port(named: name) else { throw .noPort(name, bridge: nil) }
      return (OpenVSwitchSchema.portTable, row.uuid, row.externalIDs, "port \(name)")
    case .interface(let name):
      guard let row = draft.view.interface(named: name) else { throw .noInterface(name) }
      return (OpenVSwitchSchema.interfaceTable, row.uuid, row.externalIDs, "interface \(name)")
    }
  }
}
