import OpenFlow

// MARK: - Batches

extension FlowReconciler {
  /// The next changes to send; nil when there is nothing to send or nobody to send it to. The changes of one call of
  /// `setDesired` stay together unless they are more than four times the limit.
  ///
  /// The batch is in flight from here on: exactly one of `committed`, `refused` and `disconnected` must follow. It must
  /// be encoded before anything else is changed. Several batches may be in flight; they never have a flow in common.
  public mutating func nextBatch(limit: Int) -> FlowBatch? {
    if ledger.hasMissingReferents { quarantineDependents() }
    let batch = ledger.nextBatch(limit: limit)
    // What is tried again may have turned out to be there still.
    if batch == nil, isQuarantining { liftConfirmed() }
    return batch
  }

  /// The batch as a bundle. For every flow its bytes are copied, nothing is built.
  ///
  /// - Parameter firstXID: The first of `EncodedBundle.xidCount(for: batch.count)` transaction ids.
  public func encode(_ batch: FlowBatch, firstXID: UInt32) -> EncodedBundle { ledger.encode(batch, firstXID: firstXID) }

  /// The batch's changes in their order, decoded: for tests and for people.
  public func messages(in batch: FlowBatch) -> [OpenFlowMessage] { ledger.messages(in: batch) }

  /// The batch's changes of flows, decoded: for tests and for people.
  public func changes(in batch: FlowBatch) -> [FlowMod] { ledger.changes(in: batch) }

  /// The switch answered the batch's commit: it is in force.
  public mutating func committed(_ batch: FlowBatch) {
    ledger.committed(batch)
    if isQuarantining { liftConfirmed() }
  }

  /// The switch refused flows or groups of the batch, and so applied none of it. Their owners are quarantined, which
  /// withdraws everything of theirs; the rest of the batch is to be sent again.
  ///
  /// - Parameter refusals: Positions in the batch, each with what the switch said.
  public mutating func refused(_ batch: FlowBatch, _ refusals: [BundleRefusal]) {
    guard ledger.takeBack(batch) else { return }
    for refusal in refusals {
      if let culprit = ledger.culprit(refusal.index, in: batch) { quarantine(culprit, refusal.error) }
    }
    ledger.requeue(batch)
  }

  /// The switch refused the batch without saying which flow of it. What is sent next is smaller, until a batch of one
  /// flow names the culprit.
  public mutating func refused(_ batch: FlowBatch, whole error: OpenFlowError) {
    guard ledger.takeBack(batch) else { return }
    ledger.narrowedLimit = batch.count > 1 ? batch.count / 2 : nil
    if batch.count == 1, let culprit = ledger.culprit(0, in: batch) { quarantine(culprit, error) }
    ledger.requeue(batch)
  }
}

// MARK: - Meters

extension FlowReconciler {
  /// Whether `nextMeters` has to be asked at all.
  public var mayHaveMeters: Bool {
    ledger.ownership.meters != nil && (!ledger.referents.isAtRest || ledger.hasMissingReferents)
  }

  /// The next changes of meters; nil when there are none, while others are in flight, or when there is nobody to send
  /// them to. They must be sent before any batch that is taken after them: what needs the meters may be in it.
  ///
  /// The batch is in flight from here on: exactly one of `finish` and `disconnected` must follow.
  public mutating func nextMeters(limit: Int) -> MeterBatch? {
    guard ledger.ownership.meters != nil else { return nil }
    if ledger.hasMissingReferents { quarantineDependents() }
    return ledger.nextMeters(limit: limit)
  }

  /// The switch has worked off the messages of a batch of meters, but for those that it refused. The owners of those
  /// are quarantined, which withdraws everything of theirs.
  ///
  /// - Parameter refusals: Positions in the batch, each with what the switch said.
  public mutating func finish(_ batch: MeterBatch, _ refusals: [BundleRefusal]) {
    for (id, error) in ledger.finish(batch, refusals) { quarantine(.referent(id), error) }
    liftConfirmed()
  }
}
