import OpenFlow

/// The books of groups and meters: who wants them, who needs them, what the switch has, and what waits to be sent.
///
/// There are few of them beside flows, so these books are made of values and sets. They decide what has to be there
/// before what:
///
/// ```
///  meters put ──▶ groups put, the inner ones first ──▶ flows put
///  flows deleted ──▶ groups deleted, the outer ones first ──▶ meters deleted
/// ```
///
/// Who needs what is known by owner: an owner's flows wait until everything that any of them, or of its groups, names
/// is confirmed or is in front of them, in the same bundle or as a meter that has been sent; and what nobody needs is
/// deleted when all changes up to the last one that let go of it are confirmed. Nothing is deleted to be made anew: a
/// group is replaced in place, since Open vSwitch deletes the flows of a group with it.
struct ReferentLedger: Sendable {
  let ownership: Ownership
  private(set) var entries: [ReferentID: ReferentEntry] = [:]
  /// Whether the switch has been read.
  private(set) var isKnown = false
  private(set) var sweeps = false
  private(set) var groupCounts = ReferentCounts()
  private(set) var meterCounts = ReferentCounts()
  private(set) var desiredDigest: UInt64 = 0
  private(set) var installedDigest: UInt64 = 0
  /// Nothing is deleted before everything up to this change is confirmed.
  var floor: UInt64 = 0

  /// What waits to be put or to be deleted.
  private(set) var waiting: Set<ReferentID> = []
  private(set) var inFlight: Set<ReferentID> = []
  /// What somebody needs or wants, and is not confirmed.
  private(set) var unready: Set<ReferentID> = []
  /// What somebody needs, and nobody wants.
  private(set) var missing: Set<ReferentID> = []
  /// What several owners want.
  private(set) var contested: Set<ReferentID> = []
  /// What was sent since the audit that is under way began, so that what that says of it is old; nil while there is
  /// none.
  private var touched: Set<ReferentID>?
  /// Grows when an owner that waited may wait no longer.
  private(set) var generation: UInt64 = 0

  private var claimed: [UInt32: Set<ReferentID>] = [:]
  private var needs: [UInt32: Set<ReferentID>] = [:]
  private var users: [ReferentID: Set<UInt32>] = [:]

  init(ownership: Ownership) {
    self.ownership = ownership
    isKnown = !ownership.hasReferents
  }

  /// Whether nothing waits to be put or to be deleted.
  var isAtRest: Bool { waiting.isEmpty }
  var isSettled: Bool { isKnown && waiting.isEmpty && inFlight.isEmpty }
  var differenceCount: Int { waiting.union(inFlight).count }

  /// The oldest change that is not confirmed.
  var oldestChange: UInt64? { oldestChange { _ in true } }

  func oldestChange(where isMeant: (ReferentID) -> Bool) -> UInt64? {
    waiting.union(inFlight).filter(isMeant).compactMap { entries[$0]?.oldestChange }.min()
  }

  /// The owners that need it, whether it is there or not.
  func users(of id: ReferentID) -> Set<UInt32> { users[id] ?? [] }

  func needs(of owner: UInt32) -> Set<ReferentID> { needs[owner] ?? [] }

  func claims(of owner: UInt32) -> [Referent] {
    (claimed[owner] ?? []).sorted().compactMap { id in
      entries[id]?.claims.first { $0.owner == owner }?.referent
    }
  }

  /// Whether the owner's number is in these books.
  func knows(_ owner: UInt32) -> Bool { claimed[owner] != nil || needs[owner] != nil }

  /// Whether the owner's flows have to wait for something, other than for what is in front of them.
  func blocks(_ owner: UInt32, besides coming: Set<ReferentID>) -> Bool {
    guard let needed = needs[owner] else { return false }
    return needed.contains { unready.contains($0) && !coming.contains($0) && !isUnderWay($0) }
  }

  /// Whether the switch works off a meter as it is desired before anything that is sent from now on. If it refuses it, it
  /// refuses the flows that name it, too. A group in flight may be taken back with its bundle.
  private func isUnderWay(_ id: ReferentID) -> Bool {
    guard id.isMeter, let entry = entries[id], let sent = entry.sent else { return false }
    return entry.desired != nil && sent.result == entry.desired
  }
}

// MARK: - Claims

extension ReferentLedger {
  /// Replaces what an owner wants and what it needs besides.
  mutating func replaceClaims(
    of owner: UInt32, with referents: [Referent], flowReferences: Set<ReferentID>, now: UInt64,
    precedes: (UInt32, UInt32) -> Bool
  ) {
    var claims: [ReferentID: ReferentEntry.Claim] = [:]
    var needed = flowReferences
    for referent in referents {
      let references = referent.references.filter(ownership.contains)
      claims[referent.id] = ReferentEntry.Claim(owner: owner, referent: referent, references: references)
    }
    for claim in claims.values { needed.formUnion(claim.references) }
    for id in (claimed[owner] ?? []).subtracting(claims.keys) {
      change(id, now) { $0.claims.removeAll { $0.owner == owner } }
    }
    for (id, claim) in claims {
      change(id, now) { entry in
        entry.claims.removeAll { $0.owner == owner }
        let position = entry.claims.firstIndex { precedes(owner, $0.owner) } ?? entry.claims.endIndex
        entry.claims.insert(claim, at: position)
      }
    }
    claimed[owner] = claims.isEmpty ? nil : Set(claims.keys)
    replaceNeeds(of: owner, with: needed, now)
  }

  private mutating func replaceNeeds(of owner: UInt32, with needed: Set<ReferentID>, _ now: UInt64) {
    let before = needs[owner] ?? []
    needs[owner] = needed.isEmpty ? nil : needed
    for id in before.subtracting(needed) {
      users[id]?.remove(owner)
      if users[id]?.isEmpty == true { users[id] = nil }
      change(id, now) { $0.released = now }
    }
    for id in needed.subtracting(before) {
      users[id, default: []].insert(owner)
      change(id, now) { _ in }
    }
  }

  /// From now on what nobody wants is deleted.
  mutating func sweep(now: UInt64) {
    sweeps = true
    for id in entries.keys { change(id, now) { _ in } }
  }

  /// Changes an entry, and everything that is derived from it.
  mutating func change(_ id: ReferentID, _ now: UInt64, _ body: (inout ReferentEntry) -> Void) {
    var entry = entries[id] ?? ReferentEntry()
    let before = (desired: entry.desired, installed: entry.installed)
    body(&entry)
    desiredDigest &+= (entry.desired?.digest ?? 0) &- (before.desired?.digest ?? 0)
    installedDigest &+= (entry.installed?.digest ?? 0) &- (before.installed?.digest ?? 0)
    let counts = id.isMeter ? \ReferentLedger.meterCounts : \ReferentLedger.groupCounts
    self[keyPath: counts].desired += (entry.desired == nil ? 0 : 1) - (before.desired == nil ? 0 : 1)
    self[keyPath: counts].installed += (entry.installed == nil ? 0 : 1) - (before.installed == nil ? 0 : 1)
    if before.desired != nil, entry.desired == nil { entry.released = now }
    if isKnown { entry.compare(sweeping: sweeps, now: now) }
    let isNeeded = users[id] != nil
    waiting.set(id, entry.change != nil && entry.sent == nil)
    inFlight.set(id, entry.sent != nil)
    if entry.sent != nil { touched?.insert(id) }
    unready.set(id, (isNeeded || entry.desired != nil) && !entry.isReady(sweeping: sweeps))
    missing.set(id, isNeeded && entry.desired == nil)
    contested.set(id, entry.claims.count > 1)
    entries[id] = entry.isUnused ? nil : entry
    generation += 1
  }
}

// MARK: - What is known

extension ReferentLedger {
  /// The switch has been read: what is not among `found` is not there.
  mutating func observe(_ found: [ReferentID: Referent], now: UInt64) -> ReadBackSummary {
    var summary = ReadBackSummary()
    for id in Set(entries.keys).union(found.keys) where ownership.contains(id) {
      let entry = entries[id] ?? ReferentEntry()
      if touched?.contains(id) == true { continue }
      switch (entry.installed, found[id]) {
      case (nil, nil): break
      case (nil, let seen?) where seen == entry.desired: summary.intact += 1
      case (nil, _?): summary.unexpected += 1
      case (_?, nil): summary.missing += 1
      case (let known?, let seen?) where known == seen: summary.intact += 1
      case (_?, _?): summary.changed += 1
      }
      change(id, now) { $0.observe(found[id]) }
    }
    touched = nil
    return summary
  }

  /// From now on what is sent is newer than what an audit says.
  mutating func beginAudit() { touched = inFlight }

  /// Gives an audit up.
  mutating func cancelAudit() { touched = nil }

  /// What has been read is the truth from now on.
  mutating func becomeKnown(now: UInt64) {
    isKnown = true
    touched = nil
    for id in entries.keys { change(id, now) { $0.forgetSent() } }
  }

  /// The switch is gone. What was known is kept to tell what happened meanwhile.
  mutating func disconnected() {
    isKnown = !ownership.hasReferents
    touched = nil
    for id in entries.keys { change(id, 0) { $0.forgetSent() } }
  }
}

extension Set {
  fileprivate mutating func set(_ element: Element, _ isMember: Bool) {
    if isMember { insert(element) } else { remove(element) }
  }
}
