import OpenFlow

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

  /// Begins to take groups and meters for an audit; those that were sent since are left out of it.
  public mutating func beginReferentAudit() { ledger.referents.beginAudit() }

  /// Whether the switch has refused flows for want of groups or meters that it was known to have, which may be somebody
  /// else's doing. It is told once.
  public mutating func takeSuspicion() -> Bool {
    defer { ledger.isSuspicious = false }
    return ledger.isSuspicious
  }

  /// Gives an audit of groups and meters up.
  public mutating func cancelReferentAudit() { ledger.referents.cancelAudit() }

  /// Takes all groups and meters that the switch has: before the flows when the switch has been out of sight, where
  /// they are the truth, or else at the end of an audit. What is not this side's is passed over.
  @discardableResult
  public mutating func readBack(groups: [Group], meters: [Meter]) -> ReadBackSummary {
    ledger.readBack(groups: groups, meters: meters)
  }

  /// Takes what the switch has, read back from it, as the truth.
  @discardableResult
  public mutating func loadInstalled(_ flows: [Flow], groups: [Group] = [], meters: [Meter] = []) -> ReadBackSummary {
    readBack(groups: groups, meters: meters)
    beginReadBack()
    for flow in flows { readBack(flow) }
    return endReadBack()
  }

  /// The pieces of an audit of everything, each of about `size` flows: tables, and large tables by bits of the cookies.
  public func auditPlan(size: Int) -> [AuditScope] { ledger.auditPlan(size: size) }

  /// The switch is gone, and with it what is known of it. What was known is kept to tell what happened meanwhile, and
  /// is not relied on.
  public mutating func disconnected() { ledger.disconnected() }
}
