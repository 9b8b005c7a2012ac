import OpenFlow

extension FlowLedger {
  /// Begins to take what the switch has as the truth: all of it, or a part of it, which is an audit.
  ///
  /// An audit may run while batches go out: flows that were sent since its beginning are left out of it.
  mutating func beginReadBack(_ scope: AuditScope? = nil) {
    readBack = ReadBack(scope: scope)
    for slot in store.slots.indices {
      store[UInt32(slot)].state.subtract([.seen, .touched])
      if scope != nil, store.slots[slot].state.contains(.inFlight) { store[UInt32(slot)].state.insert(.touched) }
    }
  }

  /// Gives an audit up: what it has found so far is kept, and nothing is taken for missing.
  mutating func cancelReadBack() { readBack = nil }

  /// The pieces of an audit of everything, each of about `size` flows: tables, and large tables by bits of the cookies.
  func auditPlan(size: Int) -> [AuditScope] {
    var counts: [TableID: Int] = [:]
    for slot in store.slots.indices where store.slots[slot].state.contains(.used) {
      counts[store.table(UInt32(slot)), default: 0] += 1
    }
    return counts.sorted { $0.key > $1.key }.flatMap { table, count in
      ownership.cookies.split(flows: count, size: size).map { AuditScope(table: table, cookies: $0) }
    }
  }

  /// Takes one part of the switch's answer about flows.
  ///
  /// - Parameter part: The body of a multipart reply.
  /// - Throws: When the part's lengths do not fit; the read-back is of no use then.
  mutating func readBack(part: [UInt8]) throws(MalformedMessage) {
    var entries: [FlowStatisticsEntry] = []
    var keyHashes: [UInt64] = []
    defer {
      store.fetch(keyHashes)
      var body: [UInt8] = []
      for (entry, keyHash) in zip(entries, keyHashes) {
        body.removeAll(keepingCapacity: true)
        FlowBody.append(entry.header, tail: part[entry.tail], to: &body)
        observe(&body, keyHash)
      }
    }
    try FlowStatisticsEntry.forEach(in: part) { (entry) throws(MalformedMessage) in
      guard ownership.cookies.contains(entry.header.cookie) else { return }
      let match = part.span.bytes.extracting(entry.match)
      entries.append(entry)
      keyHashes.append(
        store.hasher.key(table: entry.header.table, priority: entry.header.priority, match: match))
    }
  }

  /// Takes one flow that the switch has.
  mutating func readBack(_ flow: Flow) {
    guard ownership.cookies.contains(flow.cookie) else { return }
    var body: [UInt8] = []
    FlowBody.append(flow, to: &body)
    observe(&body, store.hasher.key(body: body))
  }

  private mutating func observe(_ body: inout [UInt8], _ keyHash: UInt64) {
    var keyHash = keyHash
    var hash = store.hasher.content(body: body)
    var slot = store.find(keyHash, like: body)
    if slot.map({ !store[$0].state.contains(.desired) || store[$0].desired != hash }) ?? true {
      // Not what was sent, byte for byte: but the switch may only put it in other words.
      guard let flow = try? FlowBody.decode(body[...]) else {
        readBack?.summary.unreadable += 1
        return
      }
      body.removeAll(keepingCapacity: true)
      FlowBody.append(flow, to: &body)
      keyHash = store.hasher.key(body: body)
      hash = store.hasher.content(body: body)
      slot = store.find(keyHash, like: body)
    }
    readBack?.digest &+= hash
    guard let slot else { return observeUnknown(keyHash, hash, body) }
    guard !store[slot].state.contains(.touched) else { return }
    store[slot].state.insert(.seen)
    let known = store[slot].state.contains(.installed) ? store[slot].installed : nil
    if known == hash || known == nil && store[slot].state.contains(.desired) && store[slot].desired == hash {
      readBack?.summary.intact += 1
    } else if known == nil {
      readBack?.summary.unexpected += 1
    } else {
      readBack?.summary.changed += 1
    }
    if known != hash { setInstalled(slot, hash) }
    if readBack?.scope != nil { note(slot) }
  }

  private mutating func observeUnknown(_ keyHash: UInt64, _ hash: UInt64, _ body: [UInt8]) {
    let slot = store.insert(keyHash, body)
    store[slot].state.insert(.seen)
    setInstalled(slot, hash)
    readBack?.summary.unexpected += 1
    if readBack?.scope != nil { note(slot) }
  }

  /// The switch's answer is complete: what it did not mention, it does not have.
  ///
  /// - Parameter order: The owners in the order in which what differs is sent.
  mutating func endReadBack(_ order: @autoclosure () -> [UInt32]) -> ReadBackSummary {
    guard let pass = readBack else { return ReadBackSummary() }
    var summary = pass.summary
    for index in store.slots.indices {
      let slot = UInt32(index)
      let state = store[slot].state
      guard state.contains(.installed), state.isDisjoint(with: [.seen, .touched]) else { continue }
      if let scope = pass.scope, !isIn(scope, slot) { continue }
      summary.missing += 1
      setInstalled(slot, nil)
      note(slot)
      freeIfUnused(slot)
    }
    readBack = nil
    if pass.scope == nil {
      summary += referentsFound
      referentsFound = ReadBackSummary()
      knownCount = store.slots.count { $0.state.contains(.installed) }
      isFilling = knownCount == 0
      queueEverything(order())
    } else {
      counters.flowsDrifted += summary.differences
    }
    return summary
  }

  /// Takes all groups and meters that the switch has: as the truth when they were not known, or else as an audit's.
  mutating func readBack(groups: [Group], meters: [Meter]) -> ReadBackSummary {
    guard ownership.hasReferents else { return ReadBackSummary() }
    let referents = groups.map(Referent.group) + meters.map { Referent.meter($0.canonical) }
    let found = Dictionary(referents.map { ($0.id, $0) }) { $1 }.filter { ownership.contains($0.key) }
    let isAudit = self.referents.isKnown
    let summary = self.referents.observe(found, now: isAudit ? changeNumber : FlowLedger.anyChange)
    if isAudit {
      counters.referentsDrifted += summary.differences
    } else {
      self.referents.becomeKnown(now: FlowLedger.anyChange)
      referentsFound = summary
    }
    return summary
  }

  /// The switch is gone, and with it what is known of it. What was known is kept to tell what happened meanwhile, and
  /// is not relied on.
  mutating func disconnected() {
    readBack = nil
    knownCount = nil
    inFlight = [:]
    flowsInFlight = 0
    narrowedLimit = nil
    isFilling = false
    doubtful = []
    referents.disconnected()
    queue.removeAll()
    for slot in store.slots.indices { store[UInt32(slot)].state.subtract([.queued, .inFlight]) }
    for slot in store.slots.indices where store.slots[slot].state.contains(.used) { freeIfUnused(UInt32(slot)) }
  }

  /// Whether what the switch has of this slot would be in an answer about `scope`. The body says that only while it is
  /// what the switch has.
  private func isIn(_ scope: AuditScope, _ slot: UInt32) -> Bool {
    guard store.table(slot) == scope.table else { return false }
    let isBody = store[slot].state.contains(.desired) && store[slot].desired == store[slot].installed
    return scope.cookies == ownership.cookies || isBody && scope.cookies.contains(FlowBody.cookie(store.body(slot)))
  }
}
