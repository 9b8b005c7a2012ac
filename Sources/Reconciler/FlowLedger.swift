import OpenFlow

/// The books of a `FlowReconciler`: flows, who has them, what the switch has, and what waits to be sent. Owners are
/// numbers here. What flows refer to has books of its own, `ReferentLedger`.
///
/// Everything that is done for each flow is done here, where nothing is generic: the same code in a generic type costs
/// twice the time.
struct FlowLedger: Sendable {
  var sweeps = false {
    didSet {
      guard sweeps, !oldValue else { return }
      queueStale()
      referents.sweep(now: changeNumber)
    }
  }
  var counters = FlowCounters()
  let ownership: Ownership
  var referents: ReferentLedger
  var desiredCount = 0
  var desiredDigest: UInt64 = 0
  var installedDigest: UInt64 = 0
  var changeNumber: UInt64 = 0
  var store: FlowStore
  var holdings = OwnerHoldings()
  /// Who wants a key that a lower owner has, by slot.
  var losers: [UInt32: [Loser]] = [:]
  var queue = DifferenceQueue()
  /// The number of the oldest change in each batch that is with the switch, by batch.
  var inFlight: [UInt64: UInt64] = [:]
  var flowsInFlight = 0
  var batchNumber: UInt64 = 0
  /// The most flows of a batch, halved to find the one that a switch refuses without naming it.
  var narrowedLimit: Int?
  /// How many flows the switch is known to have; nil while it has not been read.
  var knownCount: Int?
  var readBack: ReadBack?
  /// Whether the switch had nothing, and does not have everything yet. Packets enter it at table 0: what is there comes
  /// last, the higher priorities first, so that no packet is ever treated by a part of what is desired.
  var isFilling = false
  /// What reading groups and meters found, until flows are read too.
  var referentsFound = ReadBackSummary()
  /// What the books of groups and meters had seen when flows began to wait for some.
  var waitingSince: UInt64?
  /// Owners whose flows are tried again since the switch had none of the groups or meters that it was known to have.
  var doubtful: Set<UInt32> = []
  /// Whether that has happened since somebody asked.
  var isSuspicious = false
  private var scratch: [UInt8] = []

  /// A claim to a key that somebody else has.
  struct Loser: Sendable {
    let owner: UInt32
    let hash: UInt64
    let body: [UInt8]
  }

  /// Whether an owner comes before another, and so has a key that both want.
  typealias Precedes = (UInt32, UInt32) -> Bool

  init(ownership: Ownership, hasher: FlowHasher) {
    self.ownership = ownership
    referents = ReferentLedger(ownership: ownership)
    store = FlowStore(hasher: hasher)
  }

  var isSettled: Bool { knownCount != nil && queue.isEmpty && inFlight.isEmpty && referents.isSettled }

  /// Whether an owner needs a group or a meter that nobody wants, as far as the switch has been read.
  var hasMissingReferents: Bool { knownCount != nil && !referents.missing.isEmpty }

  var changeInForce: UInt64 {
    guard knownCount != nil, referents.isKnown else { return 0 }
    let oldest = min(oldestFlowChange, referents.oldestChange ?? .max)
    return oldest == .max ? changeNumber : oldest &- min(oldest, 1)
  }

  /// The oldest change that flows wait for.
  var oldestFlowChange: UInt64 { min(queue.oldestChange ?? .max, inFlight.values.min() ?? .max) }
}

// MARK: - Claims

extension FlowLedger {
  /// The same owner's flows again and again, a few of them changed, is what happens most: one pass over the new
  /// flows, one over the old.
  mutating func replaceClaims(of number: UInt32, with flows: [Flow], precedes: Precedes) {
    var winning: [UInt32] = []
    winning.reserveCapacity(flows.count)
    var losing: Set<UInt32> = []
    for flow in flows {
      scratch.removeAll(keepingCapacity: true)
      FlowBody.append(flow, to: &scratch)
      let keyHash = store.hasher.key(body: scratch)
      let hash = store.hasher.content(body: scratch)
      guard let slot = store.find(keyHash, like: scratch) else {
        let slot = store.insert(keyHash, scratch)
        store[slot].state.insert(.marked)
        winning.append(slot)
        desire(slot, number, hash, nil)
        continue
      }
      if claim(slot, by: number, hash, precedes) {
        if !store[slot].state.contains(.marked) {
          store[slot].state.insert(.marked)
          winning.append(slot)
        }
      } else {
        losing.insert(slot)
      }
    }
    releaseUnmarked(of: number)
    dropLostClaims(of: number, except: losing)
    for slot in winning.reversed() {
      store[slot].state.remove(.marked)
      holdings.link(slot, to: number, in: &store)
    }
    queue.resumeWaiting()
  }

  /// Replaces the groups and meters that an owner wants, after its flows.
  mutating func replaceReferents(of number: UInt32, with state: DesiredState, precedes: Precedes) {
    guard ownership.hasReferents else { return }
    var references: Set<ReferentID> = []
    for flow in state.flows { flow.forEachReference { if ownership.contains($0) { references.insert($0) } } }
    referents.replaceClaims(
      of: number, with: state.meters.map(Referent.meter) + state.groups.map(Referent.group),
      flowReferences: references, now: changeNumber, precedes: precedes)
    doubtful.remove(number)
  }

  /// Notes that `owner` wants the flow in `scratch`; returns whether it has the key.
  private mutating func claim(_ slot: UInt32, by owner: UInt32, _ hash: UInt64, _ precedes: Precedes) -> Bool {
    let holder = store[slot].owner
    guard store[slot].state.contains(.desired), holder != owner else {
      desire(slot, owner, hash, scratch)
      return true
    }
    if precedes(owner, holder) {
      holdings.unlink(slot, from: holder, in: &store)
      addLoser(Loser(owner: holder, hash: store[slot].desired, body: Array(store.body(slot))), to: slot, precedes)
      losers[slot]?.removeAll { $0.owner == owner }
      desire(slot, owner, hash, scratch)
      return true
    }
    addLoser(Loser(owner: owner, hash: hash, body: scratch), to: slot, precedes)
    return false
  }

  /// Makes this the desired flow of the slot; without a body it has its bytes already.
  private mutating func desire(_ slot: UInt32, _ owner: UInt32, _ hash: UInt64, _ body: [UInt8]?) {
    if store[slot].state.contains(.desired) {
      desiredDigest &-= store[slot].desired
    } else {
      desiredCount += 1
    }
    desiredDigest &+= hash
    store[slot].state.insert(.desired)
    store[slot].owner = owner
    store[slot].desired = hash
    if let body, store.body(slot) != body[...] { store.replace(slot, with: body) }
    note(slot)
  }

  private mutating func addLoser(_ loser: Loser, to slot: UInt32, _ precedes: Precedes) {
    var claims = losers[slot, default: []]
    claims.removeAll { $0.owner == loser.owner }
    let position = claims.firstIndex { precedes(loser.owner, $0.owner) } ?? claims.endIndex
    claims.insert(loser, at: position)
    losers[slot] = claims
    holdings.lost(slot, by: loser.owner)
  }

  /// Lets go of the owner's keys that the pass has not seen.
  private mutating func releaseUnmarked(of owner: UInt32) {
    var next = holdings.takeSlots(of: owner)
    while next != FlowSlot.none {
      let slot = next
      next = store[slot].next
      store[slot].next = FlowSlot.none
      if store[slot].state.contains(.marked) || store[slot].owner != owner { continue }
      if let heir = losers[slot]?.first {
        removeLoser(heir.owner, from: slot)
        desire(slot, heir.owner, heir.hash, heir.body)
        holdings.link(slot, to: heir.owner, in: &store)
      } else {
        undesire(slot)
      }
    }
  }

  private mutating func undesire(_ slot: UInt32) {
    desiredDigest &-= store[slot].desired
    desiredCount -= 1
    store[slot].state.remove(.desired)
    store[slot].owner = FlowSlot.none
    note(slot)
    freeIfUnused(slot)
  }

  private mutating func dropLostClaims(of owner: UInt32, except kept: Set<UInt32>) {
    guard holdings.hasLost(owner) else { return }
    for slot in holdings.lostSlots(of: owner).subtracting(kept) { removeLoser(owner, from: slot) }
  }

  private mutating func removeLoser(_ owner: UInt32, from slot: UInt32) {
    losers[slot]?.removeAll { $0.owner == owner }
    if losers[slot]?.isEmpty == true { losers[slot] = nil }
    holdings.regained(slot, by: owner)
  }
}

// MARK: - Differences

extension FlowLedger {
  /// Queues the slot when what the switch has is not what is desired, or is about to be something else.
  mutating func note(_ slot: UInt32) { note(slot, change: changeNumber) }

  private mutating func note(_ slot: UInt32, change: UInt64) {
    guard knownCount != nil else { return }
    let state = store[slot].state
    guard !state.contains(.queued), state.contains(.inFlight) || store[slot].differs(sweeping: sweeps) else { return }
    store[slot].state.insert(.queued)
    if isFilling, store.table(slot) == FlowLedger.entryTable {
      queue.hold(slot, change: change)
    } else {
      queue.append(slot, change: change)
    }
  }

  /// The table that packets enter at.
  static let entryTable = TableID(rawValue: 0)

  /// Opens a switch that has been filled for packets, once all else is confirmed.
  mutating func openWhenFilled() {
    guard isFilling, sweeps, queue.next == nil, inFlight.isEmpty, !queue.hasWaiting, referents.unready.isEmpty else {
      return
    }
    isFilling = false
    queue.releaseHeld { left, right in
      let (first, second) = (FlowBody.priority(store.body(left.slot)), FlowBody.priority(store.body(right.slot)))
      return first == second ? left.change < right.change : first > second
    }
  }

  /// Forgets a key that nobody wants and the switch does not have.
  mutating func freeIfUnused(_ slot: UInt32) {
    guard store[slot].state.isDisjoint(with: [.desired, .installed, .queued, .inFlight]) else { return }
    store.remove(slot)
  }

  mutating func setInstalled(_ slot: UInt32, _ hash: UInt64?) {
    if store[slot].state.contains(.installed) {
      installedDigest &-= store[slot].installed
      knownCount = knownCount.map { $0 - 1 }
    }
    guard let hash else {
      store[slot].state.remove(.installed)
      return
    }
    store[slot].state.insert(.installed)
    store[slot].installed = hash
    installedDigest &+= hash
    knownCount = knownCount.map { $0 + 1 }
  }

  /// Flows that nobody wants come first: what they forward was taken back.
  mutating func queueStale() { queueStale(change: changeNumber) }

  private mutating func queueStale(change: UInt64) {
    guard knownCount != nil else { return }
    referents.floor = changeNumber
    var stale: [UInt32] = []
    for slot in store.slots.indices {
      let state = store.slots[slot].state
      guard state.contains(.installed), state.isDisjoint(with: [.desired, .queued, .inFlight]) else { continue }
      stale.append(UInt32(truncatingIfNeeded: slot))
    }
    for slot in stale { store[slot].state.insert(.queued) }
    queue.prepend(stale.map { DifferenceQueue.Entry(slot: $0, change: change) })
  }

  /// The change that differences belong to which a new connection finds: any, as far as is known, so that none counts as in
  /// force before they are gone.
  static let anyChange: UInt64 = 1

  /// Notes every difference anew: stale flows first, then owner by owner in this order.
  mutating func queueEverything(_ order: @autoclosure () -> [UInt32]) {
    queue.removeAll()
    referents.floor = changeNumber
    for index in store.slots.indices {
      let slot = UInt32(index)
      let isQueuedOnly = store[slot].state.contains(.queued) && !store[slot].state.contains(.inFlight)
      store[slot].state.subtract([.queued, .inFlight])
      // It waited to be deleted, and the switch does not have it any more.
      if isQueuedOnly { freeIfUnused(slot) }
    }
    if sweeps { queueStale(change: FlowLedger.anyChange) }
    // A switch that has been left alone has nothing that differs, and very many owners.
    guard store.slots.contains(where: { $0.state.contains(.desired) && $0.differs(sweeping: sweeps) }) else { return }
    for owner in order() {
      var slot = holdings.firstSlot(of: owner)
      while slot != FlowSlot.none {
        note(slot, change: FlowLedger.anyChange)
        slot = store[slot].next
      }
    }
  }
}
