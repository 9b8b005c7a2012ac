import OpenFlow

/// A difference that goes to the switch as one atomic bundle: deletions of flows first, so that a moved address never
/// has two owners, then groups, then the flows that may need them, whole owners at a time, and at the end the
/// deletions of groups that nothing needs any more.
public struct FlowBatch: Sendable {
  let number: UInt64
  /// The flows, deletions first.
  let flows: [Item]
  /// How many flows are deleted.
  public let deletions: Int
  let groups: GroupChanges

  /// A flow that is sent.
  struct Item: Sendable {
    let slot: UInt32
    /// The change of what is desired that it belongs to.
    let change: UInt64
    /// What is sent; nil for a deletion.
    let hash: UInt64?
  }

  /// How many changes there are.
  public var count: Int { flows.count + groups.count }
  /// How many flows are added or replaced.
  public var additions: Int { flows.count - deletions }
  /// How many groups are added, replaced or deleted.
  public var groupChanges: Int { groups.count }
}

extension FlowBatch {
  /// What is at a position of the bundle.
  enum Place {
    case flow(position: Int)
    case group(Group)
    case groupDeletion(GroupID)
  }

  func place(_ index: Int) -> Place? {
    guard index >= 0, index < count else { return nil }
    if index < deletions { return .flow(position: index) }
    if index < deletions + groups.puts.count { return .group(groups.puts[index - deletions]) }
    if index < flows.count + groups.puts.count { return .flow(position: index - groups.puts.count) }
    return .groupDeletion(groups.deletions[index - flows.count - groups.puts.count])
  }
}

extension FlowLedger {
  /// The next changes to send; nil when there is nothing to send or nobody to send it to. The changes of one call of
  /// `setDesired` stay together unless they are more than four times the limit.
  ///
  /// The batch is in flight from here on: exactly one of `committed`, `refused` and `disconnected` must follow. It must
  /// be encoded before anything else is changed. Several batches may be in flight; they never have a flow in common.
  mutating func nextBatch(limit: Int) -> FlowBatch? {
    while true {
      let waiting = queue.count
      if let batch = gatherBatch(limit: limit) { return batch }
      // What waited and was nothing to send any more may have been what the rest waited for.
      if queue.count == waiting { return nil }
    }
  }

  private mutating func gatherBatch(limit: Int) -> FlowBatch? {
    guard knownCount != nil, referents.isKnown, isFilling || !queue.isEmpty || !referents.isAtRest else { return nil }
    let limit = max(1, min(limit, narrowedLimit ?? limit))
    let groups = nextGroups(limit)
    resumeWaiting()
    openWhenFilled()
    let mayWait = !referents.unready.isEmpty
    let coming = groups.puts.isEmpty ? [] : Set(groups.puts.map { ReferentID.group($0.id) })
    let hardLimit = narrowedLimit ?? limit * 4
    var deletions: [FlowBatch.Item] = []
    var additions: [FlowBatch.Item] = []
    var last: UInt64?
    var oldest = UInt64.max
    while let entry = queue.next {
      let taken = groups.count + deletions.count + additions.count
      if taken >= limit, entry.change != last || taken >= hardLimit { break }
      queue.removeNext()
      if store[entry.slot].state.contains(.inFlight) {
        queue.defer(entry)
        continue
      }
      if mayWait, mustWait(entry.slot, coming) {
        queue.wait(entry)
        continue
      }
      store[entry.slot].state.remove(.queued)
      guard store[entry.slot].differs(sweeping: sweeps) else {
        freeIfUnused(entry.slot)
        continue
      }
      last = entry.change
      oldest = min(oldest, entry.change)
      store[entry.slot].state.insert([.inFlight, .touched])
      if store[entry.slot].state.contains(.desired) {
        additions.append(FlowBatch.Item(slot: entry.slot, change: entry.change, hash: store[entry.slot].desired))
      } else {
        deletions.append(FlowBatch.Item(slot: entry.slot, change: entry.change, hash: nil))
      }
    }
    guard !deletions.isEmpty || !additions.isEmpty || groups.count > 0 else { return nil }
    batchNumber += 1
    let flows = deletions.isEmpty ? additions : deletions + additions
    flowsInFlight += flows.count
    inFlight[batchNumber] = oldest
    return FlowBatch(number: batchNumber, flows: flows, deletions: deletions.count, groups: groups)
  }

  private mutating func nextGroups(_ limit: Int) -> GroupChanges {
    if referents.isAtRest { return GroupChanges() }
    let oldest = referents.hasDeletions ? oldestFlowChange : 0
    return referents.nextGroups(limit: limit, oldestFlowChange: oldest)
  }

  /// Whether the flow that is desired of this slot has to wait for what its owner needs.
  private func mustWait(_ slot: UInt32, _ coming: Set<ReferentID>) -> Bool {
    let state = store[slot].state
    guard state.contains(.desired), store[slot].differs(sweeping: sweeps) else { return false }
    return referents.blocks(store[slot].owner, besides: coming)
  }

  /// What waits is looked at again when something of what it may wait for is another.
  private mutating func resumeWaiting() {
    guard queue.hasWaiting, waitingSince != referents.generation else { return }
    waitingSince = referents.generation
    queue.resumeWaiting()
  }

  /// The batch as a bundle. For every flow its bytes are copied, nothing is built.
  ///
  /// - Parameter firstXID: The first of `EncodedBundle.xidCount(for: batch.count)` transaction ids.
  func encode(_ batch: FlowBatch, firstXID: UInt32) -> EncodedBundle {
    var builder = BundleBuilder(firstXID: firstXID, count: batch.count)
    var scratch: [UInt8] = []
    for flow in batch.flows.prefix(batch.deletions) {
      scratch.removeAll(keepingCapacity: true)
      appendDeletion(of: flow.slot, to: &scratch)
      builder.append(.flowMod, body: scratch[...])
    }
    for group in batch.groups.puts { builder.append(.groupMod, body: GroupMod(.addOrModify, group).body[...]) }
    for flow in batch.flows.dropFirst(batch.deletions) { builder.append(.flowMod, body: store.body(flow.slot)) }
    for id in batch.groups.deletions { builder.append(.groupMod, body: GroupMod.delete(id).body[...]) }
    return builder.finish()
  }

  /// The batch's changes in their order, decoded: for tests and for people.
  func messages(in batch: FlowBatch) -> [OpenFlowMessage] {
    let flows = changes(in: batch).map(OpenFlowMessage.flowMod)
    return flows.prefix(batch.deletions) + batch.groups.puts.map { .groupMod(GroupMod(.addOrModify, $0)) }
      + flows.dropFirst(batch.deletions) + batch.groups.deletions.map { .groupMod(.delete($0)) }
  }

  /// The batch's changes of flows, decoded: for tests and for people.
  func changes(in batch: FlowBatch) -> [FlowMod] {
    batch.flows.compactMap { item in
      guard let flow = try? FlowBody.decode(store.body(item.slot)) else { return nil }
      return item.hash == nil ? .deleteStrict(flow.key, cookie: ownership.cookies) : .add(flow)
    }
  }

  /// Only with a cookie of this side's: if somebody else replaced the flow, it is theirs now.
  private func appendDeletion(of slot: UInt32, to bytes: inout [UInt8]) {
    let body = store.body(slot)
    FlowBody.appendDeletion(
      table: store.table(slot), priority: FlowBody.priority(body), match: FlowBody.match(body),
      cookies: ownership.cookies,
      to: &bytes)
  }

  /// The switch answered the batch's commit: it is in force.
  mutating func committed(_ batch: FlowBatch) {
    guard inFlight.removeValue(forKey: batch.number) != nil else { return }
    counters.batchesCommitted += 1
    flowsInFlight -= batch.flows.count
    narrowedLimit = nil
    referents.confirmed(batch.groups, now: changeNumber)
    counters.groupsPut += batch.groups.puts.count
    counters.groupsDeleted += batch.groups.deletions.count
    for flow in batch.flows {
      let slot = flow.slot
      store[slot].state.remove(.inFlight)
      if flow.hash != nil, store[slot].state.contains(.installed) { counters.flowsReplaced += 1 }
      setInstalled(slot, flow.hash)
      if flow.hash == nil { counters.flowsDeleted += 1 } else { counters.flowsAdded += 1 }
      if !doubtful.isEmpty { doubtful.remove(store[slot].owner) }
      note(slot)
      freeIfUnused(slot)
    }
    queue.resumeDeferred()
  }
}
