import Glibc
import NIOPosix
import Synchronization
import Testing

@testable import AgentSimulation

@Suite("The whole agent, simulated", .timeLimit(.minutes(60)))
struct SimulationTests {
  @Test("whatever went wrong, in the end everything is as it is to be, and a restart changes nothing")
  func seeds() async throws {
    let first = number("ALIOTH_SEED") ?? 1
    let count = number("ALIOTH_SEEDS") ?? (number("ALIOTH_SEED") == nil ? 1000 : 1)
    let progress = Progress(next: first, end: first + count)
    let pool = NIOThreadPool(numberOfThreads: 2)
    pool.start()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<2 {
        group.addTask {
          try await pool.runIfActive {
            while let seed = progress.take() {
              let simulation = Simulation(seed: seed)
              progress.note(simulation.failure(), simulation.met)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    try await pool.shutdownGracefully()
    for failure in progress.failures { Issue.record("\(failure)") }
    if count >= 1000 { #expect(progress.met.count == Fault.allCases.count) }
  }

  @Test("a seed happens the same way each time", arguments: [3, 14, 159, 2653] as [UInt64])
  func replay(seed: UInt64) async throws {
    let traces = try await onThread {
      (0..<2).map { _ in
        let simulation = Simulation(seed: seed, isTraced: true)
        _ = simulation.failure()
        return (simulation.trace.lines, simulation.trace.digest)
      }
    }
    let difference = zip(traces[0].0, traces[1].0).first { $0 != $1 }
    if let difference { Issue.record("first \(difference.0)\nthen \(difference.1)") }
    #expect(traces[0].0.count == traces[1].0.count)
    #expect(traces[0].1 == traces[1].1)
    #expect(traces[0].0.count > 100)
  }

  @Test("the controller's session may be cut after any message")
  func everyMessage() async throws {
    try await onThread {
      let whole = Scenario.run { _ in }
      #expect(whole.failure == nil)
      let count = whole.simulation.controller.messages
      #expect(count > 20)
      for cut in 0..<count {
        let failure = Scenario.run { $0.controller.cutAfter = cut }.failure
        if let failure { Issue.record("cut after message \(cut) of \(count): \(failure)") }
      }
    }
  }

  @Test("the connection to the switch may be lost at any message")
  func everySwitchMessage() async throws {
    try await onThread {
      let whole = Scenario.run { _ in }
      let count = whole.simulation.host.bridge.messages
      #expect(count > 100)
      for cut in stride(from: 0, to: count, by: count / 50 + 1) {
        let failure = Scenario.run { $0.host.bridge.cut = .after(messages: cut) }.failure
        if let failure { Issue.record("cut after message \(cut) of \(count): \(failure)") }
      }
    }
  }

  @Test("a flow that is lost behind everybody's back is noticed")
  func sensitive() async throws {
    try await onThread {
      for seed: UInt64 in 1...5 {
        let simulation = Simulation(seed: seed)
        simulation.beforeChecks = { $0.loseFlow() }
        #expect(simulation.failure() != nil)
      }
    }
  }

  /// A simulation stays on one thread from its beginning to its end.
  private func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    let pool = NIOThreadPool(numberOfThreads: 1)
    pool.start()
    let value = try await pool.runIfActive(body)
    try await pool.shutdownGracefully()
    return value
  }

  private func number(_ name: String) -> UInt64? {
    getenv(name).flatMap { UInt64(String(cString: $0)) }
  }
}

/// How far several threads have come with the seeds.
private final class Progress: Sendable {
  private struct State {
    var next: UInt64
    var failures: [String] = []
    var met: Set<Fault> = []
  }

  private let state: Mutex<State>
  private let end: UInt64

  init(next: UInt64, end: UInt64) {
    state = Mutex(State(next: next))
    self.end = end
  }

  /// The next seed; nil at the end, or after so many failures that more would say nothing.
  func take() -> UInt64? {
    state.withLock { state in
      guard state.next < end, state.failures.count < 3 else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  func note(_ failure: String?, _ met: Set<Fault>) {
    state.withLock { state in
      if let failure { state.failures.append(failure) }
      state.met.formUnion(met)
    }
  }

  var failures: [String] { state.withLock { $0.failures } }
  var met: Set<Fault> { state.withLock { $0.met } }
}
