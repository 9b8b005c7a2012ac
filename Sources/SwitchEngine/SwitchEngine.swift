import NIOCore
import OpenFlow
import OpenFlowNIO
import Reconciler

/// Keeps a switch as it is desired to be: connects, reads what is there, sends the difference, and goes on doing so.
///
/// There is one desired store and one sender, this actor. Owners replace their flows through `update`; whatever happens
/// to the switch, to the connection or to this process, the difference between desired and confirmed is what is sent,
/// and nothing else.
///
/// ```
///  update ──▶ desired ──┐
///                       ├─▶ difference ─▶ bundle ─▶ switch ─▶ confirmed, or refused: the owner is quarantined
///  read-back, audit ──▶ installed ◀──────────────────────────────┘
/// ```
///
/// The actor runs on the event loop of its connection, so that a change goes to the socket, and its answer comes back,
/// without changing threads.
public actor SwitchEngine<Owner: Hashable & Comparable & Sendable> {
  /// Makes a connection; called again whenever one is lost.
  public typealias Dial = @Sendable (any EventLoop) async throws -> any ProgrammableSwitch

  private let eventLoop: any EventLoop
  private let options: SwitchEngineOptions
  private let dial: Dial
  var reconciler: FlowReconciler<Owner>
  private var input = DesiredInput.unknown
  private var link: Link?
  private var problem: String? = "not connected yet"
  private var history = SwitchEngineHistory()
  private var bundlesInFlight = 0
  private var stateNumber: UInt64 = 0
  private var retries: [Owner: Duration] = [:]
  private let changed: AsyncStream<Void>.Continuation

  /// Tells that the state is another than before: a switch came or went, changes came into force, an owner was refused.
  /// For one reader; several changes may be told of once.
  public nonisolated let changes: AsyncStream<Void>

  /// A connection that has been read, by its number among all of them.
  private struct Link {
    let number: Int
    let target: any ProgrammableSwitch
    var carriedBundle = false
  }

  /// An engine that has not been told anything, and does not connect before `run`.
  ///
  /// - Parameters:
  ///   - ownership: The cookies of the flows that are this engine's; others on the switch are not touched.
  ///   - eventLoop: Where everything happens.
  ///   - dial: Makes a connection, on the event loop that it is given.
  public init(
    ownership: CookieFilter, options: SwitchEngineOptions = SwitchEngineOptions(), eventLoop: any EventLoop,
    dial: @escaping Dial
  ) {
    self.eventLoop = eventLoop
    self.options = options
    self.dial = dial
    reconciler = FlowReconciler(ownership: ownership)
    (changes, changed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// The event loop's.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { eventLoop.executor.asUnownedSerialExecutor() }

  /// Replaces what some owners want, and tells how much is known now.
  ///
  /// - Parameters:
  ///   - changes: All flows of each of these owners.
  ///   - input: How much of what is desired has been told with this; nil for no change. It never becomes less.
  /// - Returns: The number of the change, to be compared with the state's `changeInForce`.
  @discardableResult
  public func update(_ changes: [(owner: Owner, flows: [Flow])], input: DesiredInput? = nil) -> UInt64 {
    for change in changes {
      retries[change.owner] = nil
      reconciler.setDesired(change.flows, for: change.owner)
    }
    if let input, input > self.input {
      self.input = input
      if input == .complete { reconciler.sweeps = true }
    }
    pump()
    if bundlesInFlight == 0 { changed.yield() }
    return reconciler.changeNumber
  }

  /// What is known now.
  public var state: SwitchEngineState<Owner> {
    var state = SwitchEngineState<Owner>()
    stateNumber += 1
    state.number = stateNumber
    state.features = link?.target.features
    state.problem = problem
    state.flowsDesired = reconciler.desiredCount
    state.flowsInstalled = reconciler.installedCount
    state.flowsDifferent = reconciler.differenceCount
    state.change = reconciler.changeNumber
    state.changeInForce = input == .unknown ? 0 : reconciler.changeInForce
    state.isInSync = input == .complete && reconciler.isSettled
    state.quarantined = reconciler.quarantined
    state.conflicts = reconciler.conflicts
    state.counters = reconciler.counters
    state.history = history
    state.desiredDigest = reconciler.desiredDigest
    state.observedDigest = reconciler.installedDigest
    return state
  }

  /// A page of the flows that are desired or installed; see `FlowReconciler.listing`.
  public func listing(from cursor: Int, limit: Int, table: TableID? = nil) -> (
    flows: [FlowListing<Owner>], next: Int?
  ) {
    reconciler.listing(from: cursor, limit: limit, table: table)
  }

  /// The flows of one owner.
  public func listing(of owner: Owner) -> [FlowListing<Owner>] { reconciler.listing(of: owner) }

  // MARK: Connections

  /// Connects and keeps the switch as desired, until the task is cancelled. What is on the switch then stays there.
  public func run() async {
    var delay = options.reconnectDelay
    while !Task.isCancelled {
      do {
        let target = try await dial(eventLoop)
        history.connections += 1
        if await use(target) { delay = options.reconnectDelay }
      } catch {
        lose("\(error)")
      }
      if Task.isCancelled { return }
      try? await Task.sleep(for: delay)
      delay = min(delay * 2, options.longestReconnectDelay)
    }
  }

  /// Returns whether the connection was of use.
  private func use(_ target: any ProgrammableSwitch) async -> Bool {
    let began = ContinuousClock.now
    let number = history.connections
    let isRead: Bool = await withTaskCancellationHandler {
      do {
        try await read(target, number)
        return true
      } catch {
        problem = "cannot read the switch's flows: \(error)"
        await target.close()
        return false
      }
    } onCancel: {
      Task { await target.close() }
    }
    guard isRead else {
      lose(problem)
      return false
    }
    let audit = Task { await auditForever(number) }
    let reason = await withTaskCancellationHandler {
      await target.closed
    } onCancel: {
      Task { await target.close() }
    }
    audit.cancel()
    let wasUseful = link?.carriedBundle == true || ContinuousClock.now - began >= options.usefulConnection
    lose("\(reason)")
    return wasUseful
  }

  private func read(_ target: any ProgrammableSwitch, _ number: Int) async throws {
    reconciler.beginReadBack()
    // In pieces: the switch lists flows in one go, and does nothing else meanwhile, on some datapaths not even forward.
    let count = try await target.flowCount(cookies: reconciler.ownership)
    for cookies in reconciler.ownership.split(flows: count, size: options.auditSize) {
      try await target.readFlows(table: nil, cookies: cookies) { part in try await self.take(part, of: number) }
    }
    let hadFlows = history.lastReadBack != nil
    let summary = reconciler.endReadBack()
    history.lastReadBack = summary
    if hadFlows {
      switch summary.verdict {
      case .intact: history.foundIntact += 1
      case .changed: history.foundChanged += 1
      case .gone: history.foundGone += 1
      }
    }
    link = Link(number: number, target: target)
    problem = nil
    pump()
    changed.yield()
  }

  private func take(_ part: [UInt8], of number: Int) throws {
    guard number == history.connections else { throw CancellationError() }
    try reconciler.readBack(part: part)
  }

  private func lose(_ reason: String?) {
    problem = reason
    link = nil
    bundlesInFlight = 0
    reconciler.disconnected()
    changed.yield()
  }

  // MARK: Sending

  /// Sends as much as may be with the switch at once. What is dirty when a bundle is built is in it.
  private func pump() {
    guard let link, input > .unknown else { return }
    while bundlesInFlight < options.bundlesInFlight, let batch = reconciler.nextBatch(limit: options.bundleSize) {
      let xid = link.target.reserveTransactionIDs(EncodedBundle.xidCount(for: batch.count))
      let bundle = reconciler.encode(batch, firstXID: xid)
      bundlesInFlight += 1
      Task { await deliver(batch, bundle, over: link) }
    }
  }

  private func deliver(_ batch: FlowBatch, _ bundle: EncodedBundle, over link: Link) async {
    let outcome: Result<[BundleRefusal], any Error>
    do {
      outcome = .success(try await link.target.commit(bundle))
    } catch {
      outcome = .failure(error)
    }
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
      await link.target.close()
      return
    }
    pump()
    changed.yield()
  }

  // MARK: Quarantine

  /// Gives every refused owner another try after a while, and longer the next time.
  private func scheduleRetries() {
    for owner in reconciler.quarantined.keys where retries[owner] == nil || retries[owner] == .zero {
      retry(owner, after: options.quarantineDelay)
    }
  }

  private func retry(_ owner: Owner, after delay: Duration) {
    retries[owner] = delay
    Task { [weak self] in
      try? await Task.sleep(for: delay)
      await self?.retryNow(owner, delay)
    }
  }

  private func retryNow(_ owner: Owner, _ delay: Duration) {
    guard retries[owner] == delay else { return }
    guard reconciler.quarantined[owner] != nil else {
      retries[owner] = nil
      return
    }
    reconciler.retryQuarantined(owner)
    retry(owner, after: min(delay * 2, options.longestQuarantineDelay))
    pump()
  }

  // MARK: Audits

  private func auditForever(_ number: Int) async {
    guard let pause = options.auditPause else { return }
    var plan: [AuditScope] = []
    while !Task.isCancelled {
      do { try await Task.sleep(for: pause) } catch { return }
      guard let link, link.number == number else { return }
      guard reconciler.isSettled else { continue }
      if plan.isEmpty { plan = reconciler.auditPlan(size: options.auditSize) }
      guard let scope = plan.popLast() else { continue }
      do {
        reconciler.beginReadBack(scope)
        try await link.target.readFlows(table: scope.table, cookies: scope.cookies) { part in
          try await self.take(part, of: number)
        }
        guard self.link?.number == number else { return }
        let summary = reconciler.endReadBack()
        history.auditPieces += 1
        if plan.isEmpty { history.auditRounds += 1 }
        if summary.differences > 0 {
          pump()
          changed.yield()
        }
      } catch {
        // The connection's own end says why it is gone; a part that cannot be read ends this piece of the audit only.
        reconciler.cancelReadBack()
      }
    }
  }
}
