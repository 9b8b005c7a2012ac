import OpenFlow

@testable import Reconciler

/// A switch in memory that has Open vSwitch's rules for what has to be there before what, and one of its own that is
/// stricter: a group may not name a group that is not there.
struct StrictSwitch {
  var flows: [FlowKey: Flow] = [:]
  var groups: [GroupID: Group] = [:]
  var meters: [MeterID: Meter] = [:]
  /// Flows, groups and meters that it does not like, whatever they need.
  var dislikes: (OpenFlowMessage) -> Bool = { _ in false }

  /// All of the bundle, or the first refusal and none of it.
  mutating func commit(_ messages: [OpenFlowMessage]) -> [BundleRefusal] {
    var next = self
    for (index, message) in messages.enumerated() {
      if let error = next.carryOut(message) { return [BundleRefusal(index: index, error: error)] }
    }
    self = next
    return []
  }

  /// One after the other, each for itself.
  mutating func apply(_ messages: [OpenFlowMessage]) -> [BundleRefusal] {
    messages.enumerated().compactMap { index, message in
      carryOut(message).map { BundleRefusal(index: index, error: $0) }
    }
  }

  /// Somebody else's deletion of a group or a meter, which takes the flows with it.
  mutating func delete(_ id: ReferentID) {
    switch id {
    case .group(let number): groups[number] = nil
    case .meter(let number): meters[number] = nil
    }
    flows = flows.filter { !$0.value.references.contains(id) }
  }

  private mutating func carryOut(_ message: OpenFlowMessage) -> OpenFlowError? {
    if dislikes(message) { return OpenFlowError(xid: 0, type: 2, code: 4) }
    switch message {
    case .flowMod(let mod) where mod.command == .add:
      for id in mod.flow.references.sorted() where !has(id) { return StrictSwitch.missing(id) }
      flows[mod.flow.key] = mod.flow
    case .flowMod(let mod): flows[mod.flow.key] = nil
    case .groupMod(let mod) where mod.command == .addOrModify:
      for case .group(let inner) in mod.group.references where groups[inner] == nil {
        return StrictSwitch.missing(.group(inner))
      }
      groups[mod.group.id] = mod.group
    case .groupMod(let mod): delete(.group(mod.group.id))
    case .meterMod(let mod):
      let isThere = meters[mod.meter.id] != nil
      switch mod.command {
      case .add where isThere: return OpenFlowError(xid: 0, type: 12, code: 1)
      case .modify where !isThere: return OpenFlowError(xid: 0, type: 12, code: 3)
      case .add, .modify: meters[mod.meter.id] = mod.meter
      case .delete: delete(.meter(mod.meter.id))
      }
    default: return OpenFlowError(xid: 0, type: 1, code: 1)
    }
    return nil
  }

  private func has(_ id: ReferentID) -> Bool {
    switch id {
    case .group(let id): groups[id] != nil
    case .meter(let id): meters[id] != nil
    }
  }

  /// OFPBAC_BAD_OUT_GROUP or OFPMMFC_INVALID_METER.
  private static func missing(_ id: ReferentID) -> OpenFlowError {
    switch id {
    case .group: OpenFlowError(xid: 0, type: 2, code: 9)
    case .meter: OpenFlowError(xid: 0, type: 12, code: 2)
    }
  }
}

extension Flow {
  var references: Set<ReferentID> {
    var result: Set<ReferentID> = []
    forEachReference { result.insert($0) }
    return result
  }
}

extension StrictSwitch {
  /// Carries out everything that waits, in the order in which an engine would, until there is nothing more.
  ///
  /// - Returns: What was sent, bundle by bundle.
  @discardableResult
  mutating func settle<Owner>(_ reconciler: inout FlowReconciler<Owner>, limit: Int = 8) -> [[OpenFlowMessage]] {
    var sent: [[OpenFlowMessage]] = []
    while sent.count < 1000 {
      if let mods = settleMeters(&reconciler, limit) {
        sent.append(mods)
      } else if let batch = reconciler.nextBatch(limit: limit) {
        sent.append(reconciler.messages(in: batch))
        let refusals = commit(reconciler.messages(in: batch))
        if refusals.isEmpty { reconciler.committed(batch) } else { reconciler.refused(batch, refusals) }
      } else if let mods = settleMeters(&reconciler, limit) {
        sent.append(mods)
      } else {
        return sent
      }
    }
    return sent
  }

  private mutating func settleMeters<Owner>(
    _ reconciler: inout FlowReconciler<Owner>, _ limit: Int
  ) -> [OpenFlowMessage]? {
    guard let batch = reconciler.nextMeters(limit: limit) else { return nil }
    let messages = batch.mods.map(OpenFlowMessage.meterMod)
    reconciler.finish(batch, apply(messages))
    return messages
  }

  func load<Owner>(into reconciler: inout FlowReconciler<Owner>) -> ReadBackSummary {
    reconciler.loadInstalled(
      flows.values.filter { reconciler.ownership.cookies.contains($0.cookie) }, groups: Array(groups.values),
      meters: Array(meters.values))
  }
}
