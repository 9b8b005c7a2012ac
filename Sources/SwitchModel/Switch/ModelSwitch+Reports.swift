import OpenFlow

// What controllers are told of changes of flows.

extension ModelSwitch {
  /// Tells of changes, in order: flows that are gone, and what flow monitors watch.
  ///
  /// - Parameters:
  ///   - requester: Whose request caused them; nil when nobody's did.
  ///   - xid: The request's transaction id.
  mutating func report(_ changes: [FlowChange], from requester: ConnectionID?, xid: UInt32, at now: ModelTime) {
    guard !changes.isEmpty else { return }
    for change in changes {
      guard case .removed(let flow, let reason) = change, flow.flow.flags.contains(.sendFlowRemoved) else { continue }
      tellRemoved(flow, reason, at: now)
    }
    for id in connections.keys.sorted() where connections[id]?.monitors.isEmpty == false {
      update(id, of: changes, isOwn: id == requester, xid: xid)
    }
  }

  private mutating func tellRemoved(_ flow: InstalledFlow, _ reason: RemovalReason, at now: ModelTime) {
    let counters = flow.entry.counters
    let message = FlowRemoved(
      key: flow.flow.key, cookie: flow.flow.cookie, reason: reason.rawValue,
      age: .milliseconds(Int64(clamping: now.milliseconds(since: counters.created))),
      idleTimeout: flow.flow.idleTimeout, hardTimeout: flow.flow.hardTimeout, packets: counters.packets,
      bytes: counters.bytes)
    for id in connections.keys.sorted() where connections[id]?.wants(.flowRemoved, reason: reason.rawValue) == true {
      send(.flowRemoved(message), to: id)
    }
  }

  /// The updates for one connection. Those that it has caused itself come abbreviated, unless it asks for them.
  private mutating func update(_ id: ConnectionID, of changes: [FlowChange], isOwn: Bool, xid: UInt32) {
    let monitors = connections[id]?.monitors.values.sorted { $0.id < $1.id } ?? []
    var updates: [FlowUpdate] = []
    for change in changes {
      let watching = monitors.filter { $0.watches(change) }
      guard !watching.isEmpty else { continue }
      if isOwn, !watching.contains(where: { $0.flags.contains(.own) }) {
        if updates.last != .abbreviated(xid: xid) { updates.append(.abbreviated(xid: xid)) }
      } else {
        updates.append(change.update(withInstructions: watching.contains { $0.flags.contains(.instructions) }))
      }
    }
    guard !updates.isEmpty else { return }
    for part in MultipartReply.parts(of: .flowUpdates(updates)) {
      var part = part
      part.hasMore = false
      send(.multipartReply(part), to: id)
    }
  }
}

extension FlowMonitorRequest {
  /// Whether the monitor tells of a change.
  fileprivate func watches(_ change: FlowChange) -> Bool {
    switch change {
    case .added(let flow, _): flags.contains(.add) && watches(flow)
    case .modified(let flow, let before): flags.contains(.modify) && (watches(flow) || watches(before))
    case .removed(let flow, _): flags.contains(.delete) && watches(flow)
    }
  }

  /// Whether a flow is one of those that are monitored.
  func watches(_ flow: InstalledFlow) -> Bool {
    guard table == nil || table == flow.flow.table else { return false }
    var selection = FlowSelection(within: match, table: table)
    selection.outPort = outPort
    return selection.contains(flow.entry)
  }
}

extension FlowChange {
  fileprivate func update(withInstructions: Bool) -> FlowUpdate {
    switch self {
    case .added(let flow, _): .change(.added, reason: 0, flow.flow.told(withInstructions))
    case .modified(let flow, _): .change(.modified, reason: 0, flow.flow.told(withInstructions))
    case .removed(let flow, let reason):
      .change(.deleted, reason: UInt16(reason.rawValue), flow.flow.told(withInstructions))
    }
  }
}

extension Flow {
  /// The flow as updates tell it: without flags, and with its instructions only when they were asked for.
  func told(_ withInstructions: Bool) -> Flow {
    Flow(
      table: table, priority: priority, cookie: cookie, match: match,
      instructions: withInstructions ? instructions : [],
      idleTimeout: idleTimeout, hardTimeout: hardTimeout)
  }
}
