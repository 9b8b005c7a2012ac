import NIOCore
import OpenFlow
import OpenFlowNIO
import Reconciler

extension SwitchEngine {
  /// Sends as much as may be with the switch at once. What is dirty when a bundle is built is in it.
  func pump() {
    guard let link, input > .unknown else { return }
    if reconciler.mayHaveMeters { sendMeters(over: link) }
    while bundlesInFlight < options.bundlesInFlight, let batch = reconciler.nextBatch(limit: options.bundleSize) {
      let xid = link.target.reserveTransactionIDs(EncodedBundle.xidCount(for: batch.count))
      let bundle = reconciler.encode(batch, firstXID: xid)
      bundlesInFlight += 1
      link.target.commit(bundle) { outcome in
        self.enter { $0.delivered(batch, outcome, over: link) }
      }
    }
    // What the last bundle was found to need no more may have been what a meter's deletion waited for.
    if reconciler.mayHaveMeters { sendMeters(over: link) }
    if !held.zones.isUnused { tendZones(over: link) }
  }

  private func sendMeters(over link: EngineLink) {
    guard !metersAreInFlight, let batch = reconciler.nextMeters(limit: options.bundleSize) else { return }
    metersAreInFlight = true
    link.target.apply(batch.messages) { outcome in
      self.enter { $0.delivered(batch, outcome, over: link) }
    }
  }

  /// Meters cannot ride in bundles: they go one by one, in front of what needs them.
  private func delivered(_ batch: MeterBatch, _ outcome: Result<[BundleRefusal], any Error>, over link: EngineLink) {
    guard self.link?.number == link.number else { return }
    metersAreInFlight = false
    switch outcome {
    case .success(let refusals):
      reconciler.finish(batch, refusals)
      if !refusals.isEmpty { scheduleRetries() }
    case .failure(let error):
      lose("\(error)")
      link.target.disconnect()
      return
    }
    pump()
    changed.yield()
  }

  /// Runs this as the actor, at once when this is the actor's event loop already.
  nonisolated func enter(_ body: @escaping @Sendable (isolated SwitchEngine) -> Void) {
    if runsInPlace, eventLoop.inEventLoop {
      assumeIsolated { body($0) }
    } else {
      Task { await body(self) }
    }
  }

  private func delivered(_ batch: FlowBatch, _ outcome: Result<[BundleRefusal], any Error>, over link: EngineLink) {
    // Of a connection that is gone nothing is believed: the next one reads what came of it.
    guard self.link?.number == link.number else { return }
    bundlesInFlight -= 1
    switch outcome {
    case .success(let refusals) where refusals.isEmpty:
      reconciler.committed(batch)
      self.link?.carriedBundle = true
    case .success(let refusals):
      reconciler.refused(batch, refusals)
      scheduleRetries()
    case .failure(ConnectionFailure.refused(let error)):
      reconciler.refused(batch, whole: error)
      scheduleRetries()
    case .failure(let error):
      lose("\(error)")
      link.target.disconnect()
      return
    }
    pump()
    changed.yield()
  }
}

// MARK: - Quarantine

extension SwitchEngine {
  /// Gives every refused owner another try after a while, and longer the next time.
  func scheduleRetries() {
    for owner in reconciler.quarantined.keys where retries[owner] == nil || retries[owner] == .zero {
      retry(owner, after: options.quarantineDelay)
    }
  }

  func retry(_ owner: Owner, after delay: Duration) {
    retries[owner] = delay
    retryLine?.yield((owner, delay))
  }

  /// Waits for each, and gives it its try, until the task is cancelled.
  func retryEach(of line: AsyncStream<(owner: Owner, delay: Duration)>) async {
    await withDiscardingTaskGroup { group in
      for await (owner, delay) in line {
        group.addTask { [clock] in
          guard (try? await clock.sleep(for: delay)) != nil else { return }
          await self.retryNow(owner, delay)
        }
      }
      group.cancelAll()
    }
  }

  func retryNow(_ owner: Owner, _ delay: Duration) {
    guard retries[owner] == delay else { return }
    guard reconciler.quarantined[owner] != nil else {
      retries[owner] = nil
      return
    }
    reconciler.retryQuarantined(owner)
    retry(owner, after: min(delay * 2, options.longestQuarantineDelay))
    pump()
  }
}
