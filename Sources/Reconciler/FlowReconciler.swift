import OpenFlow

/// What is desired, what the switch has, and the difference.
///
/// The one place that decides what is sent. Owners (units of a goal state) say which flows they want; the switch's own
/// answer says which it has; `nextBatch` is the difference, one atomic bundle at a time, and what the switch says of it
/// comes back through `committed`, `refused` or `disconnected`. Nothing is assumed to be installed that the switch has not
/// confirmed.
///
/// ```
///           endReadBack                 nextBatch                 committed
///  unknown -------------> differing ------------> in flight ------------------> equal
///     ^                       ^                       | refused: the owner is       |
///     |  disconnected         +-----------------------+ quarantined, the rest       |
///     +------------------------------------------------ is sent again   <-----------+ setDesired, drift
/// ```
///
/// Flows are kept as encoded bytes with a 64-bit hash; see `FlowStore` for what that costs.
public struct FlowReconciler<Owner: Hashable & Comparable & Sendable>: Sendable {
  /// What has happened since the start; each counts up.
  public struct Counters: Sendable, Equatable {
    /// Flows that the switch confirmed as added or replaced.
    public var flowsAdded = 0
    /// Flows that the switch confirmed as deleted.
    public var flowsDeleted = 0
    /// Bundles that the switch committed.
    public var batchesCommitted = 0
    /// Bundles that the switch refused.
    public var batchesRefused = 0
    /// Flows that somebody else changed or removed, or added under this side's cookies, and that an audit found.
    public var flowsDrifted = 0

    /// Nothing has happened.
    public init() {}
  }

  /// Whether flows that nobody wants are deleted. Off until the input is known to be complete: before that, what looks
  /// stale may only not have been asked for yet.
  public var sweeps = false {
    didSet { if sweeps && !oldValue { queueStale() } }
  }
  /// What has happened since the start.
  public internal(set) var counters = Counters()
  /// The owners whose flows the switch refused.
  public internal(set) var quarantined: [Owner: Quarantine] = [:]
  /// The cookies of this side's flows: others are neither read nor deleted.
  public let ownership: CookieFilter
  /// How many flows are desired.
  public internal(set) var desiredCount = 0
  /// The digest of what is desired: the sum of the flows' hashes, whatever their order. Comparable in this process only.
  public internal(set) var desiredDigest: UInt64 = 0
  /// The digest of what the switch is known to have.
  public internal(set) var installedDigest: UInt64 = 0
  /// The number of the last change of what is desired; each call of `setDesired` is one.
  public internal(set) var changeNumber: UInt64 = 0

  var store: FlowStore
  var owners = OwnerTable<Owner>()
  /// Who wants a key that a lower owner has, by slot.
  var losers: [UInt32: [Loser]] = [:]
  var queue = DifferenceQueue()
  /// The number of the oldest change in each batch that is with the switch, by batch.
  var inFlight: [UInt64: UInt64] = [:]
  var batchNumber: UInt64 = 0
  /// The most flows of a batch, halved to find the one that a switch refuses without naming it.
  var narrowedLimit: Int?
  var knownCount: Int?
  var readBack: ReadBack?
  private var scratch: [UInt8] = []

  /// A claim to a key that somebody else has.
  struct Loser: Sendable {
    let owner: UInt32
    let hash: UInt64
    let body: [UInt8]
  }

  /// Nothing desired, nothing known.
  ///
  /// - Parameter ownership: The cookies of this side's flows.
  public init(ownership: CookieFilter = .any, hasher: FlowHasher = FlowHasher()) {
    self.ownership = ownership
    store = FlowStore(hasher: hasher)
  }

  /// How many flows the switch is known to have; nil while it has not been read.
  public var installedCount: Int? { knownCount }
  /// How many flows wait to be sent or to be confirmed, at most.
  public var differenceCount: Int { queue.count + flowsInFlight }
  /// How many flows are with the switch and not confirmed.
  public internal(set) var flowsInFlight = 0
  /// Whether everything desired is installed and confirmed, and nothing else is.
  public var isSettled: Bool { knownCount != nil && queue.isEmpty && inFlight.isEmpty }

  /// The last change that is in force with all before it: its flows are confirmed by the switch.
  public var changeInForce: UInt64 {
    guard knownCount != nil else { return 0 }
    let oldest = min(queue.oldestChange ?? .max, inFlight.values.min() ?? .max)
    return oldest == .max ? changeNumber : oldest &- min(oldest, 1)
  }

  /// Replaces all flows that `owner` wants. The same flows again change nothing, and do not lift a quarantine.
  public mutating func setDesired(_ flows: [Flow], for owner: Owner) {
    if let quarantine = quarantined[owner] {
      guard quarantine.flows != flows else { return }
      quarantined[owner] = nil
    }
    replaceClaims(of: owner, with: flows)
  }
}

// MARK: - Claims

extension FlowReconciler {
  /// The same owner's flows again and again, a few of them changed, is what happens most: one pass over the new flows, one
  /// over the old.
  mutating func replaceClaims(of owner: Owner, with flows: [Flow]) {
    changeNumber += 1
    if let long = flows.first(where: { FlowBody.length(of: $0) > FlowBody.longest }) {
      let reason = "it is too long for an OpenFlow message"
      quarantined[owner] = Quarantine(flow: "\(long.key)", error: nil, reason: reason, flows: flows)
      return replaceClaims(of: owner, with: [])
    }
    guard let number = owners.number(of: owner, adding: !flows.isEmpty) else { return }
    var winning: [UInt32] = []
    winning.reserveCapacity(flows.count)
    var losing: Set<UInt32> = []
    for flow in flows {
      scratch.removeAll(keepingCapacity: true)
      FlowBody.append(flow, to: &scratch)
      let hash = store.hasher.content(body: scratch)
      let slot = slot(for: store.hasher.key(body: scratch))
      if claim(slot, by: number, hash) {
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
      owners.link(slot, to: number, in: &store)
    }
    owners.removeIfUnused(number)
  }

  /// The slot of the flow in `scratch`.
  private mutating func slot(for keyHash: UInt64) -> UInt32 {
    store.find(keyHash, like: scratch) ?? store.insert(keyHash, scratch)
  }

  /// Notes that `owner` wants the flow in `scratch`; returns whether it has the key.
  private mutating func claim(_ slot: UInt32, by owner: UInt32, _ hash: UInt64) -> Bool {
    let holder = store[slot].owner
    guard store[slot].state.contains(.desired), holder != owner else {
      desire(slot, owner, hash, scratch)
      return true
    }
    if owners[owner] < owners[holder] {
      owners.unlink(slot, from: holder, in: &store)
      addLoser(Loser(owner: holder, hash: store[slot].desired, body: Array(store.body(slot))), to: slot)
      losers[slot]?.removeAll { $0.owner == owner }
      desire(slot, owner, hash, scratch)
      return true
    }
    addLoser(Loser(owner: owner, hash: hash, body: scratch), to: slot)
    return false
  }

  /// Makes this the desired flow of the slot.
  private mutating func desire(_ slot: UInt32, _ owner: UInt32, _ hash: UInt64, _ body: [UInt8]) {
    if store[slot].state.contains(.desired) {
      desiredDigest &-= store[slot].desired
    } else {
      desiredCount += 1
    }
    desiredDigest &+= hash
    store[slot].state.insert(.desired)
    store[slot].owner = owner
    store[slot].desired = hash
    if store.body(slot) != body[...] { store.replace(slot, with: body) }
    note(slot)
  }

  private mutating func addLoser(_ loser: Loser, to slot: UInt32) {
    var claims = losers[slot, default: []]
    claims.removeAll { $0.owner == loser.owner }
    let position = claims.firstIndex { owners[loser.owner] < owners[$0.owner] } ?? claims.endIndex
    claims.insert(loser, at: position)
    losers[slot] = claims
    owners.lost(slot, by: loser.owner)
  }

  /// Lets go of the owner's keys that the pass has not seen.
  private mutating func releaseUnmarked(of owner: UInt32) {
    var next = owners.takeSlots(of: owner)
    while next != FlowSlot.none {
      let slot = next
      next = store[slot].next
      store[slot].next = FlowSlot.none
      if store[slot].state.contains(.marked) || store[slot].owner != owner { continue }
      if let heir = losers[slot]?.first {
        removeLoser(heir.owner, from: slot)
        desire(slot, heir.owner, heir.hash, heir.body)
        owners.link(slot, to: heir.owner, in: &store)
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
    for slot in owners.lostSlots(of: owner).subtracting(kept) { removeLoser(owner, from: slot) }
  }

  private mutating func removeLoser(_ owner: UInt32, from slot: UInt32) {
    losers[slot]?.removeAll { $0.owner == owner }
    if losers[slot]?.isEmpty == true { losers[slot] = nil }
    owners.regained(slot, by: owner)
  }

  /// The owners that lost a flow key to a lower owner, each with the owner that has it.
  public var conflicts: [(owner: Owner, holder: Owner, flow: Flow)] {
    var found: [Owner: (owner: Owner, holder: Owner, flow: Flow)] = [:]
    for (slot, claims) in losers {
      for claim in claims where claim.hash != store[slot].desired {
        guard let flow = try? FlowBody.decode(claim.body[...]) else { continue }
        let owner = owners[claim.owner]
        if let known = found[owner], known.flow.key < flow.key { continue }
        found[owner] = (owner, owners[store[slot].owner], flow)
      }
    }
    return found.values.sorted { $0.owner < $1.owner }
  }
}

// MARK: - Differences

extension FlowReconciler {
  /// Queues the slot when what the switch has is not what is desired, or is about to be something else.
  mutating func note(_ slot: UInt32) {
    guard knownCount != nil else { return }
    let state = store[slot].state
    guard !state.contains(.queued), state.contains(.inFlight) || store[slot].differs(sweeping: sweeps) else { return }
    store[slot].state.insert(.queued)
    queue.append(slot, change: changeNumber)
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
  private mutating func queueStale() {
    guard knownCount != nil else { return }
    var stale: [UInt32] = []
    for slot in store.slots.indices {
      let state = store.slots[slot].state
      guard state.contains(.installed), state.isDisjoint(with: [.desired, .queued, .inFlight]) else { continue }
      stale.append(UInt32(truncatingIfNeeded: slot))
    }
    for slot in stale { store[slot].state.insert(.queued) }
    queue.prepend(stale.map { DifferenceQueue.Entry(slot: $0, change: changeNumber) })
  }

  /// Notes every difference anew: stale flows first, then owner by owner.
  mutating func queueEverything() {
    queue.removeAll()
    for slot in store.slots.indices { store[UInt32(slot)].state.subtract([.queued, .inFlight]) }
    if sweeps { queueStale() }
    for owner in owners.numbers {
      var slot = owners.firstSlot(of: owner)
      while slot != FlowSlot.none {
        note(slot)
        slot = store[slot].next
      }
    }
  }
}
