/// Collects the operations of a `QoSRequest`.
struct QoSPlanner {
  private typealias Schema = OpenVSwitchSchema
  /// In external_ids of QoS and queues, the port that they were made for.
  private static let portKey = "alioth-port"

  private let request: QoSRequest
  private let view: OpenVSwitchView
  private(set) var draft: PlanDraft

  init(request: QoSRequest, view: OpenVSwitchView) throws(PlanConflict) {
    self.request = request
    self.view = view
    draft = try PlanDraft(view: view)
  }

  private var mark: [String: String] { PlanDraft.mark.merging([Self.portKey: request.port]) { $1 } }
  private var what: String { "QoS of port \(request.port)" }

  private func isOurs(_ externalIDs: [String: String]) -> Bool {
    PlanDraft.isOurs(externalIDs) && externalIDs[Self.portKey] == request.port
  }

  mutating func plan() throws(PlanConflict) {
    let port = view.port(named: request.port)
    var used: RowUUID?
    if let shaping = request.shaping {
      guard let port else { throw .noPort(request.port, bridge: nil) }
      try PlanDraft.checkOurs(port.externalIDs, "port \(port.name)")
      if let row = port.qos.flatMap({ view.qos[$0] }) {
        guard isOurs(row.externalIDs) else {
          throw .notOurs(row: what, owner: PlanDraft.owner(row.externalIDs))
        }
        repair(row, shaping)
        used = row.uuid
      } else {
        make(shaping, for: port)
      }
    } else if let port, let row = port.qos.flatMap({ view.qos[$0] }), isOurs(row.externalIDs) {
      try PlanDraft.checkOurs(port.externalIDs, "port \(port.name)")
      draft.changes.append("remove the \(what)")
      set(nil, of: port)
    }
    sweep(keeping: used)
  }

  // MARK: The QoS

  private mutating func set(_ qos: Atom?, of port: PortRow) {
    draft.change(Schema.portTable, port.uuid, ["qos": qos.map(Datum.atom) ?? .empty], [])
    draft.require(
      ours: port.uuid, in: Schema.portTable, holding: ["qos": .set(Set(port.qos.map { [.uuid($0)] } ?? []))])
  }

  private static func settings(_ shaping: QoSRequest.Shaping) -> [String: String?] {
    ["max-rate": shaping.maximumRate?.description]
  }

  private mutating func make(_ shaping: QoSRequest.Shaping, for port: PortRow) {
    let settings = Self.settings(shaping).compactMapValues(\.self)
    draft.changes.append("make the \(what) of type \(shaping.type) \(PlanDraft.text(settings))")
    var queues: [Atom: Atom] = [:]
    for (number, queue) in shaping.queues.sorted(by: { $0.key < $1.key }) {
      queues[.integer(Int64(number))] = make(queue, number)
    }
    draft.edits.append(
      .insert(
        table: Schema.qosTable,
        row: [
          "type": .string(shaping.type), "queues": .map(queues), "other_config": .strings(settings),
          "external_ids": .strings(mark),
        ],
        name: "qos"))
    set(.namedUUID("qos"), of: port)
  }

  private mutating func repair(_ row: QoSRow, _ shaping: QoSRequest.Shaping) {
    draft.update(
      row.uuid, in: Schema.qosTable, from: ["type": .string(row.type)], to: ["type": .string(shaping.type)], of: what)
    var mutations = draft.set(
      Self.settings(shaping), in: row.otherConfiguration, column: "other_config", of: what)
    var gone: Set<Atom> = []
    var new: [Atom: Atom] = [:]
    for (number, uuid) in row.queues.sorted(by: { $0.key < $1.key }) {
      let queue = view.queues[uuid]
      // Somebody else's queue in our QoS, under a number that is ours to give.
      if let queue, isOurs(queue.externalIDs), let wanted = shaping.queues[number] {
        repair(queue, wanted, number)
      } else {
        draft.changes.append("remove queue \(number) from the \(what)")
        gone.insert(.integer(Int64(number)))
        if let wanted = shaping.queues[number] { new[.integer(Int64(number))] = make(wanted, number) }
      }
    }
    for (number, queue) in shaping.queues.sorted(by: { $0.key < $1.key }) where row.queues[number] == nil {
      new[.integer(Int64(number))] = make(queue, number)
    }
    if !gone.isEmpty { mutations.append(Mutation("queues", .delete, .set(gone))) }
    if !new.isEmpty { mutations.append(Mutation("queues", .insert, .map(new))) }
    draft.change(Schema.qosTable, row.uuid, [:], mutations)
    if !mutations.isEmpty {
      let queues = Dictionary(uniqueKeysWithValues: row.queues.map { (Atom.integer(Int64($0)), Atom.uuid($1)) })
      draft.require(ours: row.uuid, in: Schema.qosTable, holding: ["queues": .map(queues)])
    }
  }

  // MARK: Queues

  private mutating func make(_ queue: QoSRequest.Queue, _ number: UInt32) -> Atom {
    let settings = queue.settings.compactMapValues(\.self)
    draft.changes.append("make queue \(number) of the \(what) with \(PlanDraft.text(settings))")
    draft.edits.append(
      .insert(
        table: Schema.queueTable,
        row: ["other_config": .strings(settings), "external_ids": .strings(mark)], name: "queue\(number)"))
    return .namedUUID("queue\(number)")
  }

  private mutating func repair(_ row: QueueRow, _ wanted: QoSRequest.Queue, _ number: UInt32) {
    let mutations = draft.set(
      wanted.settings, in: row.otherConfiguration, column: "other_config", of: "queue \(number) of the \(what)")
    if mutations.isEmpty { return }
    draft.change(Schema.queueTable, row.uuid, [:], mutations)
    draft.require(
      ours: row.uuid, in: Schema.queueTable, holding: ["other_config": .strings(row.otherConfiguration)])
  }

  // MARK: What is left over

  /// Deletes what was made for the port and is not in use any more, unless something that is not ours refers to it.
  private mutating func sweep(keeping used: RowUUID?) {
    let ours = view.qos.values.filter { isOurs($0.externalIDs) && $0.uuid != used }
    let elsewhere = Set(view.ports.values.filter { $0.name != request.port }.compactMap(\.qos))
    let unused = ours.filter { !elsewhere.contains($0.uuid) }.sorted { $0.uuid < $1.uuid }
    for row in unused { delete(row.uuid, from: Schema.qosTable, "QoS") }

    let deleted = Set(unused.map(\.uuid))
    var referred: Set<RowUUID> = []
    for row in view.qos.values where !deleted.contains(row.uuid) {
      for (number, queue) in row.queues where row.uuid != used || request.shaping?.queues[number] != nil {
        referred.insert(queue)
      }
    }
    for queue in view.queues.values.sorted(by: { $0.uuid < $1.uuid })
    where isOurs(queue.externalIDs) && !referred.contains(queue.uuid) {
      delete(queue.uuid, from: Schema.queueTable, "queue")
    }
  }

  private mutating func delete(_ uuid: RowUUID, from table: String, _ kind: String) {
    draft.changes.append("delete unused \(kind) \(uuid) of port \(request.port)")
    draft.edits.append(
      .delete(
        table: table,
        conditions: [.row(uuid), Condition("external_ids", .includes, .strings(mark))]))
  }
}
