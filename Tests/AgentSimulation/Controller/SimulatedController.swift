import GoalState
import NetworkTypes

@testable import CloudTestSupport
@testable import Southbound

/// The controller, as far as one host sees it: what the host is to be, in versions, and who asks for it.
///
/// Of the loop's thread.
final class SimulatedController: @unchecked Sendable {
  /// What a controller that is not right in its mind, or a relay between, makes of an update's messages.
  enum Mischief: Sendable {
    case doubled
    case swapped
  }

  let loop: SimulatedLoop
  let trace: Trace
  private(set) var epoch = 0
  private(set) var version = GoalStateVersion(epoch: "", revision: 0)
  /// What the host is to hold.
  private(set) var resources: [ResourceKey: VersionedResource] = [:]
  /// What it is to hold no more, each with the revision that took it.
  private var removed: [ResourceKey: UInt64] = [:]
  /// Who holds an older revision gets a snapshot.
  private var oldestBase: UInt64 = 0
  private(set) var sessions: [ControllerSession] = []
  /// Nobody can dial while it is not.
  var isReachable = true
  /// What becomes of the next update.
  var mischief: Mischief?
  /// Whether the next delta has a resource in an older revision than was sent before.
  var isForgetful = false
  /// What was sent so, and has to be sent again.
  private var outdated: Set<ResourceKey> = []
  /// After how many messages, in either direction, the next session that gets there is cut.
  var cutAfter: Int?
  /// What the agent said last in the session that there is.
  private(set) var report: GoalStateReport?
  /// What cannot be, in words.
  var onReport: (@Sendable (GoalStateReport, ControllerSession) -> Void)?
  private(set) var mistakes: [String] = []
  private var lastSession = 0
  /// How many messages have arrived, at either end.
  var messages = 0
  /// How often an update has been begun with.
  private(set) var updatesSent = 0

  init(_ loop: SimulatedLoop, _ trace: Trace) {
    self.loop = loop
    self.trace = trace
  }

  // MARK: What is wanted

  /// Begins a new epoch, whose revisions have nothing to do with those before.
  func failOver() {
    epoch += 1
    let revision = UInt64(loop.random.number(1..<50))
    version = GoalStateVersion(epoch: "epoch\(epoch)", revision: revision)
    oldestBase = revision
    removed = [:]
    for key in resources.keys.sorted() {
      resources[key]?.revision = UInt64(loop.random.number(1..<Int(revision) + 1))
    }
    mark()
    for session in sessions { session.cut() }
  }

  /// Has the host hold exactly these from the next revision on.
  func publish(_ wanted: [Resource]) {
    version.revision += 1
    let keys = Set((wanted + Mark.resources(.zero)).map(\.key))
    for resource in wanted where resources[resource.key]?.resource != resource { put(resource) }
    for key in resources.keys.sorted() where !keys.contains(key) {
      resources[key] = nil
      removed[key] = version.revision
    }
    mark()
    for session in sessions { session.wake() }
  }

  /// Forgets what changed long ago.
  func forgetHistory() { oldestBase = version.revision }

  /// Sends again what was sent in an older revision.
  func repair() {
    guard !outdated.isEmpty else { return }
    version.revision += 1
    for key in outdated { resources[key].map { put($0.resource) } }
    outdated = []
    mark()
    for session in sessions { session.wake() }
  }

  private func mark() {
    let marked = Mark.resources(Mark.address(epoch: epoch, revision: version.revision))
    for resource in marked where resources[resource.key]?.resource != resource { put(resource) }
  }

  private func put(_ resource: Resource) {
    resources[resource.key] = VersionedResource(resource, revision: version.revision)
    removed[resource.key] = nil
  }

  /// What brings somebody from one version to the present one.
  func update(from held: GoalStateVersion) -> GoalStateUpdate {
    updatesSent += 1
    let isKnown = held.epoch == version.epoch && (oldestBase...version.revision).contains(held.revision)
    var sorted = resources.values.sorted { $0.key < $1.key }
    guard isKnown else {
      sorted.shuffle(using: &loop.random)
      return GoalStateUpdate(scope: .snapshot, version: version, upserts: sorted)
    }
    var changed = sorted.filter { $0.revision > held.revision }
    let old = sorted.filter { $0.revision <= held.revision && $0.revision > 1 && $0.key != .port(Mark.id) }
    if isForgetful, let resource = loop.random.pick(old) {
      isForgetful = false
      outdated.insert(resource.key)
      changed.append(VersionedResource(resource.resource, revision: resource.revision - 1))
    }
    changed.shuffle(using: &loop.random)
    return GoalStateUpdate(
      scope: .delta(from: held.revision), version: version, upserts: changed,
      removals: removed.filter { $0.value > held.revision }.keys.sorted())
  }

  // MARK: Who asks

  func accept(_ agent: SimulatedAgent) throws -> ControllerSession {
    guard isReachable, !agent.isKilled else { throw Unreachable() }
    lastSession += 1
    let session = ControllerSession(lastSession, with: agent, of: self)
    sessions.append(session)
    return session
  }

  struct Unreachable: Error {}

  /// What was said in a session that is over is said again in the next.
  func ended(_ session: ControllerSession) {
    sessions.removeAll { $0 === session }
    report = nil
  }

  func received(_ report: GoalStateReport, from session: ControllerSession) {
    trace.note("controller", []) {
      "report of \(report.applied), \(report.failures.count) failures, \(report.pending.count) pending"
    }
    if sessions.contains(where: { $0 === session }) { self.report = report }
    onReport?(report, session)
  }

  func complain(_ text: String) { mistakes.append(text) }

  func cutAll() {
    for session in sessions { session.cut() }
  }
}
