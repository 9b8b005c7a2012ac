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
/// Flows are kept as encoded bytes with a 64-bit hash; see `FlowStore` for what that costs. This type knows the owners; the
/// books are a `FlowLedger`.
public struct FlowReconciler<Owner: Hashable & Comparable & Sendable>: Sendable {
  /// The owners whose flows the switch refused. One that is given another try stays among them until the switch has
  /// confirmed its flows.
  public private(set) var quarantined: [Owner: Quarantine] = [:]
  /// The quarantined owners whose flows are tried again, each with the number of the change that does so.
  private var retried: [Owner: UInt64] = [:]
  var ledger: FlowLedger
  private var owners = OwnerTable<Owner>()

  /// Nothing desired, nothing known.
  ///
  /// - Parameter ownership: The cookies of this side's flows: others are neither read nor deleted.
  public init(ownership: CookieFilter = .any, hasher: FlowHasher = FlowHasher()) {
    ledger = FlowLedger(ownership: ownership, hasher: hasher)
  }

  /// Replaces all flows that `owner` wants. The same flows again change nothing, and do not lift a quarantine.
  public mutating func setDesired(_ flows: [Flow], for owner: Owner) {
    if let quarantine = quarantined[owner] {
      guard quarantine.flows != flows else { return }
      lift(owner)
    }
    replaceClaims(of: owner, with: flows)
  }

  private mutating func replaceClaims(of owner: Owner, with flows: [Flow]) {
    ledger.changeNumber += 1
    if let long = flows.first(where: { FlowBody.length(of: $0) > FlowBody.longest }) {
      let reason = "it is too long for an OpenFlow message"
      quarantined[owner] = Quarantine(flow: "\(long.key)", error: nil, reason: reason, flows: flows)
      return replaceClaims(of: owner, with: [])
    }
    guard let number = owners.number(of: owner) ?? (flows.isEmpty ? nil : owners.add(owner)) else { return }
    ledger.holdings.add(number)
    ledger.replaceClaims(of: number, with: flows) { [owners] in owners[$0] < owners[$1] }
    if ledger.holdings.isEmpty(number) { owners.remove(number) }
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

  func number(of owner: Owner) -> UInt32? { owners.number(of: owner) }
  func owner(_ number: UInt32) -> Owner { owners[number] }

  /// The flows that `owner` wants, whether it has their keys or not.
  public func flows(of owner: Owner) -> [Flow] { owners.number(of: owner).map(ledger.flows(of:)) ?? [] }
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
  /// The cookies of this side's flows.
  public var ownership: CookieFilter { ledger.ownership }
  /// How many flows are desired.
  public var desiredCount: Int { ledger.desiredCount }
  /// How many flows the switch is known to have; nil while it has not been read.
  public var installedCount: Int? { ledger.knownCount }
  /// The digest of what is desired: the sum of the flows' hashes, whatever their order. Comparable in this process only.
  public var desiredDigest: UInt64 { ledger.desiredDigest }
  /// The digest of what the switch is known to have.
  public var installedDigest: UInt64 { ledger.installedDigest }
  /// The number of the last change of what is desired; each call of `setDesired` is one.
  public var changeNumber: UInt64 { ledger.changeNumber }
  /// The last change that is in force with all before it: its flows are confirmed by the switch.
  public var changeInForce: UInt64 { ledger.changeInForce }
  /// How many flows wait to be sent or to be confirmed, at most.
  public var differenceCount: Int { ledger.queue.count + ledger.flowsInFlight }
  /// How many flows are with the switch and not confirmed.
  public var flowsInFlight: Int { ledger.flowsInFlight }
  /// Whether everything desired is installed and confirmed, and nothing else is.
  public var isSettled: Bool { ledger.isSettled }
}

// MARK: - Batches

extension FlowReconciler {
  /// The next changes to send; nil when there is nothing to send or nobody to send it to. The changes of one call of
  /// `setDesired` stay together unless they are more than four times the limit.
  ///
  /// The batch is in flight from here on: exactly one of `committed`, `refused` and `disconnected` must follow. It must
  /// be encoded before anything else is changed. Several batches may be in flight; they never have a flow in common.
  public mutating func nextBatch(limit: Int) -> FlowBatch? { ledger.nextBatch(limit: limit) }

  /// The batch as a bundle. For every flow its bytes are copied, nothing is built.
  ///
  /// - Parameter firstXID: The first of `EncodedBundle.xidCount(for: batch.count)` transaction ids.
  public func encode(_ batch: FlowBatch, firstXID: UInt32) -> EncodedBundle { ledger.encode(batch, firstXID: firstXID) }

  /// The batch's changes, decoded: for tests and for people.
  public func changes(in batch: FlowBatch) -> [FlowMod] { ledger.changes(in: batch) }

  /// The switch answered the batch's commit: it is in force.
  public mutating func committed(_ batch: FlowBatch) {
    ledger.committed(batch)
    liftConfirmed()
  }

  /// The switch refused flows of the batch, and so applied none of it. Their owners are quarantined, which withdraws
  /// all their flows; the rest of the batch is to be sent again.
  ///
  /// - Parameter refusals: Positions in the batch, each with what the switch said.
  public mutating func refused(_ batch: FlowBatch, _ refusals: [BundleRefusal]) {
    guard ledger.takeBack(batch) else { return }
    for refusal in refusals {
      if let slot = ledger.culprit(refusal.index, in: batch) { quarantine(slot, refusal.error) }
    }
    ledger.requeue(batch)
  }

  /// The switch refused the batch without saying which flow of it. What is sent next is smaller, until a batch of one
  /// flow names the culprit.
  public mutating func refused(_ batch: FlowBatch, whole error: OpenFlowError) {
    guard ledger.takeBack(batch) else { return }
    ledger.narrowedLimit = batch.count > 1 ? batch.count / 2 : nil
    if batch.count == 1, let slot = ledger.culprit(0, in: batch) { quarantine(slot, error) }
    ledger.requeue(batch)
  }

  /// Gives quarantined owners another try, for refusals whose cause was the switch's and may have passed.
  public mutating func retryQuarantined() {
    for owner in quarantined.keys.sorted() { retryQuarantined(owner) }
  }

  /// Gives one quarantined owner another try.
  public mutating func retryQuarantined(_ owner: Owner) {
    // What never got as far as the switch would not get further unchanged.
    guard let quarantine = quarantined[owner], quarantine.error != nil, retried[owner] == nil else { return }
    replaceClaims(of: owner, with: quarantine.flows)
    retried[owner] = ledger.changeNumber
  }

  private mutating func lift(_ owner: Owner) {
    quarantined[owner] = nil
    retried[owner] = nil
  }

  private mutating func liftConfirmed() {
    guard !retried.isEmpty else { return }
    let change = ledger.changeInForce
    for (owner, retry) in retried where retry <= change { lift(owner) }
  }

  private mutating func quarantine(_ slot: UInt32, _ error: OpenFlowError) {
    let owner = owners[ledger.store[slot].owner]
    let text = (try? FlowBody.decode(ledger.store.body(slot))).map { "\($0)" } ?? "(unreadable)"
    let flows = flows(of: owner)
    replaceClaims(of: owner, with: [])
    retried[owner] = nil
    quarantined[owner] = Quarantine(
      flow: text, error: error, reason: "the switch refused it: \(error), for flow \(text)", flows: flows)
  }
}

// MARK: - What the switch has

extension FlowReconciler {
  /// Begins to take what the switch has as the truth: all of it, or a part of it, which is an audit.
  ///
  /// An audit may run while batches go out: flows that were sent since its beginning are left out of it.
  public mutating func beginReadBack(_ scope: AuditScope? = nil) { ledger.beginReadBack(scope) }

  /// Takes one part of the switch's answer about flows.
  ///
  /// - Parameter part: The body of a multipart reply.
  /// - Throws: When the part's lengths do not fit; the read-back is of no use then.
  public mutating func readBack(part: [UInt8]) throws(MalformedMessage) { try ledger.readBack(part: part) }

  /// Takes one flow that the switch has.
  public mutating func readBack(_ flow: Flow) { ledger.readBack(flow) }

  /// The switch's answer is complete: what it did not mention, it does not have.
  @discardableResult
  public mutating func endReadBack() -> ReadBackSummary {
    defer { liftConfirmed() }
    return ledger.endReadBack(owners.numbers)
  }

  /// Gives an audit up: what it has found so far is kept, and nothing is taken for missing.
  public mutating func cancelReadBack() { ledger.cancelReadBack() }

  /// Takes what the switch has, read back from it, as the truth.
  @discardableResult
  public mutating func loadInstalled(_ flows: [Flow]) -> ReadBackSummary {
    beginReadBack()
    for flow in flows { readBack(flow) }
    return endReadBack()
  }

  /// The pieces of an audit of everything, each of about `size` flows: tables, and large tables by bits of the cookies.
  public func auditPlan(size: Int) -> [AuditScope] { ledger.auditPlan(size: size) }

  /// The switch is gone, and with it what is known of it. What was known is kept to tell what happened meanwhile, and is
  /// not relied on.
  public mutating func disconnected() { ledger.disconnected() }
}
