import OpenFlow

/// A difference that goes to the switch as one atomic bundle: deletions first, so that a moved address never has two
/// owners, then additions, whole owners at a time.
public struct FlowBatch: Sendable {
  let number: UInt64
  let slots: [UInt32]
  /// What is sent of each, in the order of `slots`; nil for a deletion.
  let hashes: [UInt64?]
  let changes: [UInt64]
  /// How many flows are deleted.
  public let deletions: Int

  /// How many changes there are.
  public var count: Int { slots.count }
  /// How many flows are added or replaced.
  public var additions: Int { count - deletions }
}

extension FlowLedger {
  /// The next changes to send; nil when there is nothing to send or nobody to send it to. The changes of one call of
  /// `setDesired` stay together unless they are more than four times the limit.
  ///
  /// The batch is in flight from here on: exactly one of `committed`, `refused` and `disconnected` must follow. It must
  /// be encoded before anything else is changed. Several batches may be in flight; they never have a flow in common.
  mutating func nextBatch(limit: Int) -> FlowBatch? {
    guard knownCount != nil else { return nil }
    let limit = max(1, min(limit, narrowedLimit ?? limit))
    let hardLimit = narrowedLimit ?? limit * 4
    var deletions: [DifferenceQueue.Entry] = []
    var additions: [DifferenceQueue.Entry] = []
    var last: UInt64?
    while let entry = queue.next {
      let taken = deletions.count + additions.count
      if taken >= limit, entry.change != last || taken >= hardLimit { break }
      queue.removeNext()
      if store[entry.slot].state.contains(.inFlight) {
        queue.defer(entry)
        continue
      }
      store[entry.slot].state.remove(.queued)
      guard store[entry.slot].differs(sweeping: sweeps) else {
        freeIfUnused(entry.slot)
        continue
      }
      last = entry.change
      store[entry.slot].state.insert([.inFlight, .touched])
      if store[entry.slot].state.contains(.desired) { additions.append(entry) } else { deletions.append(entry) }
    }
    guard !deletions.isEmpty || !additions.isEmpty else { return nil }
    batchNumber += 1
    let entries = deletions + additions
    flowsInFlight += entries.count
    inFlight[batchNumber] = entries.reduce(UInt64.max) { min($0, $1.change) }
    return FlowBatch(
      number: batchNumber, slots: entries.map(\.slot),
      hashes: deletions.map { _ in nil } + additions.map { store[$0.slot].desired },
      changes: entries.map(\.change), deletions: deletions.count)
  }

  /// The batch as a bundle. For every flow its bytes are copied, nothing is built.
  ///
  /// - Parameter firstXID: The first of `EncodedBundle.xidCount(for: batch.count)` transaction ids.
  func encode(_ batch: FlowBatch, firstXID: UInt32) -> EncodedBundle {
    var builder = BundleBuilder(firstXID: firstXID)
    var scratch: [UInt8] = []
    for (position, slot) in batch.slots.enumerated() {
      if position < batch.deletions {
        scratch.removeAll(keepingCapacity: true)
        appendDeletion(of: slot, to: &scratch)
        builder.append(.flowMod, body: scratch[...])
      } else {
        builder.append(.flowMod, body: store.body(slot))
      }
    }
    return builder.finish()
  }

  /// The batch's changes, decoded: for tests and for people.
  func changes(in batch: FlowBatch) -> [FlowMod] {
    batch.slots.enumerated().compactMap { position, slot in
      guard let flow = try? FlowBody.decode(store.body(slot)) else { return nil }
      return position < batch.deletions ? .deleteStrict(flow.key, cookie: ownership) : .add(flow)
    }
  }

  /// Only with a cookie of this side's: if somebody else replaced the flow, it is theirs now.
  private func appendDeletion(of slot: UInt32, to bytes: inout [UInt8]) {
    let body = store.body(slot)
    FlowBody.appendDeletion(
      table: store.table(slot), priority: FlowBody.priority(body), match: FlowBody.match(body), cookies: ownership,
      to: &bytes)
  }

  /// The switch answered the batch's commit: it is in force.
  mutating func committed(_ batch: FlowBatch) {
    guard inFlight.removeValue(forKey: batch.number) != nil else { return }
    counters.batchesCommitted += 1
    flowsInFlight -= batch.count
    narrowedLimit = nil
    for (slot, hash) in zip(batch.slots, batch.hashes) {
      store[slot].state.remove(.inFlight)
      setInstalled(slot, hash)
      if hash == nil { counters.flowsDeleted += 1 } else { counters.flowsAdded += 1 }
      note(slot)
      freeIfUnused(slot)
    }
    queue.resumeDeferred()
  }
}
