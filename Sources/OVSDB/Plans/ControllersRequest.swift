/// The OpenFlow controllers of ours that a bridge of ours must have. Others' controllers on the bridge stay.
public struct ControllersRequest: Hashable, Sendable {
  /// A controller, or a place where the bridge listens for some.
  public struct Controller: Hashable, Sendable {
    /// How the bridge reaches it.
    public enum Mode: String, Hashable, Sendable {
      /// By flows that the switch adds by itself.
      case inBand = "in-band"
      /// By the host's own network.
      case outOfBand = "out-of-band"
    }

    /// Where.
    public var target: ControllerTarget
    /// How it is reached; nil leaves it to Open vSwitch.
    public var mode: Mode?
    /// The longest wait between tries to connect, in milliseconds, from 1000; nil leaves it to Open vSwitch.
    public var maximumBackoff: Int64?
    /// The silence after which it is probed, in milliseconds, 0 for never; nil leaves it to Open vSwitch.
    public var inactivityProbe: Int64?

    /// A controller.
    public init(
      _ target: ControllerTarget, mode: Mode? = .outOfBand, maximumBackoff: Int64? = nil, inactivityProbe: Int64? = nil
    ) {
      self.target = target
      self.mode = mode
      self.maximumBackoff = maximumBackoff
      self.inactivityProbe = inactivityProbe
    }
  }

  /// The bridge.
  public var bridge: String
  /// All controllers of ours; any other that is marked as ours is taken away.
  public var controllers: [Controller]

  /// A request.
  public init(bridge: String, controllers: [Controller]) {
    self.bridge = bridge
    self.controllers = controllers
  }

  /// Plans the way from what is there to what is asked for.
  public func plan(in view: OpenVSwitchView) throws(PlanConflict) -> OpenVSwitchPlan {
    var draft = try PlanDraft(view: view)
    let bridge = try draft.ourBridge(bridge)
    let wanted = try wantedByTarget()
    let present = bridge.controllers.compactMap { view.controllers[$0] }.sorted { $0.uuid < $1.uuid }

    var mutations: [Mutation] = []
    var kept: Set<String> = []
    var removed: Set<Atom> = []
    for row in present {
      let isOurs = PlanDraft.isOurs(row.externalIDs)
      if let controller = wanted[row.target], !kept.contains(row.target) {
        guard isOurs else {
          throw .notOurs(
            row: "controller \(row.target) of bridge \(bridge.name)", owner: PlanDraft.owner(row.externalIDs))
        }
        kept.insert(row.target)
        draft.repair(row, controller)
      } else if isOurs {
        draft.changes.append("remove controller \(row.target) from bridge \(bridge.name)")
        removed.insert(.uuid(row.uuid))
      }
    }
    if !removed.isEmpty { mutations.append(Mutation("controller", .delete, .set(removed))) }

    var added: Set<Atom> = []
    for (target, controller) in wanted.sorted(by: { $0.key < $1.key }) where !kept.contains(target) {
      let name = "controller\(added.count)"
      draft.changes.append("add controller \(target) to bridge \(bridge.name)")
      draft.edits.append(.insert(table: OpenVSwitchSchema.controllerTable, row: controller.row, name: name))
      added.insert(.namedUUID(name))
    }
    if !added.isEmpty { mutations.append(Mutation("controller", .insert, .set(added))) }

    draft.change(OpenVSwitchSchema.bridgeTable, bridge.uuid, [:], mutations)
    if !mutations.isEmpty {
      let seen = Datum.set(Set(bridge.controllers.map(Atom.uuid)))
      draft.require(ours: bridge.uuid, in: OpenVSwitchSchema.bridgeTable, holding: ["controller": seen])
    }
    return OpenVSwitchPlan(draft)
  }

  private func wantedByTarget() throws(PlanConflict) -> [String: Controller] {
    var wanted: [String: Controller] = [:]
    for controller in controllers {
      let target = controller.target.description
      guard wanted.updateValue(controller, forKey: target) == nil else {
        throw .invalidRequest("the controller \(target) is asked for twice")
      }
      if let backoff = controller.maximumBackoff, backoff < 1000 {
        throw .invalidRequest("the controller \(target) cannot have a backoff of \(backoff) ms: 1000 at least")
      }
      if let probe = controller.inactivityProbe, probe < 0 {
        throw .invalidRequest("the controller \(target) cannot have a probe after \(probe) ms")
      }
    }
    return wanted
  }
}

extension ControllersRequest.Controller {
  /// The columns that are ours to set, without the mark.
  fileprivate var settings: Row {
    [
      "connection_mode": mode.map { .string($0.rawValue) } ?? .empty,
      "max_backoff": maximumBackoff.map { .integer($0) } ?? .empty,
      "inactivity_probe": inactivityProbe.map { .integer($0) } ?? .empty,
    ]
  }

  fileprivate var row: Row {
    settings.merging(["target": .string(target.description), "external_ids": .strings(PlanDraft.mark)]) { $1 }
  }
}

extension PlanDraft {
  fileprivate mutating func repair(_ row: ControllerRow, _ wanted: ControllersRequest.Controller) {
    let present: Row = [
      "connection_mode": row.connectionMode.map { .string($0) } ?? .empty,
      "max_backoff": row.maximumBackoff.map { .integer($0) } ?? .empty,
      "inactivity_probe": row.inactivityProbe.map { .integer($0) } ?? .empty,
    ]
    update(
      row.uuid, in: OpenVSwitchSchema.controllerTable, from: present, to: wanted.settings,
      of: "controller \(row.target)")
  }

  /// Sets the columns of a row of ours that are not as they must be.
  mutating func update(_ uuid: RowUUID, in table: String, from present: Row, to wanted: Row, of what: String) {
    let wrong = wanted.filter { present[$0.key] != $0.value }
    if wrong.isEmpty { return }
    for (column, value) in wrong.sorted(by: { $0.key < $1.key }) {
      note(what, column, from: present[column].map { "\($0)" }, to: "\(value)")
    }
    change(table, uuid, wrong, [])
    require(ours: uuid, in: table, holding: present.filter { wrong[$0.key] != nil })
  }
}
