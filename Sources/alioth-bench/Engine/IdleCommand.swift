import ArgumentParser
import Glibc
import SwitchEngine

/// Measures what the engine does while there is nothing to do, and while the switch does not answer.
struct IdleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "idle",
    abstract: "Count CPU time and wake-ups of an engine in sync, and of one whose switch is stopped.")

  @OptionGroup var flowOptions: FlowOptions
  @OptionGroup var switchOptions: SwitchOptions
  @OptionGroup var resultOptions: ResultOptions
  @Option(help: "For how many seconds each.") var seconds = 20

  func run() async throws {
    let baseline = try await baseline()
    let model = flowOptions.model
    try RawConnection(unix: switchOptions.socket).deleteAllFlows()
    let engine = EngineUnderTest(socket: switchOptions.socket, options: switchOptions.engineOptions)
    try await engine.fill(model)
    try await Task.sleep(for: .seconds(1))
    try await measure("idle, in sync", baseline, limit: "<= 1/s, 0 %") { $0 <= 1 && $1 < 0.05 }
    if let pid = switchOptions.switchPid {
      kill(pid, SIGSTOP)
      defer { kill(pid, SIGCONT) }
      // Something is to be sent, and stays unanswered.
      await engine.engine.update([(owner: 0, flows: model.flows(of: 0, variant: 1))])
      // It is asked whether it is there, given up and dialled again meanwhile.
      try await measure("idle, switch stopped", baseline, limit: "0 %") { $1 < 0.05 }
      let start = Clock.now()
      kill(pid, SIGCONT)
      await engine.wait { $0.isInSync }
      try resultOptions.report(
        Verdict("  in sync again after the switch goes on", Double(Clock.now() - start).duration))
    }
    await engine.stop()
    try RawConnection(unix: switchOptions.socket).deleteAllFlows()
  }

  /// What goes on in a process that has only started its threads: libdispatch looks after its own once a second.
  private func baseline() async throws -> Double {
    await Task.detached { await Task.yield() }.value
    let begin = ProcessFigures.ownWakeUps
    try await Task.sleep(for: .seconds(10))
    return Double(ProcessFigures.ownWakeUps - begin) / 10
  }

  private func measure(
    _ name: String, _ baseline: Double, limit: String, _ passes: (_ wakeUps: Double, _ cpu: Double) -> Bool
  ) async throws {
    let before = ProcessFigures()
    let begin = ProcessFigures.ownWakeUps
    let start = Clock.processCPU()
    try await Task.sleep(for: .seconds(seconds))
    let cpu = Double(Clock.processCPU() - start) / 1e9 / Double(seconds) * 100
    let total = Double(ProcessFigures.ownWakeUps - begin) / Double(seconds)
    let after = ProcessFigures()
    let counts = after.wakeUpsByThread.map { ($0.key, $0.value - before.wakeUpsByThread[$0.key, default: 0]) }
    let busy = counts.filter { $0.1 > 0 }.sorted { $0.1 > $1.1 }.map { "\($0.0): \($0.1)" }
    print("  \(name), \(seconds) s, wake-ups by thread: \(busy.isEmpty ? "none" : busy.joined(separator: ", "))")
    let rate = max(0, total - baseline)
    try resultOptions.report(
      Verdict(
        name,
        "\(rate.text(2)) wake-ups/s besides the runtime's own \(baseline.text(2)), \(cpu.text(3)) % CPU",
        limit: limit, passed: passes(rate, cpu)))
  }
}
