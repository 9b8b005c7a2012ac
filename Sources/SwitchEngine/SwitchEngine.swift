import NIOCore
import OpenFlow
import OpenFlowNIO
import Reconciler
import Timekeeping

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

  let eventLoop: any EventLoop
  /// Whether code on the event loop's thread is this actor's already.
  let runsInPlace: Bool
  let options: SwitchEngineOptions
  let clock: any Clock<Duration>
  private let dial: Dial
  var reconciler: FlowReconciler<Owner>
  var input = DesiredInput.unknown
  var link: EngineLink?
  var problem: String? = "not connected yet"
  var history = SwitchEngineHistory()
  var bundlesInFlight = 0
  var metersAreInFlight = false
  var held = HeldBack<Owner>()
  private var stateNumber: UInt64 = 0
  var retries: [Owner: Duration] = [:] { didSet { hasRetries = !retries.isEmpty } }
  private var hasRetries = false
  /// Owners that get another try, each after the wait that goes with it; while the engine runs.
  var retryLine: AsyncStream<(owner: Owner, delay: Duration)>.Continuation?
  let changed: AsyncStream<Void>.Continuation

  /// Tells that the state is another than before: a switch came or went, changes came into force, an owner was refused.
  /// For one reader; several changes may be told of once.
  public nonisolated let changes: AsyncStream<Void>

  /// An engine that has not been told anything, and does not connect before `run`.
  ///
  /// - Parameters:
  ///   - ownership: What on the switch is this engine's; all else is not touched.
  ///   - eventLoop: Where everything happens.
  ///   - clock: What is waited by.
  ///   - dial: Makes a connection, on the event loop that it is given.
  public init(
    ownership: Ownership, options: SwitchEngineOptions = SwitchEngineOptions(), eventLoop: any EventLoop,
    clock: any Clock<Duration> = ContinuousClock(), dial: @escaping Dial
  ) {
    self.eventLoop = eventLoop
    runsInPlace = eventLoop is any NIOSerialEventLoopExecutor
    self.options = options
    self.clock = clock
    self.dial = dial
    reconciler = FlowReconciler(ownership: ownership)
    (changes, changed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// An engine of flows only, without groups and meters.
  ///
  /// - Parameter ownership: The cookies of the flows that are this engine's; others on the switch are not touched.
  public init(
    ownership: CookieFilter, options: SwitchEngineOptions = SwitchEngineOptions(), eventLoop: any EventLoop,
    dial: @escaping Dial
  ) {
    self.init(ownership: Ownership(cookies: ownership), options: options, eventLoop: eventLoop, dial: dial)
  }

  /// The event loop's.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { eventLoop.executor.asUnownedSerialExecutor() }

  /// Replaces the flows that some owners want, withdraws their groups and meters, and tells how much is known now.
  ///
  /// - Parameters:
  ///   - changes: All flows of each of these owners.
  ///   - zones: The zones that these owners' flows track connections in, for those that do. Nobody's flows are sent
  ///     before the zone is clean of what was tracked for somebody else.
  ///   - input: How much of what is desired has been told with this; nil for no change. It never becomes less.
  /// - Returns: The number of the change, to be compared with the state's `changeInForce`.
  @discardableResult
  public func update(
    _ changes: [(owner: Owner, flows: [Flow])], zones: [Owner: UInt16] = [:], input: DesiredInput? = nil
  ) -> UInt64 {
    for change in changes { replace(DesiredState(flows: change.flows), of: change.owner, in: zones) }
    return take(input)
  }

  /// Replaces the flows that one owner wants, and withdraws its groups and meters.
  ///
  /// - Returns: The number of the change, to be compared with the state's `changeInForce`.
  @discardableResult
  public func update(_ owner: Owner, flows: [Flow]) -> UInt64 {
    replace(DesiredState(flows: flows), of: owner, in: [:])
    return take(nil)
  }

  /// Replaces everything that some owners want, and tells how much is known now.
  ///
  /// What an owner's flows name may be another owner's; then both must be told of in one call, or the owner with the
  /// groups and meters first, since whoever needs what nobody wants is quarantined until somebody does.
  ///
  /// - Parameters:
  ///   - states: All flows, groups and meters of each of these owners.
  ///   - zones: The zones that these owners' flows track connections in, for those that do.
  ///   - input: How much of what is desired has been told with this; nil for no change. It never becomes less.
  /// - Returns: The number of the change, to be compared with the state's `changeInForce`.
  @discardableResult
  public func update(
    states: [(owner: Owner, desired: DesiredState)], zones: [Owner: UInt16] = [:], input: DesiredInput? = nil
  ) -> UInt64 {
    for state in states { replace(state.desired, of: state.owner, in: zones) }
    return take(input)
  }

  private func replace(_ desired: DesiredState, of owner: Owner, in zones: [Owner: UInt16]) {
    replace(desired, of: owner, zone: zones.isEmpty ? nil : zones[owner])
    if hasRetries { forgetRetry(of: owner) }
  }

  /// An owner that wants something else than what was refused has no retry to wait for. One that wants the same again stays
  /// quarantined, and keeps its own.
  @inline(never)
  private func forgetRetry(of owner: Owner) {
    if reconciler.quarantined[owner] == nil { retries[owner] = nil }
  }

  private func take(_ input: DesiredInput?) -> UInt64 {
    if let input, input > self.input {
      self.input = input
      if input == .complete { reconciler.sweeps = true }
      if link != nil { endTrust() }
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
    state.groups = reconciler.groupCounts
    state.meters = reconciler.meterCounts
    state.change = reconciler.changeNumber
    state.changeInForce = input == .unknown ? 0 : held.inForce(reconciler.changeInForce)
    state.isInSync = input == .complete && reconciler.isSettled && held.waiting.isEmpty
    state.quarantined = reconciler.quarantined
    state.conflicts = reconciler.conflicts
    state.referentConflicts = reconciler.referentConflicts
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

  /// The first flows of each of these owners, and what can be said of the rest.
  public func excerpts(of owners: [Owner], limit: Int) -> [FlowExcerpt<Owner>] {
    owners.map { owner in
      var excerpt = reconciler.excerpt(of: owner, limit: limit)
      if held.waiting[owner] != nil { excerpt.isInForce = false }
      return excerpt
    }
  }

  // MARK: Connections

  /// Connects and keeps the switch as desired, until the task is cancelled. What is on the switch then stays there.
  public func run() async {
    let (retries, line) = AsyncStream.makeStream(of: (owner: Owner, delay: Duration).self)
    retryLine = line
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.stayConnected() }
      group.addTask { await self.retryEach(of: retries) }
      await group.waitForAll()
    }
    retryLine = nil
  }

  private func stayConnected() async {
    let time = Stopwatch(clock)
    var backoff = ReconnectionBackoff(
      shortest: options.reconnectDelay, longest: options.longestReconnectDelay, usefulAfter: options.usefulConnection)
    while !Task.isCancelled {
      do {
        let target = try await dial(eventLoop)
        history.connections += 1
        backoff.connected(at: time.elapsed)
        if await use(target) { backoff.wasUseful() }
      } catch {
        lose("\(error)")
      }
      if Task.isCancelled { return }
      try? await clock.sleep(for: backoff.lost(at: time.elapsed))
    }
  }

  /// Returns whether the connection carried a bundle.
  private func use(_ target: any ProgrammableSwitch) async -> Bool {
    let number = history.connections
    let isRead: Bool = await withTaskCancellationHandler {
      do {
        try await read(target, number)
        return true
      } catch {
        problem = "cannot read the switch's flows: \(error)"
        target.disconnect()
        return false
      }
    } onCancel: {
      target.disconnect()
    }
    guard isRead else {
      lose(problem)
      return false
    }
    let reason = await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.auditForever(number) }
      defer { group.cancelAll() }
      return await withTaskCancellationHandler {
        await target.closed
      } onCancel: {
        target.disconnect()
      }
    }
    let wasUseful = link?.carriedBundle == true
    lose("\(reason)")
    return wasUseful
  }

  func lose(_ reason: String?) {
    problem = reason
    link = nil
    bundlesInFlight = 0
    metersAreInFlight = false
    reconciler.disconnected()
    changed.yield()
  }
}

/// A connection that has been read, by its number among all of them.
struct EngineLink: Sendable {
  let number: Int
  let target: any ProgrammableSwitch
  var carriedBundle = false
}
