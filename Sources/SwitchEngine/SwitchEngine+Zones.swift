import OpenFlow
import OpenFlowNIO
import Reconciler

/// What is kept from the switch until the owner's zone of connection tracking is clean.
struct HeldBack<Owner: Hashable & Comparable & Sendable>: Sendable {
  var zones = ConntrackZones<Owner>()
  /// What owners want whose zones are not theirs yet, each with the change that it came with.
  private(set) var waiting: [Owner: (desired: DesiredState, since: UInt64)] = [:]
  /// Owners whose flows were released and may not be in force yet: the change that they came with, and the one of the release.
  private var releasing: [(since: UInt64, with: UInt64)] = []

  mutating func hold(_ desired: DesiredState, of owner: Owner, since change: UInt64) {
    waiting[owner] = (desired, min(change, waiting[owner]?.since ?? change))
  }

  /// What the owner waited with, if it did; the caller sends it with this change.
  mutating func release(_ owner: Owner, with change: UInt64) -> DesiredState? {
    guard let held = waiting.removeValue(forKey: owner) else { return nil }
    releasing.append((held.since, change))
    return held.desired
  }

  /// The last change that is in force with all before it, given the last of which all that was sent is.
  func inForce(_ change: UInt64) -> UInt64 {
    let oldest = min(
      waiting.values.lazy.map(\.since).min() ?? .max,
      releasing.lazy.filter { $0.with > change }.map(\.since).min() ?? .max)
    return min(change, oldest == .max ? .max : oldest - 1)
  }

  mutating func forget(inForce change: UInt64) { releasing.removeAll { $0.with <= change } }
}

extension SwitchEngine {
  /// Hands over what an owner wants, or keeps it back until its zone is clean.
  func replace(_ desired: DesiredState, of owner: Owner, zone: UInt16?) {
    if zone == nil, held.zones.isUnused {
      reconciler.setDesired(desired, for: owner)
      return
    }
    let change = reconciler.changeNumber + 1
    if held.zones.want(zone, for: owner, since: change) {
      _ = held.release(owner, with: change)
      reconciler.setDesired(desired, for: owner)
    } else {
      held.hold(desired, of: owner, since: change)
      reconciler.setDesired(DesiredState(), for: owner)
    }
  }

  /// Takes back what was handed over on trust, from owners whose flows the switch did not have: to be called when the switch
  /// has been read, or all that is desired has been told, before anything is sent.
  ///
  /// The flow by which packets come in from the owner's port tells: it is in the table that packets enter at. On a switch
  /// without flows nobody's is found, so that flows may be sent as they come.
  func endTrust(isEmpty: Bool = false) {
    guard held.zones.isOnTrust, isEmpty || input == .complete else { return }
    let doubtful = held.zones.endTrust { owner in
      !isEmpty && reconciler.listing(of: owner).contains { $0.flow.table == TableID(0) && $0.state == .inForce }
    }
    held.zones.swept(with: reconciler.changeNumber)
    for owner in doubtful.sorted() {
      held.hold(reconciler.desired(of: owner), of: owner, since: reconciler.changeNumber + 1)
      reconciler.setDesired(DesiredState(), for: owner)
    }
  }

  /// Flushes the zones whose owners' flows are gone.
  func tendZones(over link: EngineLink) {
    held.forget(inForce: reconciler.changeInForce)
    guard held.zones.hasWork else { return }
    let due = held.zones.takeDue(inForce: reconciler.changeInForce)
    guard !due.isEmpty else { return }
    guard let messages = try? due.map({ try OpenFlowMessage.conntrackFlushZone($0).encode(xid: 0) }) else {
      held.zones.flushFailed(due)
      return
    }
    link.target.apply(messages) { outcome in
      self.enter { $0.flushed(due, outcome, over: link) }
    }
  }

  private func flushed(_ due: [UInt16], _ outcome: Result<[BundleRefusal], any Error>, over link: EngineLink) {
    // A flush that is refused comes from a switch without connection tracking, which has nothing to forget.
    if case .failure(let error) = outcome {
      held.zones.flushFailed(due)
      guard self.link?.number == link.number else { return }
      lose("\(error)")
      link.target.disconnect()
      return
    }
    history.zonesFlushed += due.count
    for owner in held.zones.flushed(due) {
      guard let desired = held.release(owner, with: reconciler.changeNumber + 1) else { continue }
      reconciler.setDesired(desired, for: owner)
    }
    pump()
    changed.yield()
  }
}
