import OpenFlow

/// What is desired, what the switch has, and the difference.
///
/// The one place that decides what is sent. Owners (units of a goal state) say which flows, groups and meters they
/// want; the switch's own answer says which it has; `nextBatch` is the difference, one atomic bundle at a time, and
/// what the switch says of it comes back through `committed`, `refused` or `disconnected`. Meters cannot ride in
/// bundles; theirs are `nextMeters` and `finish`. Nothing is assumed to be installed that the switch has not
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
/// Flows are kept as encoded bytes with a 64-bit hash; see `FlowStore` for what that costs. This type knows the
/// owners; the books are a `FlowLedger`.
public struct FlowReconciler<Owner: Hashable & Comparable & Sendable>: Sendable {
  /// The owners of which the switch refused something. One that is given another try stays among them until the
  /// switch has confirmed its flows.
  public internal(set) var quarantined: [Owner: Quarantine] = [:] { didSet { isQuarantining = !quarantined.isEmpty } }
  /// Whether anybody is quarantined. To ask a dictionary of owners, whose type is not known where this is compiled,
  /// takes longer than everything else that a change costs when nobody is.
  var isQuarantining = false
  /// The quarantined owners whose flows are tried again, each with the number of the change that does so.
  var retried: [Owner: UInt64] = [:]
  var ledger: FlowLedger
  var owners = OwnerTable<Owner>()
  /// The quarantined owners that are tried again when somebody wants this.
  var dependents: [ReferentID: Set<Owner>] = [:]

  /// Nothing desired, nothing known.
  ///
  /// - Parameter ownership: What is this side's: all else is neither read nor deleted.
  public init(ownership: Ownership, hasher: FlowHasher = FlowHasher()) {
    ledger = FlowLedger(ownership: ownership, hasher: hasher)
  }

  /// Nothing desired, nothing known, and neither groups nor meters.
  ///
  /// - Parameter ownership: The cookies of this side's flows: others are neither read nor deleted.
  public init(ownership: CookieFilter = .any, hasher: FlowHasher = FlowHasher()) {
    self.init(ownership: Ownership(cookies: ownership), hasher: hasher)
  }

  /// Replaces all flows that `owner` wants, and withdraws its groups and meters. The same again changes nothing, and
  /// does not lift a quarantine.
  public mutating func setDesired(_ flows: [Flow], for owner: Owner) {
    setDesired(DesiredState(flows: flows), for: owner)
  }

  /// Replaces everything that `owner` wants. The same again changes nothing, and does not lift a quarantine.
  public mutating func setDesired(_ state: DesiredState, for owner: Owner) {
    let state = state.canonical
    if isQuarantining, let quarantine = quarantined[owner] {
      guard quarantine.desired != state else { return }
      lift(owner)
    }
    replaceClaims(of: owner, with: state)
  }

  mutating func replaceClaims(of owner: Owner, with state: DesiredState) {
    ledger.changeNumber += 1
    if let objection = ledger.objection(to: state) {
      replaceClaims(of: owner, with: DesiredState())
      quarantined[owner] = objection
      return
    }
    guard let number = owners.number(of: owner, adding: !state.isEmpty) else { return }
    ledger.holdings.add(number)
    replaceClaims(of: number, with: state)
    if ledger.holdings.isEmpty(number), !ledger.referents.knows(number) { owners.remove(number) }
    if isQuarantining { retryDependents(of: state.referents) }
  }

  /// The copy of the owners ends here: were it there when one is removed, all would be copied.
  private mutating func replaceClaims(of number: UInt32, with state: DesiredState) {
    let owners = owners
    ledger.replaceClaims(of: number, with: state.flows) { owners[$0] < owners[$1] }
    ledger.replaceReferents(of: number, with: state) { owners[$0] < owners[$1] }
  }

  /// The owners that lost a flow key to a lower owner, each with the owner that has it.
  public var conflicts: [(owner: Owner, holder: Owner, flow: Flow)] {
    var found: [Owner: (owner: Owner, holder: Owner, flow: Flow)] = [:]
    for (slot, claims) in ledger.losers {
      for claim in claims where claim.hash != ledger.store[slot].desired {
        guard let flow = try? FlowBody.decode(claim.body[...]) else { continue }
        let owner = owners[claim.owner]
        if let known = found[owner], known.flow.key < flow.key { continue }
        found[owner] = (owner, owners[ledger.store[slot].owner], flow)
      }
    }
    return found.values.sorted { $0.owner < $1.owner }
  }

  /// The owners that lost the number of a group or meter to a lower owner that wants something else of that number,
  /// each with the owner that has it.
  public var referentConflicts: [(owner: Owner, holder: Owner, referent: ReferentID)] {
    ledger.referents.contested.sorted().flatMap { id in
      let claims = ledger.referents.entries[id]?.claims ?? []
      return claims.filter { $0.referent != claims.first?.referent }.compactMap { claim in
        claims.first.map { (owners[claim.owner], owners[$0.owner], id) }
      }
    }
  }

  func number(of owner: Owner) -> UInt32? { owners.number(of: owner) }
  func owner(_ number: UInt32) -> Owner { owners[number] }

  /// The flows that `owner` wants, whether it has their keys or not.
  public func flows(of owner: Owner) -> [Flow] { owners.number(of: owner).map(ledger.flows(of:)) ?? [] }

  /// Everything that `owner` wants, whether it has it or not; what is quarantined is withdrawn.
  public func desired(of owner: Owner) -> DesiredState {
    owners.number(of: owner).map(ledger.desired(of:)) ?? DesiredState()
  }
}

// MARK: - What is known

extension FlowReconciler {
  /// Whether flows that nobody wants are deleted. Off until the input is known to be complete: before that, what looks
  /// stale may only not have been asked for yet.
  public var sweeps: Bool {
    get { ledger.sweeps }
    set { ledger.sweeps = newValue }
  }
  /// What has happened since the start.
  public var counters: FlowCounters { ledger.counters }
  /// What is this side's.
  public var ownership: Ownership { ledger.ownership }
  /// How many flows are desired.
  public var desiredCount: Int { ledger.desiredCount }
  /// How many flows the switch is known to have; nil while it has not been read.
  public var installedCount: Int? { ledger.knownCount }
  /// How many groups there are.
  public var groupCounts: ReferentCounts { ledger.referents.groupCounts }
  /// How many meters there are.
  public var meterCounts: ReferentCounts { ledger.referents.meterCounts }
  /// The digest of what is desired: the sum of the hashes of flows, groups and meters, whatever their order.
  /// Comparable in this process only.
  public var desiredDigest: UInt64 { ledger.desiredDigest &+ ledger.referents.desiredDigest }
  /// The digest of what the switch is known to have.
  public var installedDigest: UInt64 { ledger.installedDigest &+ ledger.referents.installedDigest }
  /// The number of the last change of what is desired; each call of `setDesired` is one.
  public var changeNumber: UInt64 { ledger.changeNumber }
  /// The last change that is in force with all before it: everything of it is confirmed by the switch.
  public var changeInForce: UInt64 { ledger.changeInForce }
  /// How many flows, groups and meters wait to be sent or to be confirmed, at most.
  public var differenceCount: Int {
    ledger.queue.count + ledger.flowsInFlight + ledger.referents.differenceCount
  }
  /// How many flows are with the switch and not confirmed.
  public var flowsInFlight: Int { ledger.flowsInFlight }
  /// Whether everything desired is installed and confirmed, and nothing else is.
  public var isSettled: Bool { ledger.isSettled }
}
