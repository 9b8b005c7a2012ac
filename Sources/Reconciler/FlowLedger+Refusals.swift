import OpenFlow

extension FlowLedger {
  /// Takes a batch back from the switch, which applied none of it; returns whether it was there.
  mutating func takeBack(_ batch: FlowBatch) -> Bool {
    guard inFlight.removeValue(forKey: batch.number) != nil else { return false }
    counters.batchesRefused += 1
    flowsInFlight -= batch.flows.count
    referents.takeBack(batch.groups, now: changeNumber)
    // A flow that waits under a newer number may be on the switch as an older change had it.
    referents.floor = changeNumber
    for flow in batch.flows { store[flow.slot].state.remove(.inFlight) }
    return true
  }

  /// What was refused at a position, if it is still wanted as it was: then its owner is to be quarantined.
  enum Culprit {
    case flow(slot: UInt32)
    case referent(ReferentID)
  }

  /// What is desired and was refused. A deletion that the switch refuses would be refused for ever: what it has there
  /// stays until the next read. What is no longer wanted as it was needs nothing.
  mutating func culprit(_ index: Int, in batch: FlowBatch) -> Culprit? {
    switch batch.place(index) {
    case .flow(let position):
      let slot = batch.flows[position].slot
      guard let hash = batch.flows[position].hash else {
        setInstalled(slot, nil)
        return nil
      }
      return store[slot].state.contains(.desired) && store[slot].desired == hash ? .flow(slot: slot) : nil
    case .group(let group):
      return referents.entries[.group(group.id)]?.desired == .group(group) ? .referent(.group(group.id)) : nil
    case .groupDeletion(let id):
      referents.takeForMissing(.group(id), now: changeNumber)
      return nil
    case nil:
      return nil
    }
  }

  /// Whether a refusal for want of a group or a meter may come from somebody else's having deleted it. What the flow's
  /// owner needs is sent again then before its flows are, once.
  mutating func mayBeDrift(_ error: OpenFlowError, slot: UInt32) -> Bool {
    let owner = store[slot].owner
    let believed = referents.needs(of: owner).filter { id in
      error.saysIsMissing(id) && referents.entries[id]?.isBelieved == true
    }
    guard !believed.isEmpty, doubtful.insert(owner).inserted else { return false }
    isSuspicious = true
    counters.referentsDrifted += believed.count
    for id in believed where referents.entries[id]?.installed != nil { referents.takeForMissing(id, now: changeNumber) }
    return true
  }

  /// What still differs goes first, under its old number: the changes that it belongs to are not in force.
  mutating func requeue(_ batch: FlowBatch) {
    queue.resumeDeferred()
    var entries: [DifferenceQueue.Entry] = []
    for flow in batch.flows where store[flow.slot].state.contains(.used) {
      let slot = flow.slot
      if store[slot].state.contains(.queued) { continue }
      if store[slot].differs(sweeping: sweeps) {
        store[slot].state.insert(.queued)
        entries.append(DifferenceQueue.Entry(slot: slot, change: flow.change))
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

// MARK: - Owners

extension FlowLedger {
  /// Everything that an owner wants.
  func desired(of number: UInt32) -> DesiredState {
    var state = DesiredState(flows: flows(of: number))
    for referent in referents.claims(of: number) {
      switch referent {
      case .group(let group): state.groups.append(group)
      case .meter(let meter): state.meters.append(meter)
      }
    }
    return state
  }

  /// Why what an owner wants cannot even be sent.
  func objection(to state: DesiredState) -> Quarantine? {
    let reason = "it is too long for an OpenFlow message"
    if let long = state.flows.first(where: { FlowBody.length(of: $0) > FlowBody.longest }) {
      return Quarantine("\(long.key)", reason: reason, desired: state)
    }
    if state.groups.isEmpty, state.meters.isEmpty { return nil }
    for referent in state.meters.map(Referent.meter) + state.groups.map(Referent.group) {
      if !ownership.contains(referent.id) {
        let reason = "the number of \(referent.id) is not one of this side's"
        return Quarantine("\(referent)", reason: reason, desired: state)
      }
      if referent.length > FlowBody.longest {
        return Quarantine("\(referent.id)", reason: reason, desired: state)
      }
    }
    return nil
  }
}

// MARK: - Meters

extension FlowLedger {
  mutating func nextMeters(limit: Int) -> MeterBatch? {
    guard knownCount != nil, !referents.isAtRest else { return nil }
    let oldest = referents.hasDeletions ? oldestFlowChange : 0
    return referents.nextMeters(limit: limit, oldestFlowChange: oldest)
  }

  /// The switch has answered for meters; returns what was refused for good.
  mutating func finish(_ batch: MeterBatch, _ refusals: [BundleRefusal]) -> [(id: ReferentID, error: OpenFlowError)] {
    let errors = Dictionary(refusals.map { ($0.index, $0.error) }) { first, _ in first }
    let deletions = batch.mods.indices.count { batch.mods[$0].command == .delete && errors[$0] == nil }
    counters.metersDeleted += deletions
    counters.metersPut += batch.mods.count - deletions - errors.count
    let (refused, drifted) = referents.finish(batch, errors, now: changeNumber)
    counters.referentsDrifted += drifted
    return refused
  }
}
