import OpenFlow

/// What is desired, what the switch has, and the difference.
///
/// The one place that decides what is sent. Owners (units of the goal state) say which flows they want; the switch's
/// own answer says which it has; `nextBatch` is the difference, one atomic bundle at a time, and what the switch says
/// of it comes back through `committed`, `refused` or `disconnected`. Nothing is assumed to be installed that the switch
/// has not confirmed.
///
/// ```
///            loadInstalled               nextBatch                 committed
///  unknown ----------------> differing ------------> in flight ------------------> equal
///     ^                          ^                       | refused: the owner is       |
///     |  disconnected            +-----------------------+ quarantined, the rest       |
///     +--------------------------------------------------- is sent again   <-----------+ setDesired
/// ```
public struct FlowReconciler<Owner: Hashable & Comparable & Sendable>: Sendable {
  /// A difference that goes to the switch as one atomic bundle.
  public struct Batch: Sendable {
    /// The changes, deletions first, so that a moved address never has two owners.
    public let mods: [FlowMod]
    fileprivate let keys: [FlowKey]
    fileprivate let desired: [Flow?]
  }

  /// An owner whose flows were refused by the switch: none of them is installed until it asks for other flows.
  public struct Quarantine: Sendable, Equatable {
    /// What the switch said, and the flow that it said it of.
    public let reason: String
    fileprivate let flows: [Flow]
  }

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
  }

  /// Whether flows that nobody wants are deleted. Off until the input is known to be complete: before that, what looks
  /// stale may only not have been asked for yet.
  public var sweeps = false {
    didSet { if sweeps && !oldValue { markStale() } }
  }
  /// What has happened since the start.
  public private(set) var counters = Counters()
  /// The owners whose flows the switch refused.
  public private(set) var quarantined: [Owner: Quarantine] = [:]

  private var claims: [FlowKey: [Claim]] = [:]
  private var owned: [Owner: [FlowKey]] = [:]
  private var shadowed: [Owner: Set<FlowKey>] = [:]
  private var installed: [FlowKey: Flow]?
  private var additions: Set<FlowKey> = []
  private var deletions: Set<FlowKey> = []

  private struct Claim: Sendable {
    let owner: Owner
    let flow: Flow
  }

  /// Nothing desired, nothing known.
  public init() {}

  /// How many flows are desired.
  public var desiredCount: Int { claims.count }
  /// How many flows the switch is known to have; nil while it has not been read.
  public var installedCount: Int? { installed?.count }
  /// How many flows differ between what is desired and what is installed.
  public var differenceCount: Int { additions.count + deletions.count }
  /// Whether everything desired is installed and confirmed, and nothing else is.
  public var isSettled: Bool { installed != nil && additions.isEmpty && deletions.isEmpty }

  /// The owners that lost a flow key to a lower owner, each with the owner that has it.
  public var conflicts: [(owner: Owner, holder: Owner, flow: Flow)] {
    shadowed.sorted { $0.key < $1.key }.compactMap { owner, keys in
      for key in keys {
        guard let holder = claims[key]?.first, let lost = claims[key]?.first(where: { $0.owner == owner }),
          holder.flow.instructionBytes != lost.flow.instructionBytes
        else { continue }
        return (owner, holder.owner, lost.flow)
      }
      return nil
    }
  }

  /// Replaces all flows that `owner` wants. The same flows again change nothing, and do not lift a quarantine.
  public mutating func setDesired(_ flows: [Flow], for owner: Owner) {
    if let quarantine = quarantined[owner] {
      guard quarantine.flows != flows else { return }
      quarantined[owner] = nil
    }
    replaceClaims(of: owner, with: flows)
  }

  /// Gives quarantined owners another try, for refusals whose cause was the switch's and may have passed.
  public mutating func retryQuarantined() {
    for (owner, quarantine) in quarantined {
      quarantined[owner] = nil
      replaceClaims(of: owner, with: quarantine.flows)
    }
  }

  /// Takes what the switch has, read back from it, as the truth.
  public mutating func loadInstalled(_ flows: [Flow]) {
    let table = Dictionary(flows.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
    installed = table
    additions = []
    deletions = []
    for key in claims.keys {
      mark(key)
    }
    markStale()
  }

  /// The switch is gone, and with it what is known of it.
  public mutating func disconnected() {
    installed = nil
    additions = []
    deletions = []
  }

  /// The next changes to send, at most `limit`; nil when there is nothing to send or nobody to send it to.
  ///
  /// The batch is in flight from here on: exactly one of `committed`, `refused` and `disconnected` must follow.
  public mutating func nextBatch(limit: Int) -> Batch? {
    guard let installed, differenceCount > 0 else { return nil }
    let removed = Array(deletions.prefix(limit))
    let added = Array(additions.prefix(limit - removed.count))
    deletions.subtract(removed)
    additions.subtract(added)
    var mods: [FlowMod] = []
    var desired: [Flow?] = []
    mods.reserveCapacity(removed.count + added.count)
    desired.reserveCapacity(removed.count + added.count)
    for key in removed {
      // Only with the cookie that was read: if somebody else replaced the flow, it is theirs now.
      mods.append(.deleteStrict(key, cookie: installed[key].map { .exactly($0.cookie) } ?? .any))
      desired.append(nil)
    }
    for key in added {
      guard let flow = claims[key]?.first?.flow else { continue }
      mods.append(.add(flow))
      desired.append(flow)
    }
    return Batch(mods: mods, keys: removed + added, desired: desired)
  }

  /// The switch answered the batch's commit: it is in force.
  public mutating func committed(_ batch: Batch) {
    counters.batchesCommitted += 1
    for (key, flow) in zip(batch.keys, batch.desired) {
      installed?[key] = flow
      if flow == nil { counters.flowsDeleted += 1 } else { counters.flowsAdded += 1 }
      mark(key)
    }
  }

  /// The switch refused flows of the batch, and so applied none of it. Their owners are quarantined, which withdraws
  /// all their flows; the rest of the batch is to be sent again.
  ///
  /// - Parameter refusals: positions in the batch's `mods`, each with what the switch said.
  public mutating func refused(_ batch: Batch, _ refusals: [(index: Int, reason: String)]) {
    counters.batchesRefused += 1
    for (index, reason) in refusals where batch.desired.indices.contains(index) {
      guard let flow = batch.desired[index] else {
        // A deletion that the switch refuses would be refused for ever: what it has there stays until the next read.
        installed?[batch.keys[index]] = nil
        continue
      }
      guard let owner = claims[flow.key]?.first(where: { $0.flow == flow })?.owner else { continue }
      quarantine(owner, reason: "\(reason), for flow \(flow)")
    }
    for key in batch.keys {
      mark(key)
    }
  }

  private mutating func quarantine(_ owner: Owner, reason: String) {
    let keys = owned[owner] ?? []
    let flows = keys.compactMap { key in claims[key]?.first { $0.owner == owner }?.flow }
    replaceClaims(of: owner, with: [])
    quarantined[owner] = Quarantine(reason: reason, flows: flows)
  }

  private mutating func replaceClaims(of owner: Owner, with flows: [Flow]) {
    let old = owned[owner] ?? []
    let new = flows.map(\.key)
    owned[owner] = new.isEmpty ? nil : new
    let kept = Set(new)
    for key in old where !kept.contains(key) {
      claims[key]?.removeAll { $0.owner == owner }
      settleClaims(of: key)
    }
    for flow in flows {
      var entries = claims[flow.key] ?? []
      entries.removeAll { $0.owner == owner }
      let position = entries.firstIndex { owner < $0.owner } ?? entries.count
      entries.insert(Claim(owner: owner, flow: flow), at: position)
      claims[flow.key] = entries
      settleClaims(of: flow.key)
    }
    if kept.isEmpty { shadowed[owner] = nil } else { shadowed[owner]?.formIntersection(kept) }
    if shadowed[owner]?.isEmpty == true { shadowed[owner] = nil }
  }

  /// Keeps the note of who lost the key, drops an empty entry, and notes whether the switch has what the first wants.
  private mutating func settleClaims(of key: FlowKey) {
    let entries = claims[key] ?? []
    if entries.isEmpty { claims[key] = nil }
    for (position, entry) in entries.enumerated() {
      if position == 0 {
        shadowed[entry.owner]?.remove(key)
        if shadowed[entry.owner]?.isEmpty == true { shadowed[entry.owner] = nil }
      } else {
        shadowed[entry.owner, default: []].insert(key)
      }
    }
    mark(key)
  }

  private mutating func mark(_ key: FlowKey) {
    guard let installed else { return }
    let want = claims[key]?.first?.flow
    let have = installed[key]
    additions.remove(key)
    deletions.remove(key)
    if let want {
      if want != have { additions.insert(key) }
    } else if have != nil, sweeps {
      deletions.insert(key)
    }
  }

  private mutating func markStale() {
    guard sweeps, let installed else { return }
    for key in installed.keys where claims[key] == nil {
      deletions.insert(key)
    }
  }
}
