/// Who has which zone of connection tracking, so that nobody judges packets by what was tracked for somebody else.
///
/// Zones are numbers that the switch gives out again, as it does ports' numbers. Between two owners a zone is flushed: after
/// the switch has confirmed that the flows of the one are gone, since they would track anew, and before the flows of the
/// next are sent.
///
/// ```
///             want                     want by another, or by nobody            flows confirmed gone
///  clean ------------> held by owner ------------------------------> left ------------------------------> flushing
///    ^                                                                 ^                                   |   |
///    |                                                                 +------------- connection lost -----+   |
///    +----------------------------------------- switch has flushed --------------------------------------------+
///
///  unknown ----------> flushing, as soon as nothing of an earlier process is left on the switch
/// ```
///
/// Until the switch has been read and all that is wanted is known, zones are taken on trust. Then those stay with their owners
/// whose flows were found: an earlier process had put them there, so that what is tracked is theirs. All others are flushed
/// first.
struct ConntrackZones<Owner: Hashable & Comparable & Sendable>: Sendable {
  private enum Zone: Sendable {
    /// An owner's flows may track in it.
    case held(by: Owner)
    /// It has to be flushed before somebody may.
    case left
    /// The switch is at it.
    case flushing
    /// Nothing is tracked in it, and nobody tracks.
    case clean
  }

  /// Only zones that somebody in this process wanted; others are unknown.
  private var zones: [UInt16: Zone] = [:]
  /// The zones that were left, each with the change that has to be in force before it is flushed.
  private var left: [UInt16: UInt64] = [:]
  private var wanted: [Owner: UInt16] = [:]
  /// Who waits for which zone; of several the lowest has it first.
  private var waiting: [UInt16: Set<Owner>] = [:]
  /// The change with which all that an earlier process left on the switch was deleted; nil before that is known.
  private var sweptWith: UInt64?
  /// Whether zones are taken without asking.
  private(set) var isOnTrust = true

  /// Nothing known.
  init() {}

  /// Whether nobody ever wanted a zone.
  var isUnused: Bool { zones.isEmpty }
  /// Whether a zone waits to be flushed.
  var hasWork: Bool { !left.isEmpty }

  /// Takes what an owner wants from a change on: one zone, or none.
  ///
  /// - Returns: Whether its flows may be sent; if not, they may once ``flushed(_:)`` names it.
  mutating func want(_ zone: UInt16?, for owner: Owner, since change: UInt64) -> Bool {
    if let old = wanted[owner], old != zone { leave(old, owner, since: change) }
    wanted[owner] = zone
    guard let zone else { return true }
    switch zones[zone] {
    case .held(by: owner): return true
    case .clean:
      zones[zone] = .held(by: owner)
      return true
    case nil where isOnTrust:
      zones[zone] = .held(by: owner)
      return true
    case nil:
      enlist(zone, owner)
      leave(zone, since: 0)
      return false
    case .held, .left, .flushing:
      enlist(zone, owner)
      return false
    }
  }

  private mutating func leave(_ zone: UInt16, _ owner: Owner, since change: UInt64) {
    strike(zone, owner)
    if case .held(by: owner) = zones[zone] { leave(zone, since: change) }
  }

  private mutating func leave(_ zone: UInt16, since change: UInt64) {
    zones[zone] = .left
    left[zone] = change
  }

  private mutating func enlist(_ zone: UInt16, _ owner: Owner) { waiting[zone, default: []].insert(owner) }

  private mutating func strike(_ zone: UInt16, _ owner: Owner) {
    waiting[zone]?.remove(owner)
    if waiting[zone]?.isEmpty == true { waiting[zone] = nil }
  }

  /// The switch has been read, and what is wanted is known: zones are not taken on trust any more.
  ///
  /// - Parameter isFound: Whether the flows of an owner were found.
  /// - Returns: The owners whose flows must not be sent yet.
  mutating func endTrust(_ isFound: (Owner) -> Bool) -> [Owner] {
    isOnTrust = false
    var doubtful: [Owner] = []
    for (zone, state) in zones {
      guard case .held(let owner) = state, !isFound(owner) else { continue }
      enlist(zone, owner)
      leave(zone, since: 0)
      doubtful.append(owner)
    }
    return doubtful
  }

  /// From this change on, when it is in force, the switch has nothing of an earlier process. The first counts.
  mutating func swept(with change: UInt64) {
    if sweptWith == nil { sweptWith = change }
  }

  /// Takes the zones that are to be flushed now.
  ///
  /// - Parameter change: The last change that is in force with all before it.
  mutating func takeDue(inForce change: UInt64) -> [UInt16] {
    guard let sweptWith, change >= sweptWith, !isOnTrust else { return [] }
    let due = left.filter { $0.value <= change }.keys.sorted()
    for zone in due {
      zones[zone] = .flushing
      left[zone] = nil
    }
    return due
  }

  /// The switch has flushed these.
  ///
  /// - Returns: The owners that have them now, whose flows may be sent.
  mutating func flushed(_ numbers: [UInt16]) -> [Owner] {
    numbers.compactMap { zone in
      guard case .flushing = zones[zone] else { return nil }
      guard let owner = waiting[zone]?.min() else {
        zones[zone] = .clean
        return nil
      }
      strike(zone, owner)
      zones[zone] = .held(by: owner)
      return owner
    }
  }

  /// It is not known whether the switch has flushed these: it is asked again.
  mutating func flushFailed(_ numbers: [UInt16]) {
    for zone in numbers {
      if case .flushing = zones[zone] { leave(zone, since: 0) }
    }
  }
}
