import Foundation
import GoalState
import Logging
import NetworkTypes
import Southbound
import Synchronization

/// The hosts' agents: who is connected, when they were last heard and what they reported.
///
/// Sessions and reports live behind one lock that is held for moments only; what lasts goes through the store.
public final class HostDirectory: AgentSessionHandler {
  private let store: any Store
  private let inventory: Inventory
  private let registration: HostRegistration
  private let statusWriter: PortStatusWriter
  private let timeout: Double
  private let logger: Logger
  private let state = Mutex(State())

  private struct State {
    var sessions: [HostID: HostSession] = [:]
    var activity: [HostID: HostActivity] = [:]
    var claims = HostClaims()
    var acquaintances = Acquaintances()
    var stopping = false
  }

  /// - Parameter timeout: the seconds without a word after which a host counts as not alive.
  public init(store: any Store, inventory: Inventory, timeout: Int, logger: Logger) async {
    self.store = store
    self.inventory = inventory
    self.registration = HostRegistration(store: store, inventory: inventory)
    self.statusWriter = PortStatusWriter(store: store, inventory: inventory)
    self.timeout = Double(timeout)
    self.logger = logger
    await inventory.observe { [weak self] changes, outcome in self?.distribute(changes, outcome) }
  }

  private func distribute(
    _ changes: GoalStateChanges, _ outcome: (HostChanges, HostID) -> Inventory.Outcome
  ) {
    let sessions = state.withLock { state in
      changes.byHost.compactMap { host, changes in state.sessions[host].map { ($0, changes) } }
    }
    for (session, changes) in sessions { session.mark(changes) { outcome(changes, session.host) } }
  }

  /// Registers the host, ends an older session of the same agent, and starts one. Another agent of the same host is refused.
  public func open(_ hello: AgentHello, peer: String) async throws(SessionRefusal) -> any AgentSession {
    // Before anything is written: a second agent must not change where the host's tunnels end.
    let claim = try state.withLock { state throws(SessionRefusal) in
      try state.claims.claim(hello.hostID, hello.identity, peer: peer, now: Date())
    }
    do throws(SessionRefusal) {
      return try await open(hello, peer: peer, claim)
    } catch {
      state.withLock { state in
        state.claims.release(hello.hostID, claim)
        if let session = state.sessions[hello.hostID] { state.claims.restore(hello.hostID, session.claim) }
      }
      throw error
    }
  }

  private func open(
    _ hello: AgentHello, peer: String, _ claim: HostClaims.Claim
  ) async throws(SessionRefusal) -> HostSession {
    try await registration.register(hello)
    if hello.asks { await remember(hello.learned, at: hello.hostID) }
    let session = HostSession(
      hello: hello, peer: peer, claim: claim, epoch: store.epoch, inventory: inventory, directory: self)
    let (superseded, stopping) = try state.withLock { state throws(SessionRefusal) in
      guard state.claims.isCurrent(claim, of: hello.hostID) else {
        throw SessionRefusal(.unavailable, "a later connection of the agent has taken the place of this one")
      }
      var activity = state.activity[hello.hostID] ?? HostActivity()
      activity.opened(hello, peer: peer, now: Date())
      state.activity[hello.hostID] = activity
      let older = state.sessions.updateValue(session, forKey: hello.hostID)
      return (older, state.stopping)
    }
    superseded?.end()
    if stopping { session.end() }
    logger.info(
      "agent connected",
      metadata: [
        "host": "\(hello.hostID)", "peer": "\(peer)", "version": "\(hello.agentVersion)", "held": "\(hello.held)",
        "superseded": "\(superseded?.peer ?? "none")",
      ])
    return session
  }

  /// Ends all sessions, and each that is opened from now on.
  public func stop() {
    let sessions = state.withLock { state in
      state.stopping = true
      return Array(state.sessions.values)
    }
    for session in sessions { session.end() }
  }

  /// Ends the session of a host, if it has one.
  func disconnect(_ host: HostID) {
    state.withLock { $0.sessions[host] }?.end()
  }

  /// Has a host carry out the removals that it holds back. Returns whether it can be told.
  func releaseRemovals(of host: HostID) -> Bool {
    let session = state.withLock { $0.sessions[host] }
    session?.releaseRemovals()
    return session != nil
  }

  // Neighbors on demand.

  /// The hosts whose ports in networks with neighbors on demand a host has.
  func acquaintances(of host: HostID) -> some Sequence<HostID> & Sendable {
    state.withLock { $0.acquaintances.hosts(of: host) }
  }

  /// The neighbor that a host's agent asks for. The two hosts come to know each other; nil when there is no such neighbor, or when
  /// one of them knows too many.
  func neighbor(_ ask: NeighborAsk, for host: HostID) async -> NeighborID? {
    let found = await inventory.read { state -> (id: NeighborID, pair: HostPair)? in
      guard let id = state.neighbor(ask, for: host), let other = state.host(of: id) else { return nil }
      return (id, state.pair(host, other))
    }
    guard let found, meet(found.pair) else { return nil }
    return found.id
  }

  /// Takes in what an agent holds of networks with neighbors on demand, as it has it from an earlier session.
  private func remember(_ learned: [NeighborID], at host: HostID) async {
    let pairs = await inventory.read { state in
      Set(learned.compactMap { state.host(of: $0) }).subtracting([host]).map { state.pair(host, $0) }
    }
    for pair in pairs { _ = meet(pair) }
  }

  private func meet(_ pair: HostPair) -> Bool {
    let meeting = state.withLock { $0.acquaintances.meet(pair.host, pair.other) }
    if meeting == .first { tell(pair) }
    return meeting != .refused
  }

  /// An agent's word that nobody has sent to these neighbors for long.
  func idle(_ neighbors: [NeighborID], at host: HostID) async {
    let byHost = await inventory.read { state in
      Dictionary(grouping: neighbors.compactMap { id in state.host(of: id).map { (id, $0) } }, by: \.1)
        .map { other, named in (Set(named.map(\.0)), state.pair(host, other)) }
    }
    for (idle, pair) in byHost {
      let parted = state.withLock { state in
        state.acquaintances.idle(
          idle, at: host, of: pair.other, ports: pair.neighbors,
          others: state.sessions[pair.other]?.asks == false ? nil : pair.others)
      }
      if parted { tell(pair) }
    }
  }

  /// What two hosts have of each other has changed.
  private func tell(_ pair: HostPair) {
    let (session, other) = state.withLock { ($0.sessions[pair.host], $0.sessions[pair.other]) }
    session?.mark(HostChanges(keys: Set(pair.neighbors.map { .neighbor($0) })))
    other?.mark(HostChanges(keys: Set(pair.others.map { .neighbor($0) })))
  }

  // What sessions tell.

  func heard(from session: HostSession) {
    note(session) { $0.lastHeard = Date() }
  }

  func received(_ report: GoalStateReport, from session: HostSession) async {
    var before: GoalStateReport.HeldRemovals?
    let isCurrent = note(session) { activity in
      activity.lastHeard = Date()
      before = activity.report?.heldRemovals
      activity.report = report
    }
    guard isCurrent else { return }
    if let held = report.heldRemovals, before?.since != held.since {
      logger.warning(
        "host holds removals back",
        metadata: ["host": "\(session.host)", "count": "\(held.count)", "reason": "\(held.reason)"])
    }
    for failure in report.failures {
      logger.debug(
        "host reports a failure",
        metadata: ["host": "\(session.host)", "resource": "\(failure.key)", "message": "\(failure.message)"])
    }
    if !report.leases.isEmpty { await statusWriter.inventory.note(report.leases, of: session.host) }
    do {
      try await statusWriter.write(session.host, report)
    } catch {
      logger.error(
        "the status of a host's ports could not be stored",
        metadata: ["host": "\(session.host)", "error": "\(error)"])
    }
  }

  func closed(_ session: HostSession) {
    let wasCurrent = state.withLock { state in
      state.claims.release(session.host, session.claim)
      guard state.sessions[session.host] === session else { return false }
      state.sessions[session.host] = nil
      return true
    }
    logger.info(
      "agent disconnected",
      metadata: ["host": "\(session.host)", "peer": "\(session.peer)", "superseded": "\(!wasCurrent)"])
  }

  /// Changes what is known of the session's host; false when a newer session has taken its place.
  @discardableResult
  private func note(_ session: HostSession, _ change: (inout HostActivity) -> Void) -> Bool {
    state.withLock { state in
      guard state.sessions[session.host] === session else { return false }
      var activity = state.activity[session.host] ?? HostActivity()
      change(&activity)
      state.activity[session.host] = activity
      return true
    }
  }

  /// What is known of a host at this moment.
  func activity(of host: HostID) -> HostActivity {
    state.withLock { state in
      var activity = state.activity[host] ?? HostActivity()
      activity.isConnected = state.sessions[host] != nil
      activity.sentRevision = state.sessions[host]?.sentRevision
      activity.identity = state.claims.holder(of: host)?.identity
      activity.contender = state.claims.contender(for: host, now: Date())
      activity.behindSince = state.sessions[host].flatMap { session in
        // The host's own word goes back further than this session.
        let known = [session.behindSince, activity.report?.oldestUnapplied].compactMap { $0 }
        return known.min()
      }
      return activity
    }
  }

  /// The session of a host's agent, while it is connected.
  func session(of host: HostID) -> HostSession? { state.withLock { $0.sessions[host] } }

  /// What a host runs.
  func held(by host: HostID, _ query: HeldQuery, timeout: Duration) async throws(HeldQueryFailure) -> HeldResources {
    guard let session = session(of: host) else { throw .notConnected }
    return try await session.held(query, timeout: timeout)
  }

  /// Whether the host was heard within the timeout.
  func isAlive(_ activity: HostActivity) -> Bool {
    guard let lastHeard = activity.lastHeard else { return false }
    return Date().timeIntervalSince(lastHeard) < timeout
  }
}

/// What is known of a host's agent since the controller started.
struct HostActivity: Sendable {
  var agentVersion: String?
  var peer: String?
  var startedAt: Date?
  var lastHeard: Date?
  var report: GoalStateReport?
  var isConnected = false
  var sentRevision: UInt64?
  /// What the agent that is connected is known by.
  var identity: AgentIdentity?
  /// Another agent that says it is this host, and is refused.
  var contender: HostClaims.Contender?
  /// Since when the oldest change that concerns the host has not been in force, as far as is known; nil when all is.
  var behindSince: ContinuousClock.Instant?

  /// An earlier session's report says nothing about this one.
  mutating func opened(_ hello: AgentHello, peer: String, now: Date) {
    agentVersion = hello.agentVersion
    self.peer = peer
    startedAt = now
    lastHeard = now
    report = nil
  }
}
