/// Open vSwitch's `other_config:flow-restore-wait`, which keeps a switch that has just started from forwarding until its
/// flows are back (ovs-vswitchd.conf.db(5)).
///
/// ovs-vswitchd looks at it when it starts and, from then on, only until it is gone. So it is set while the switch runs,
/// for the next start, where it changes nothing at once; after a start it is removed when the flows are in force, the
/// removal is seen to be in effect, and it is set again.
///
/// ```
///  armed ──switch starts──▶ holding ──flows in force: remove──▶ releasing ──gone, and in effect──▶ free ──set──▶ armed
/// ```
public struct FlowRestoreWait: Hashable, Sendable {
  /// What is to be done now.
  public enum Step: Hashable, Sendable {
    /// Nothing, for now.
    case none
    /// Remove the key: the flows are in force.
    case release
    /// Set the key for the switch's next start.
    case arm
    /// Nothing, since somebody else has set the key; it is theirs to remove.
    case foreign
  }

  private static let key = "flow-restore-wait"
  /// In external_ids, says that the key is ours.
  private static let marker = "alioth-flow-restore-wait"

  /// Whether the flows of this connection to the switch are in force.
  private var isReplayed = false
  /// Whether the switch may still wait for us.
  private var mayBeHolding = true
  /// The count that cur_cfg has to reach for the removal to be in effect.
  private var awaited: Int64?

  /// Nothing is known of the switch.
  public init() {}

  /// All flows are in force on a connection that is new.
  public mutating func switchReplayed() {
    isReplayed = true
    mayBeHolding = true
    awaited = nil
  }

  /// The connection to the switch is gone; it may be starting anew.
  public mutating func switchLost() {
    isReplayed = false
    mayBeHolding = true
    awaited = nil
  }

  /// What to do, with the root row as it is.
  ///
  /// - Parameter isWanted: Whether the switch is to wait at its next start.
  public mutating func step(_ root: OpenVSwitchRow, isWanted: Bool) -> Step {
    let isSet = root.otherConfiguration[Self.key] != nil
    if isSet, !Self.isOurs(root) { return .foreign }
    guard isReplayed else { return .none }
    if mayBeHolding {
      if isSet { return awaited == nil ? .release : .none }
      if let awaited, root.currentConfiguration < awaited { return .none }
      mayBeHolding = false
    }
    if isSet { return isWanted ? .none : .release }
    return isWanted ? .arm : .none
  }

  /// The removal was carried out: it is in effect when cur_cfg has this count.
  public mutating func released(awaiting count: Int64) { awaited = count }

  /// Whether the switch is known to forward with the flows that are in force.
  public var isReleased: Bool { isReplayed && !mayBeHolding }

  /// Whether the key is set, and is ours to remove.
  public static func isOurs(_ root: OpenVSwitchRow) -> Bool {
    root.otherConfiguration[key] != nil && root.externalIDs[marker] == HostBridgeRequest.owner
  }

  /// The transaction of a step; empty for none. `HostBridgePlan.awaitedConfiguration` tells when it is in effect.
  public static func operations(_ step: Step, root: OpenVSwitchRow) -> [Operation] {
    let mutations: [Mutation]
    let comment: String
    switch step {
    case .none, .foreign: return []
    case .release:
      mutations = [
        Mutation("other_config", .delete, .strings([key])), Mutation("external_ids", .delete, .strings([marker])),
      ]
      comment = "aliothd: the flows are in force, forward"
    case .arm:
      mutations = [
        Mutation("other_config", .insert, .strings([key: "true"])),
        Mutation("external_ids", .insert, .strings([marker: HostBridgeRequest.owner])),
      ]
      comment = "aliothd: after the next start, wait for the flows"
    }
    let isRoot = [Condition.row(root.uuid)]
    return [
      .mutate(table: OpenVSwitchSchema.rootTable, conditions: isRoot, mutations: mutations),
      .comment(comment),
      .mutate(
        table: OpenVSwitchSchema.rootTable, conditions: isRoot,
        mutations: [Mutation("next_cfg", .add, .integer(1))]),
      .select(table: OpenVSwitchSchema.rootTable, conditions: isRoot, columns: ["next_cfg"]),
    ]
  }
}
