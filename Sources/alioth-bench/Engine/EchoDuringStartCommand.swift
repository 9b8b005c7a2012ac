import ArgumentParser
import SwitchEngine

/// Measures whether the switch still answers others while the engine fills it.
struct EchoDuringStartCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "echo-during-start",
    abstract: "Fill an empty switch with the engine, and ask for echoes on another connection meanwhile.")

  @OptionGroup var flowOptions: FlowOptions
  @OptionGroup var switchOptions: SwitchOptions
  @OptionGroup var resultOptions: ResultOptions
  @Option(help: "How often.") var runs = 5

  func run() async throws {
    let model = flowOptions.model
    let probe = try EchoProbe(unix: switchOptions.socket)
    let thread = BlockingThread { probe.run() }
    var medians = Samples(), tails = Samples(), worst = Samples(), restTails = Samples()
    for run in 0..<runs {
      try RawConnection(unix: switchOptions.socket).deleteAllFlows()
      let engine = EngineUnderTest(socket: switchOptions.socket, options: switchOptions.engineOptions)
      await engine.wait { $0.flowsInstalled != nil }
      try await Task.sleep(for: .milliseconds(300))
      _ = try probe.takeLatencies()
      try await Task.sleep(for: .milliseconds(700))
      var rest = try probe.takeLatencies()
      try await engine.fill(model)
      // The last answers belong to it too.
      try await Task.sleep(for: .milliseconds(20))
      var during = try probe.takeLatencies()
      await engine.stop()
      print("  run \(run + 1): at rest \(rest.summary); during the start \(during.summary), \(during.count) answers")
      medians.add(during.median())
      tails.add(during.percentile(0.99))
      worst.add(during.largest())
      restTails.add(rest.percentile(0.99))
    }
    probe.stop()
    thread.join()
    try RawConnection(unix: switchOptions.socket).deleteAllFlows()
    try resultOptions.report(
      Verdict(
        "echo meanwhile, \(model.shape.rawValue), p99",
        "\(tails.median().duration) [\(tails.smallest().duration)..\(tails.largest().duration)]; p50 "
          + "\(medians.median().duration), max \(worst.largest().duration); at rest p99 \(restTails.median().duration)",
        limit: "<= 50 ms", passed: tails.median() <= 50e6))
  }
}
