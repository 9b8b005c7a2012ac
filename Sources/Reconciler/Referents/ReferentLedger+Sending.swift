import OpenFlow

/// Changes of groups that go into one bundle.
struct GroupChanges: Sendable {
  /// Groups to add or replace, inner ones before those that name them.
  var puts: [Group] = []
  /// Groups to delete, outer ones first.
  var deletions: [GroupID] = []

  var count: Int { puts.count + deletions.count }
}

extension ReferentLedger {
  /// The groups to send next, which are in flight from here on.
  ///
  /// - Parameter oldestFlowChange: The oldest change that flows wait for.
  mutating func nextGroups(limit: Int, oldestFlowChange: UInt64) -> GroupChanges {
    var changes = GroupChanges()
    guard isKnown, !waiting.isEmpty else { return changes }
    var planned: Set<ReferentID> = []
    var outcomes: [ReferentID: Bool] = [:]
    for id in inOrder(waiting.filter { $0.group != nil && entries[$0]?.desired != nil }) {
      // A group and what it needs may be a few more than the limit.
      if planned.count >= max(1, limit) { break }
      plan(id, &planned, &outcomes, &changes.puts)
    }
    let room = max(0, limit - planned.count)
    changes.deletions = deletable({ $0.group != nil }, oldestFlowChange).prefix(room).compactMap(\.group)
    for id in planned { change(id, 0) { $0.send() } }
    for id in changes.deletions { change(.group(id), 0) { $0.send() } }
    return changes
  }

  /// Plans a group after those that it names; returns whether it will be there. Groups that name each other go
  /// together.
  @discardableResult
  private func plan(
    _ id: ReferentID, _ planned: inout Set<ReferentID>, _ outcomes: inout [ReferentID: Bool], _ puts: inout [Group]
  ) -> Bool {
    if let outcome = outcomes[id] { return outcome }
    outcomes[id] = true
    guard let claim = entries[id]?.claims.first, case .group(let group) = claim.referent else { return false }
    for inner in claim.references.sorted() where unready.contains(inner) {
      guard inner.group != nil, waiting.contains(inner), plan(inner, &planned, &outcomes, &puts) else {
        outcomes[id] = false
        return false
      }
    }
    planned.insert(id)
    puts.append(group)
    return true
  }

  /// Whether something waits to be deleted.
  var hasDeletions: Bool { waiting.contains { entries[$0]?.desired == nil } }

  /// What nobody wants or needs, and no unconfirmed change can still need.
  private func deletable(_ isMeant: (ReferentID) -> Bool, _ oldestFlowChange: UInt64) -> [ReferentID] {
    let candidates = waiting.filter { isMeant($0) && entries[$0]?.desired == nil && users(of: $0).isEmpty }
    guard !candidates.isEmpty else { return [] }
    let isPut = { (id: ReferentID) in entries[id]?.desired != nil }
    let groups = oldestChange { $0.group != nil && (isPut($0) || !isMeant($0)) } ?? .max
    let oldest = min(oldestFlowChange, groups)
    let ready = candidates.filter { id in entries[id].map { max($0.released, floor) < oldest } ?? false }
    return outerFirst(ready)
  }

  private func outerFirst(_ ids: Set<ReferentID>) -> [ReferentID] {
    var result: [ReferentID] = []
    var visited: Set<ReferentID> = []
    func visit(_ id: ReferentID) {
      guard visited.insert(id).inserted else { return }
      for inner in (entries[id]?.installed?.references ?? []).intersection(ids).sorted() { visit(inner) }
      result.append(id)
    }
    for id in inOrder(ids).reversed() { visit(id) }
    return result.reversed()
  }

  private func inOrder(_ ids: Set<ReferentID>) -> [ReferentID] {
    ids.sorted { left, right in
      let (first, second) = (entries[left]?.change ?? .max, entries[right]?.change ?? .max)
      return first == second ? left < right : first < second
    }
  }

  /// The meters to send next, which are in flight from here on; nil while some are, or when there are none.
  mutating func nextMeters(limit: Int, oldestFlowChange: UInt64) -> MeterBatch? {
    guard isKnown, waiting.contains(where: \.isMeter), !inFlight.contains(where: \.isMeter) else { return nil }
    let puts = inOrder(waiting.filter { $0.isMeter && entries[$0]?.desired != nil })
    let deletions = deletable(\.isMeter, oldestFlowChange)
    let mods = (puts + deletions).prefix(max(1, limit)).compactMap { id -> MeterMod? in
      guard let number = id.meter, let entry = entries[id] else { return nil }
      guard case .meter(let meter)? = entry.desired else { return .delete(number) }
      return MeterMod(entry.installed == nil ? .add : .modify, meter)
    }
    guard !mods.isEmpty else { return nil }
    for mod in mods { change(.meter(mod.meter.id), 0) { $0.send() } }
    return MeterBatch(mods: mods)
  }
}

/// Changes of meters, which go to the switch one by one: they cannot ride in a bundle.
public struct MeterBatch: Sendable {
  /// The changes, in order.
  public let mods: [MeterMod]

  /// The messages, with a transaction id of zero.
  public var messages: [[UInt8]] { mods.map { (try? OpenFlowMessage.meterMod($0).encode(xid: 0)) ?? [] } }
}

// MARK: - Answers

extension ReferentLedger {
  /// The switch has the groups of a batch as they were sent.
  mutating func confirmed(_ groups: GroupChanges, now: UInt64) {
    for id in groups.ids { change(id, now) { $0.confirm() } }
  }

  /// The switch has not taken the groups of a batch.
  mutating func takeBack(_ groups: GroupChanges, now: UInt64) {
    for id in groups.ids { change(id, now) { $0.takeBack() } }
  }

  /// Takes it that the switch does not have this.
  mutating func takeForMissing(_ id: ReferentID, now: UInt64) { change(id, now) { $0.observe(nil) } }

  /// The switch has answered for meters. One that it says is there already, or is not there, is somebody else's
  /// doing: it is sent again the other way, once.
  ///
  /// - Returns: What was refused for good, and how many were found otherwise than known.
  mutating func finish(_ batch: MeterBatch, _ refusals: [Int: OpenFlowError], now: UInt64) -> (
    refused: [(id: ReferentID, error: OpenFlowError)], drifted: Int
  ) {
    var refused: [(id: ReferentID, error: OpenFlowError)] = []
    var drifted = 0
    for (index, mod) in batch.mods.enumerated() where inFlight.contains(.meter(mod.meter.id)) {
      let id = ReferentID.meter(mod.meter.id)
      guard let error = refusals[index] else {
        change(id, now) { $0.confirm() }
        continue
      }
      let isDoubted = entries[id]?.isDoubted ?? false
      change(id, now) { $0.takeBack() }
      switch mod.command {
      case .delete:
        // It would be refused for ever: what is there stays until the next read.
        takeForMissing(id, now: now)
      case .add where error.isMeterExists && !isDoubted:
        change(id, now) { $0.doubt(.meter(Meter(id: mod.meter.id, flags: [], bands: []))) }
        drifted += 1
      case .modify where error.isUnknownMeter && !isDoubted:
        change(id, now) { $0.doubt(nil) }
        drifted += 1
      case .add, .modify:
        if entries[id]?.desired == .meter(mod.meter) { refused.append((id, error)) }
      }
    }
    return (refused, drifted)
  }
}

extension GroupChanges {
  var ids: [ReferentID] { puts.map { .group($0.id) } + deletions.map { .group($0) } }
}

extension OpenFlowError {
  /// OFPMMFC_METER_EXISTS.
  fileprivate var isMeterExists: Bool { type == 12 && code == 1 }
  /// OFPMMFC_UNKNOWN_METER.
  fileprivate var isUnknownMeter: Bool { type == 12 && code == 3 }
  /// Whether a flow was refused for want of this: OFPBAC_BAD_OUT_GROUP for a group, OFPMMFC_INVALID_METER or
  /// OFPMMFC_UNKNOWN_METER for a meter.
  func saysIsMissing(_ id: ReferentID) -> Bool {
    id.isMeter ? type == 12 && (code == 2 || code == 3) : type == 2 && code == 9
  }
}
