import OpenFlow

/// An owner whose flows were refused by the switch: none of them is installed until it asks for other flows, or is given
/// another try.
public struct Quarantine: Sendable, Equatable {
  /// The flow that was refused, as text.
  public let flow: String
  /// What the switch said; nil when the flow did not get that far.
  public let error: OpenFlowError?
  /// Both, as a sentence's end.
  public let reason: String
  let flows: [Flow]
}

extension FlowReconciler {
  /// The switch refused flows of the batch, and so applied none of it. Their owners are quarantined, which withdraws
  /// all their flows; the rest of the batch is to be sent again.
  ///
  /// - Parameter refusals: Positions in the batch, each with what the switch said.
  public mutating func refused(_ batch: Batch, _ refusals: [BundleRefusal]) {
    guard takeBack(batch) else { return }
    for refusal in refusals where batch.slots.indices.contains(refusal.index) {
      let slot = batch.slots[refusal.index]
      guard let hash = batch.hashes[refusal.index] else {
        // A deletion that the switch refuses would be refused for ever: what it has there stays until the next read.
        setInstalled(slot, nil)
        continue
      }
      guard store[slot].state.contains(.desired), store[slot].desired == hash else { continue }
      quarantine(owners[store[slot].owner], slot, refusal.error)
    }
    requeue(batch)
  }

  /// The switch refused the batch without saying which flow of it. What is sent next is smaller, until a batch of one
  /// owner names the culprit.
  public mutating func refused(_ batch: Batch, whole error: OpenFlowError) {
    guard takeBack(batch) else { return }
    if batch.count > 1 {
      narrowedLimit = batch.count / 2
    } else if let slot = batch.slots.first {
      narrowedLimit = nil
      if store[slot].state.contains(.desired) {
        quarantine(owners[store[slot].owner], slot, error)
      } else {
        setInstalled(slot, nil)
      }
    }
    requeue(batch)
  }

  /// Gives quarantined owners another try, for refusals whose cause was the switch's and may have passed.
  public mutating func retryQuarantined() {
    for owner in quarantined.keys.sorted() { retryQuarantined(owner) }
  }

  /// Gives one quarantined owner another try.
  public mutating func retryQuarantined(_ owner: Owner) {
    guard let quarantine = quarantined.removeValue(forKey: owner) else { return }
    replaceClaims(of: owner, with: quarantine.flows)
  }

  private mutating func takeBack(_ batch: Batch) -> Bool {
    guard inFlight.removeValue(forKey: batch.number) != nil else { return false }
    counters.batchesRefused += 1
    flowsInFlight -= batch.count
    for slot in batch.slots { store[slot].state.remove(.inFlight) }
    return true
  }

  /// What still differs goes first, under its old number: the changes that it belongs to are not in force.
  private mutating func requeue(_ batch: Batch) {
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

  private mutating func quarantine(_ owner: Owner, _ slot: UInt32, _ error: OpenFlowError) {
    let text = (try? FlowBody.decode(store.body(slot))).map { "\($0)" } ?? "(unreadable)"
    let flows = flows(of: owner)
    replaceClaims(of: owner, with: [])
    quarantined[owner] = Quarantine(
      flow: text, error: error, reason: "the switch refused it: \(error), for flow \(text)", flows: flows)
  }

  /// The flows that `owner` wants, whether it has their keys or not.
  public func flows(of owner: Owner) -> [Flow] {
    guard let number = owners.existingNumber(of: owner) else { return [] }
    var flows: [Flow] = []
    var slot = owners.firstSlot(of: number)
    while slot != FlowSlot.none {
      if let flow = try? FlowBody.decode(store.body(slot)) { flows.append(flow) }
      slot = store[slot].next
    }
    for slot in owners.lostSlots(of: number).sorted() {
      guard let claim = losers[slot]?.first(where: { $0.owner == number }) else { continue }
      if let flow = try? FlowBody.decode(claim.body[...]) { flows.append(flow) }
    }
    return flows
  }
}
