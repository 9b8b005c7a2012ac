import OpenFlow
import OpenFlowNIO
import Reconciler

extension SwitchEngine {
  /// How many pieces of an audit are read in one go while the switch has nothing else to do for this side.
  private static var readPieceAudits: Int { 8 }

  func read(_ target: any ProgrammableSwitch, _ number: Int) async throws {
    try await readReferents(of: target, number)
    reconciler.beginReadBack()
    try await readFlows(of: target, number)
    let hadFlows = history.lastReadBack != nil
    let summary = reconciler.endReadBack()
    history.lastReadBack = summary
    endTrust(isEmpty: summary.found == 0)
    if hadFlows {
      switch summary.verdict {
      case .intact: history.foundIntact += 1
      case .changed: history.foundChanged += 1
      case .gone: history.foundGone += 1
      }
    }
    link = EngineLink(number: number, target: target)
    problem = nil
    pump()
    changed.yield()
  }

  /// In pieces: the switch lists flows in one go, and does nothing else meanwhile, on some datapaths not even forward. For each piece it
  /// looks at all flows of the table, so that they are larger than an audit's. While one is taken in, the next is on its way: it is
  /// asked for once the one before is being answered, so that the switch has been about its other work in between.
  private func readFlows(of target: any ProgrammableSwitch, _ number: Int) async throws {
    let sizes = try await target.tableSizes().filter { $0.value > 0 }.sorted { $0.key < $1.key }
    let size = options.auditSize * SwitchEngine.readPieceAudits
    try await withThrowingTaskGroup(of: Void.self) { group in
      var unfinished = 0
      for (table, count) in sizes {
        for cookies in reconciler.ownership.cookies.split(flows: count, size: size) {
          if unfinished == 2 {
            try await group.next()
            unfinished -= 1
          }
          let (arriving, arrival) = AsyncStream.makeStream(of: Void.self)
          group.addTask {
            defer { arrival.finish() }
            try await target.readFlows(table: table, cookies: cookies) { part in
              arrival.finish()
              try await self.take(part, of: number)
            }
          }
          unfinished += 1
          for await _ in arriving {}
        }
      }
      try await group.waitForAll()
    }
  }

  private func take(_ part: [UInt8], of number: Int) throws {
    guard number == history.connections else { throw CancellationError() }
    try reconciler.readBack(part: part)
  }

  /// Takes the groups and meters that the switch has. What is not this side's is not even asked for.
  ///
  /// - Returns: What was found against what was known.
  @discardableResult
  private func readReferents(of target: any ProgrammableSwitch, _ number: Int) async throws -> ReadBackSummary {
    let ownership = reconciler.ownership
    guard ownership.hasReferents else { return ReadBackSummary() }
    let meters = ownership.meters == nil ? [] : try await target.meters()
    let groups = ownership.groups == nil ? [] : try await target.groups()
    guard number == history.connections else { throw CancellationError() }
    return reconciler.readBack(groups: groups, meters: meters)
  }
}

// MARK: - Audits

/// What an audit reads in one go.
private enum AuditPiece {
  case referents
  case flows(AuditScope)
}

extension SwitchEngine {
  func auditForever(_ number: Int) async {
    guard let pause = options.auditPause else { return }
    var plan: [AuditPiece] = []
    // When a group or a meter was gone, so are the flows that needed it: the rest of the round does not take its time.
    var isHurried = false
    while !Task.isCancelled {
      do { try await clock.sleep(for: isHurried ? min(pause, .milliseconds(50)) : pause) } catch { return }
      guard let link, link.number == number else { return }
      guard reconciler.isSettled else { continue }
      if reconciler.takeSuspicion() { (plan, isHurried) = ([], true) }
      if plan.isEmpty { plan = auditPlan() }
      guard let piece = plan.popLast() else { continue }
      do {
        let summary = try await audit(piece, over: link)
        history.auditPieces += 1
        if plan.isEmpty {
          history.auditRounds += 1
          isHurried = false
        }
        guard summary.differences > 0 else { continue }
        if case .referents = piece { isHurried = !plan.isEmpty }
        pump()
        changed.yield()
      } catch is LinkLost {
        return
      } catch {
        // The connection's own end says why it is gone; a part that cannot be read ends this piece of the audit only.
        reconciler.cancelReadBack()
        reconciler.cancelReferentAudit()
      }
    }
  }

  private struct LinkLost: Error {}

  /// Groups and meters come first, then the tables from the last to the first.
  private func auditPlan() -> [AuditPiece] {
    let flows = reconciler.auditPlan(size: options.auditSize).map(AuditPiece.flows)
    return reconciler.ownership.hasReferents ? flows + [.referents] : flows
  }

  private func audit(_ piece: AuditPiece, over link: EngineLink) async throws -> ReadBackSummary {
    switch piece {
    case .referents:
      reconciler.beginReferentAudit()
      return try await readReferents(of: link.target, link.number)
    case .flows(let scope):
      reconciler.beginReadBack(scope)
      try await link.target.readFlows(table: scope.table, cookies: scope.cookies) { part in
        try await self.take(part, of: link.number)
      }
      guard self.link?.number == link.number else { throw LinkLost() }
      return reconciler.endReadBack()
    }
  }
}
