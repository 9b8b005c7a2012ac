import OpenFlow

extension FlowLedger {
  /// Takes a batch back from the switch, which applied none of it; returns whether it was there.
  mutating func takeBack(_ batch: FlowBatch) -> Bool {
    guard inFlight.removeValue(forKey: batch.number) != nil else { return false }
    counters.batchesRefused += 1
    flowsInFlight -= batch.count
    for slot in batch.slots { store[slot].state.remove(.inFlight) }
    return true
  }

  /// The slot whose desired flow is the one that was refused. A deletion that the switch refuses would be refused for
  /// ever: what it has there stays until the next read. A flow that is no longer wanted as it was needs nothing.
  mutating func culprit(_ index: Int, in batch: FlowBatch) -> UInt32? {
    guard batch.slots.indices.contains(index) else { return nil }
    let slot = batch.slots[index]
    guard let hash = batch.hashes[index] else {
      setInstalled(slot, nil)
      return nil
    }
    return store[slot].state.contains(.desired) && store[slot].desired == hash ? slot : nil
  }

  /// What still differs goes first, under its old number: the changes that it belongs to are not in force.
  mutating func requeue(_ batch: FlowBatch) {
    queue.resumeDeferred()
    var entries: [DifferenceQueue.Entry] = []
    for (slot, change) in zip(batch.slots, batch.changes) where store[slot].state.contains(.used) {
      if store[slot].state.contains(.queued) { continue }
      if store[slot].differs(sweeping: sweeps) {
        store[slot].state.insert(.queued)
        entries.append(DifferenceQueue.Entry(slot: slot, change: change))
      } else {
        freeIfUnused(slot)
      }
    }
    queue.prepend(entries)
  }

  /// The flows that an owner wants, whether it has their keys or not.
  func flows(of number: UInt32) -> [Flow] {
    var flows: [Flow] = []
    var slot = holdings.firstSlot(of: number)
    while slot != FlowSlot.none {
      if let flow = try? FlowBody.decode(store.body(slot)) { flows.append(flow) }
      slot = store[slot].next
    }
    for slot in holdings.lostSlots(of: number).sorted() {
      guard let claim = losers[slot]?.first(where: { $0.owner == number }) else { continue }
      if let flow = try? FlowBody.decode(claim.body[...]) { flows.append(flow) }
    }
    return flows
  }
}
