import GoalState
import GoalStateProtobuf
import NetworkTypes

@testable import Southbound

/// A host whose switch confirms what it is given, when the test lets it.
actor FakeAlcorHost: AlcorHost {
  private(set) var goal: HostGoalState
  private(set) var updates: [GoalStateUpdate] = []
  private var failures: [ResourceFailure] = []
  private var pending: [GoalStateReport.Pending] = []
  private var isSilent = false
  private var isEmpty: Bool?
  private nonisolated let reports = Mailbox<GoalStateReport>()
  /// A sign for each update that came.
  nonisolated let came = Mailbox<Void>()

  init(goal: HostGoalState = HostGoalState(), isSilent: Bool = false, isSwitchEmpty: Bool? = true) {
    self.goal = goal
    self.isSilent = isSilent
    isEmpty = isSwitchEmpty
  }

  /// What reports say from now on.
  func report(failures: [ResourceFailure] = [], pending: [GoalStateReport.Pending] = []) {
    self.failures = failures
    self.pending = pending
  }

  /// The switch confirms all that it has been given, and from now on what comes.
  func speak() {
    isSilent = false
    confirm()
  }

  func fallSilent() { isSilent = true }

  private func confirm() {
    reports.put(GoalStateReport(applied: goal.version, failures: failures, pending: pending))
  }

  func heldGoalState() -> HostGoalState { goal }

  private var held: Set<ResourceKey> = []
  func holdBack(_ keys: Set<ResourceKey>) { held = keys }
  func heldRemovals() -> Set<ResourceKey> { held }

  func received(_ update: GoalStateUpdate) {
    updates.append(update)
    _ = goal.apply(update)
    came.put(())
    if !isSilent { confirm() }
  }

  nonisolated func nextReport() async -> GoalStateReport? { await reports.next() }

  func addresses() -> Set<IPAddress> { [.v4(IPv4Address(192, 0, 2, 11))] }

  func isSwitchEmpty() -> Bool? { isEmpty }
}

/// A desk that works while `body` runs.
func withDesk<Result: Sendable>(
  _ host: FakeAlcorHost, asks: Bool = false, limits: AlcorLimits = AlcorLimits(patience: .seconds(30)),
  _ body: (AlcorDesk) async throws -> Result
) async throws -> Result {
  let desk = AlcorDesk(host: host, asksForNeighbors: asks, limits: limits, logger: quiet)
  let running = Task { await desk.run() }
  let result: Swift.Result<Result, any Error>
  do {
    result = .success(try await body(desk))
  } catch {
    result = .failure(error)
  }
  running.cancel()
  await running.value
  return try result.get()
}

extension AlcorDesk {
  /// Puts states in line as one message.
  func submit(_ states: any AlcorState...) throws -> AlcorTicket {
    try submit(states.map { operation($0) }, formatVersion: 102)
  }

  private func operation(_ state: some AlcorState) -> AlcorOperation { AlcorOperation(state) }

  func statuses(_ states: any AlcorState...) async throws -> [Alcor_Schema_OperationStatus] {
    let ticket = try submit(states.map { operation($0) }, formatVersion: 102)
    return await ticket.reply().statuses
  }
}

extension Alcor_Schema_GoalStateOperationReply {
  var statuses: [Alcor_Schema_OperationStatus] { operationStatuses.map(\.operationStatus) }
}
