import Dispatch
import Glibc
import NIOCore

@testable import CloudTestSupport

/// Everything that happens in one simulation, on one thread, in an order that its seed decides.
///
/// Jobs of actors and tasks, work of the simulated devices, and timers all wait here. Whatever may run now is drawn at random;
/// when nothing may, time goes on to the next timer. There is no other time, and nothing may come from another thread.
///
/// It is an event loop for what runs on one, and `tasks` is the executor for every task that has none of its own.
final class SimulatedLoop: NIOSerialEventLoopExecutor, @unchecked Sendable {
  /// How what may run now is chosen.
  enum Order: Sendable {
    /// As it came.
    case arrival
    /// Any of it.
    case random
  }

  private enum Work {
    case actor(UnownedJob)
    case task(UnownedJob)
    case closure(@Sendable () -> Void)
  }

  private struct Timer {
    let due: Duration
    let number: UInt64
    let work: @Sendable () -> Void
  }

  var random: SeededGenerator
  private let order: Order
  private let thread = pthread_self()
  private var ready: [Work] = []
  /// The latest first.
  private var timers: [Timer] = []
  private var lastNumber: UInt64 = 0
  private(set) var time = Duration.zero
  /// How much has run.
  private(set) var steps = 0
  private(set) lazy var tasks = SimulatedTasks(self)

  init(seed: UInt64, order: Order) {
    random = SeededGenerator(seed: seed)
    self.order = order
  }

  // MARK: Running

  /// Runs what may run, and lets time pass, until `isDone` or the time is up. It is asked whenever nothing may run.
  ///
  /// - Returns: Whether it is done.
  @discardableResult
  func run(for limit: Duration, until isDone: () -> Bool = { false }) -> Bool {
    let end = time + limit
    while true {
      runReady()
      if isDone() { return true }
      guard let next = timers.last, next.due <= end else {
        time = max(time, end)
        return false
      }
      time = max(time, next.due)
      while let timer = timers.last, timer.due <= time {
        timers.removeLast()
        ready.append(.closure(timer.work))
      }
    }
  }

  /// Runs everything that may run now.
  func runReady() {
    var count = 0
    while !ready.isEmpty {
      let index = order == .arrival || ready.count == 1 ? 0 : random.number(0..<ready.count)
      let work = ready.remove(at: index)
      steps += 1
      count += 1
      precondition(count < 1_000_000, "the simulation goes round in circles")
      switch work {
      case .actor(let job): job.runSynchronously(on: asUnownedSerialExecutor())
      case .task(let job): job.runSynchronously(on: tasks.asUnownedTaskExecutor())
      case .closure(let body): body()
      }
    }
  }

  private func add(_ work: Work) {
    precondition(inEventLoop, "something in the simulation runs on a thread of its own")
    ready.append(work)
  }

  fileprivate func add(_ job: consuming ExecutorJob) { add(.task(UnownedJob(job))) }

  // MARK: Time

  /// Has something done after a while; returns what cancels it.
  @discardableResult
  func after(_ delay: Duration, _ work: @escaping @Sendable () -> Void) -> UInt64 {
    precondition(inEventLoop, "something in the simulation runs on a thread of its own")
    lastNumber += 1
    let due = time + max(delay, .zero)
    let index = timers.firstIndex { $0.due <= due } ?? timers.endIndex
    timers.insert(Timer(due: due, number: lastNumber, work: work), at: index)
    return lastNumber
  }

  func cancel(_ number: UInt64) { timers.removeAll { $0.number == number } }

  /// Forgets everything that was to happen.
  func clear() {
    timers = []
    ready = []
  }

  /// A time that is drawn.
  func drawn(_ milliseconds: ClosedRange<Int>) -> Duration {
    .milliseconds(random.number(milliseconds.lowerBound..<(milliseconds.upperBound + 1)))
  }

  // MARK: Event loop

  var inEventLoop: Bool { pthread_equal(thread, pthread_self()) != 0 }

  func enqueue(_ job: consuming ExecutorJob) { add(.actor(UnownedJob(job))) }

  func execute(_ task: @escaping @Sendable () -> Void) { add(.closure(task)) }

  var now: NIODeadline { .uptimeNanoseconds(UInt64(time.milliseconds) * 1_000_000) }

  func scheduleTask<T>(deadline: NIODeadline, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
    preconditionFailure("in a simulation everything waits by the simulated clock")
  }

  func scheduleTask<T>(in time: TimeAmount, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
    scheduleTask(deadline: now + time, task)
  }

  func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
    callback(nil)
  }
}

/// Where tasks of a simulation run that are no actor's.
final class SimulatedTasks: TaskExecutor, @unchecked Sendable {
  private unowned let loop: SimulatedLoop

  init(_ loop: SimulatedLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) { loop.add(job) }
}

extension Duration {
  var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
