import GRPCCore
import GoalState
import GoalStateProtobuf
import Logging
import NetworkTypes

/// Where messages of an Alcor controller are handed in, and get their replies once the switch has confirmed.
///
/// Messages of all streams go into one line. While the agent puts one update in force, what comes meanwhile waits, and is the
/// next update, however many messages that is. An update changes no resource twice, so that each operation has its own result.
///
/// ```
///  submit ─▶ line ─▶ intake ─▶ update ─▶ agent ─▶ switch
///    │                                              │ confirmed, or not in time
///  ticket ◀───────────── verdicts ◀── report ◀──────┘
/// ```
public actor AlcorDesk {
  private let host: any AlcorHost
  private let asksForNeighbors: Bool
  private let limits: AlcorLimits
  private let logger: Logger
  private let start = ContinuousClock.now
  private let (work, workCame) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  private let (answers, answer) = AsyncStream.makeStream(of: [UInt64].self)

  private var intake: AlcorIntake
  private var line: [AlcorJob] = []
  private var operationsInLine = 0
  private var forgotten: [NeighborID] = []
  private var asks = AlcorAsks()
  private var report: GoalStateReport?
  private var waiter: (revision: UInt64, number: UInt64, continuation: CheckedContinuation<Bool, Never>)?
  private var lastWaiter: UInt64 = 0
  private var ownAddresses: (addresses: Set<IPAddress>, until: Duration)?
  private var isClosed = false
  /// Whether the agent has been told that what it has been given is everything.
  private var isComplete = false
  private var wantsCompletion = false

  /// - Parameter asksForNeighbors: Whether there is somebody to ask, so that networks have their neighbors on demand.
  public init(host: any AlcorHost, asksForNeighbors: Bool, limits: AlcorLimits = AlcorLimits(), logger: Logger) {
    self.host = host
    self.asksForNeighbors = asksForNeighbors
    self.limits = limits
    self.logger = logger
    intake = AlcorIntake(limits: limits, asksForNeighbors: asksForNeighbors)
  }

  private var now: Duration { ContinuousClock.now - start }

  /// Works until cancelled; whatever is in line then is answered with PENDING.
  public func run() async {
    await restore()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.followReports() }
      group.addTask { await self.workOff() }
      await group.waitForAll()
    }
    close()
  }

  // MARK: Messages

  /// Puts the operations of a message in line.
  ///
  /// - Throws: when the line is too long already.
  func submit(_ operations: [AlcorOperation], formatVersion: UInt32) throws(RPCError) -> AlcorTicket {
    guard operationsInLine <= limits.maximumOperations else {
      throw RPCError(
        code: .resourceExhausted, message: "\(operationsInLine) operations wait for the switch: push again later")
    }
    let job = AlcorJob(operations, formatVersion: formatVersion, received: now)
    operationsInLine += operations.count
    if operations.isEmpty {
      job.ticket.fulfil(job.reply(now: now))
    } else {
      line.append(job)
      if isClosed { close() } else { workCame.yield() }
    }
    return job.ticket
  }

  /// The addresses by which messages name this host.
  func addresses() async -> Set<IPAddress> {
    if let ownAddresses, ownAddresses.until > now { return ownAddresses.addresses }
    let addresses = await host.addresses()
    ownAddresses = (addresses, now + .seconds(1))
    return addresses
  }

  // MARK: Completeness

  /// Nothing more is to come of what this host had before it was started: what is not known now is not wanted.
  public func inputIsComplete() {
    guard !isComplete else { return }
    wantsCompletion = true
    workCame.yield()
  }

  /// Goes on with what the host holds of before. A host that holds nothing, and has nobody to ask, is to have nothing.
  private func restore() async {
    let goal = await host.heldGoalState()
    if goal.isComplete, goal.version.epoch == AlcorIntake.epoch {
      intake = AlcorIntake(restoring: goal, limits: limits, asksForNeighbors: asksForNeighbors)
      isComplete = true
    } else if !asksForNeighbors {
      inputIsComplete()
    }
  }

  /// A host whose switch has nothing of before has nothing to lose: waits until that is known, or does not matter any more.
  func completeIfEmpty() async {
    while !isComplete, !wantsCompletion, !Task.isCancelled {
      switch await host.isSwitchEmpty() {
      case true: inputIsComplete()
      case false: return
      case nil: try? await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  // MARK: Turns

  private func workOff() async {
    for await _ in work {
      while !line.isEmpty || !forgotten.isEmpty || (wantsCompletion && !isComplete), !Task.isCancelled {
        await turn()
      }
    }
  }

  /// An operation that has been taken in, and which message it is of.
  private struct Taken {
    var job: Int
    var operation: AlcorOperation
    var standing: AlcorStanding
  }

  /// Takes in what is in line, has it put in force, and answers.
  private func turn() async {
    let began = now
    await forgetIdle()
    let taken = takeIn()
    let update = nextUpdate()
    let handedOver = now
    if let update {
      await host.received(update)
      let found = asks.came(update.upserts)
      if !found.isEmpty { answer.yield(found) }
    }
    let needsSwitch = taken.contains { if case .refused = $0.standing { false } else { true } }
    let isConfirmed = needsSwitch && isComplete ? await confirmation(of: intake.revision) : false
    let held = taken.contains { $0.standing == .gone } ? await host.heldRemovals() : []
    let index = AlcorReportIndex(report ?? GoalStateReport(applied: GoalStateVersion(epoch: "", revision: 0)))
    let times = AlcorJob.Times(
      began: began, handedOver: handedOver, ended: now, wasProgrammed: needsSwitch && update != nil)
    var complaints = AlcorComplaints()
    for entry in taken {
      let verdict = verdict(on: entry, isConfirmed ? index : nil, held)
      complaints.note(entry.operation, verdict)
      var times = times
      if case .refused = entry.standing { times.wasProgrammed = false }
      line[entry.job].note(entry.operation, verdict, times)
    }
    complaints.log(to: logger)
    let done = line.prefix { $0.isDone }
    for job in done {
      operationsInLine -= job.operations.count
      job.ticket.fulfil(job.reply(now: now))
    }
    line.removeFirst(done.count)
  }

  /// What nobody sends to goes in an update of its own: that it goes is this host's wish.
  private func forgetIdle() async {
    guard !forgotten.isEmpty else { return }
    intake.forget(forgotten)
    forgotten = []
    guard isComplete, var update = intake.takeUpdate() else { return }
    update.areRemovalsIntended = true
    await host.received(update)
  }

  /// Takes in operations, in order, until one is about a resource that this update changes already.
  private func takeIn() -> [Taken] {
    var taken: [Taken] = []
    var subjects: Set<AlcorOperation.Subject> = []
    for index in line.indices {
      while let operation = line[index].nextOperation {
        guard taken.count < limits.batchOperations, subjects.insert(operation.subject).inserted else { return taken }
        taken.append(Taken(job: index, operation: operation, standing: intake.take(operation)))
        line[index].advance()
      }
    }
    return taken
  }

  private func nextUpdate() -> GoalStateUpdate? {
    guard wantsCompletion, !isComplete else { return intake.takeUpdate() }
    isComplete = true
    logger.info("the goal state is complete", metadata: ["resources": "\(intake.count)"])
    return intake.takeSnapshot()
  }

  /// - Parameter held: What the host has still although it is to go.
  private func verdict(on entry: Taken, _ report: AlcorReportIndex?, _ held: Set<ResourceKey>) -> AlcorVerdict {
    if case .refused(let refusal) = entry.standing {
      return AlcorVerdict(status: refusal.status, reason: refusal.reason)
    }
    guard let report else {
      return AlcorVerdict(
        status: .pending,
        reason: isComplete
          ? "the switch has not confirmed it within \(limits.patience)"
          : "the switch has flows of before, and the controller has not answered yet what this host is to have")
    }
    if entry.standing == .gone, let key = intake.keys(of: entry.operation.subject).first, held.contains(key) {
      return AlcorVerdict(
        status: .pending, reason: "its removal is held back: too much was to go at once; see 'alioth show' on the host")
    }
    return entry.standing == .gone ? .success : intake.verdict(on: entry.operation.subject, report)
  }

  private func close() {
    isClosed = true
    let instant = now
    let times = AlcorJob.Times(began: instant, handedOver: instant, ended: instant, wasProgrammed: false)
    let verdict = AlcorVerdict(status: .pending)
    for var job in line {
      for operation in job.operations where !job.isDone { job.note(operation, verdict, times) }
      job.ticket.fulfil(job.reply(now: instant))
    }
    line = []
    operationsInLine = 0
  }

  // MARK: What is in force

  private func followReports() async {
    while let report = await host.nextReport() {
      self.report = report
      if let waiter, isInForce(waiter.revision) { resume(waiter.number, with: true) }
    }
  }

  private func isInForce(_ revision: UInt64) -> Bool {
    report.map { $0.inForce.epoch == AlcorIntake.epoch && $0.inForce.revision >= revision } ?? false
  }

  /// Whether the revision comes into force in time.
  private func confirmation(of revision: UInt64) async -> Bool {
    guard !isInForce(revision) else { return true }
    lastWaiter += 1
    let number = lastWaiter
    let patience = limits.patience
    let timer = Task {
      try? await Task.sleep(for: patience)
      self.resume(number, with: false)
    }
    defer { timer.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if Task.isCancelled {
          continuation.resume(returning: false)
        } else {
          waiter = (revision, number, continuation)
        }
      }
    } onCancel: {
      Task { await self.resume(number, with: false) }
    }
  }

  private func resume(_ number: UInt64, with isConfirmed: Bool) {
    guard let waiter, waiter.number == number else { return }
    self.waiter = nil
    waiter.continuation.resume(returning: isConfirmed)
  }

  // MARK: Questions

  /// The questions whose neighbors have come, for one reader.
  nonisolated var foundQuestions: AsyncStream<[UInt64]> { answers }

  /// What to ask Alcor for; nil when it cannot be asked.
  func expect(_ ask: NeighborAsk) -> AlcorAsks.Key? {
    guard let key = asks.key(of: ask) else { return nil }
    asks.asked(key, number: ask.number, now: now)
    return key
  }

  /// Alcor says that there is no such neighbor: returns whether it has not come all the same.
  func notFound(_ key: AlcorAsks.Key, number: UInt64) -> Bool { asks.notFound(key, number: number) }

  /// Takes a question where there is nobody to ask: only what is idle matters.
  public func disregard(_ question: AgentQuestion) {
    if case .idle(let neighbors) = question { forget(neighbors) }
  }

  /// Nobody on the host has sent to these neighbors for long: they go.
  func forget(_ neighbors: [NeighborID]) {
    for id in neighbors {
      if let neighbor = intake.neighbors[id]?.value.neighbor { asks.forgot(neighbor) }
    }
    forgotten += neighbors
    workCame.yield()
  }
}
