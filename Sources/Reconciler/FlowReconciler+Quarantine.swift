import OpenFlow

extension FlowReconciler {
  /// Gives quarantined owners another try, for refusals whose cause was the switch's and may have passed.
  public mutating func retryQuarantined() {
    for owner in quarantined.keys.sorted() { retryQuarantined(owner) }
  }

  /// Gives one quarantined owner another try.
  public mutating func retryQuarantined(_ owner: Owner) {
    // What cannot even be sent would not get further unchanged.
    guard let quarantine = quarantined[owner], retried[owner] == nil else { return }
    guard quarantine.error != nil || quarantine.needs != nil else { return }
    replaceClaims(of: owner, with: quarantine.desired)
    retried[owner] = ledger.changeNumber
  }

  mutating func lift(_ owner: Owner) {
    let quarantine = quarantined.removeValue(forKey: owner)
    retried[owner] = nil
    guard let needed = quarantine?.needs else { return }
    dependents[needed]?.remove(owner)
    if dependents[needed]?.isEmpty == true { dependents[needed] = nil }
  }

  mutating func liftConfirmed() {
    guard !retried.isEmpty else { return }
    let change = ledger.changeInForce
    for (owner, retry) in retried where retry <= change { lift(owner) }
  }

  func owner(of culprit: FlowLedger.Culprit) -> (owner: Owner, text: String)? {
    switch culprit {
    case .flow(let slot):
      let flow = (try? FlowBody.decode(ledger.store.body(slot))).map { "\($0)" } ?? "(unreadable)"
      return (owners[ledger.store[slot].owner], "flow \(flow)")
    case .referent(let id):
      guard let claim = ledger.referents.entries[id]?.claims.first else { return nil }
      return (owners[claim.owner], id.isMeter ? "meter \(claim.referent)" : "group \(claim.referent)")
    }
  }

  mutating func quarantine(_ culprit: FlowLedger.Culprit, _ error: OpenFlowError) {
    if case .flow(let slot) = culprit, ledger.mayBeDrift(error, slot: slot) { return }
    guard let (owner, text) = owner(of: culprit) else { return }
    withdraw(owner) { desired in
      Quarantine(text, error: error, reason: "the switch refused it: \(error), for \(text)", desired: desired)
    }
  }

  private mutating func withdraw(_ owner: Owner, _ quarantine: (DesiredState) -> Quarantine) {
    let desired = desired(of: owner)
    replaceClaims(of: owner, with: DesiredState())
    lift(owner)
    quarantined[owner] = quarantine(desired)
  }
}

// MARK: - Owners that need what is not there

extension FlowReconciler {
  /// Quarantines whoever needs what nobody wants, as soon as that is final: when all that is desired has been told,
  /// or when who wants it is quarantined itself.
  mutating func quarantineDependents() {
    var withdrawn: [ReferentID: Owner] = [:]
    for (owner, quarantine) in quarantined where retried[owner] == nil {
      for id in quarantine.desired.referents { withdrawn[id] = min(withdrawn[id] ?? owner, owner) }
    }
    while let id = ledger.referents.missing.sorted().first(where: { ledger.sweeps || withdrawn[$0] != nil }) {
      var reason = "it needs \(id), which nobody wants"
      if let holder = withdrawn[id], let quarantine = quarantined[holder] {
        reason = "it needs \(id), which is withdrawn with \(holder): \(quarantine.reason)"
      }
      for number in ledger.referents.users(of: id) {
        let owner = owners[number]
        withdraw(owner) { Quarantine("\(id)", reason: reason, needs: id, desired: $0) }
        dependents[id, default: []].insert(owner)
        for id in quarantined[owner]?.desired.referents ?? [] { withdrawn[id] = min(withdrawn[id] ?? owner, owner) }
      }
    }
  }

  /// Gives another try to those who needed what somebody wants now.
  mutating func retryDependents(of ids: [ReferentID]) {
    for id in ids {
      for owner in (dependents.removeValue(forKey: id) ?? []).sorted() {
        guard let quarantine = quarantined[owner], quarantine.needs == id, retried[owner] == nil else { continue }
        replaceClaims(of: owner, with: quarantine.desired)
        retried[owner] = ledger.changeNumber
      }
    }
  }
}
