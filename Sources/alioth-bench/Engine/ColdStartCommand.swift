import ArgumentParser
import Glibc
import SwitchEngine

/// Measures how fast an empty switch is filled: by the engine, by a sender that only writes, and by ovs-ofctl.
struct ColdStartCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cold-start",
    abstract: "Fill an empty switch with the engine, the raw sender and ovs-ofctl in turn, and compare.")

  @OptionGroup var flowOptions: FlowOptions
  @OptionGroup var switchOptions: SwitchOptions
  @OptionGroup var resultOptions: ResultOptions
  @Option(help: "How often each.") var runs = 5
  @Flag(help: "Leave ovs-ofctl out.") var withoutOfctl = false

  func run() async throws {
    let model = flowOptions.model
    let encoded = EncodedBundles(model, size: switchOptions.bundleSize)
    let file = "/tmp/alioth-bench-\(getpid()).flows"
    if !withoutOfctl { try write(model, to: file) }
    defer { unlink(file) }

    var raw = Samples(), engine = Samples(), ofctl = Samples(), ratios = Samples(), faster = Samples()
    var cpu = Samples()
    let count = Double(model.flowCount)
    for run in 0..<runs {
      // Who comes first has the switch at its most rested: take turns.
      var byRaw = Run(), byEngine = Run(), byOfctl = Run()
      for step in 0..<3 {
        switch (step + run) % 3 {
        case 0: byRaw = try await measure { try await sendRaw(encoded) }
        case 1:
          let before = Clock.processCPU()
          byEngine = try await measure { try await runEngine(model) }
          cpu.add(Double(Clock.processCPU() - before) / count)
        default: if !withoutOfctl { byOfctl = try await measure { try await runOfctl(file) } }
        }
      }
      raw.add(count / byRaw.seconds)
      engine.add(count / byEngine.seconds)
      ratios.add(byRaw.seconds / byEngine.seconds)
      if !withoutOfctl {
        ofctl.add(count / byOfctl.seconds)
        faster.add(byOfctl.seconds / byEngine.seconds)
      }
      print(
        "  run \(run + 1): raw \(byRaw.text), engine \(byEngine.text), ovs-ofctl \(byOfctl.text), ratio "
          + (byRaw.seconds / byEngine.seconds).text(2))
    }
    let name = "cold start, \(model.flowCount.grouped) flows, \(model.shape.rawValue)"
    try resultOptions.report(
      Verdict(
        name,
        "\(ratios.median().text(2)) of raw [\(ratios.smallest().text(2))..\(ratios.largest().text(2))]; "
          + "\(engine.median().text()) of \(raw.median().text()) flows/s; \((cpu.median() / 1000).text(1)) µs CPU a flow",
        limit: ">= 0.90 of raw", passed: ratios.median() >= 0.9))
    if !withoutOfctl {
      try resultOptions.report(
        Verdict(
          "  against ovs-ofctl --bundle add-flows",
          "\(faster.median().text(2)) times as fast; ovs-ofctl \(ofctl.median().text()) flows/s",
          limit: "> 1.00", passed: faster.median() > 1))
    }
  }

  /// How long filling the switch took, and how much of that the switch was computing.
  private struct Run {
    var seconds = 0.0
    var switchSeconds = 0.0

    var text: String { "\(seconds.text(3)) s (switch \(switchSeconds.text(2)) s)" }
  }

  private func measure(_ fill: () async throws -> Double) async throws -> Run {
    try await empty()
    let before = switchOptions.switchPid.map { ProcessFigures(of: $0).cpuSeconds } ?? 0
    let seconds = try await fill()
    let after = switchOptions.switchPid.map { ProcessFigures(of: $0).cpuSeconds } ?? 0
    return Run(seconds: seconds, switchSeconds: after - before)
  }

  /// Leaves the switch empty and at rest.
  private func empty() async throws {
    try RawConnection(unix: switchOptions.socket).deleteAllFlows()
    try await Task.sleep(for: .milliseconds(300))
  }

  private func sendRaw(_ encoded: EncodedBundles) async throws -> Double {
    let connection = try RawConnection(unix: switchOptions.socket)
    let outcome = try RawSender(connection: connection).send(encoded, inFlight: switchOptions.inFlight)
    return Double(outcome.nanoseconds) / 1e9
  }

  private func runEngine(_ model: FlowModel) async throws -> Double {
    let engine = EngineUnderTest(socket: switchOptions.socket, options: switchOptions.engineOptions)
    await engine.wait { $0.flowsInstalled != nil }
    let start = Clock.now()
    try await engine.fill(model)
    let seconds = Double(Clock.now() - start) / 1e9
    await engine.stop()
    return seconds
  }

  private func runOfctl(_ file: String) async throws -> Double {
    let start = Clock.now()
    let status = system("ovs-ofctl -O OpenFlow13 --bundle add-flows unix:\(switchOptions.socket) \(file)")
    guard status == 0 else { throw RawConnection.Failure(description: "ovs-ofctl failed") }
    return Double(Clock.now() - start) / 1e9
  }

  private func write(_ model: FlowModel, to path: String) throws {
    guard let file = fopen(path, "w") else { throw RawConnection.Failure.system("open \(path)") }
    for unit in 0..<model.unitCount {
      for flow in model.flows(of: unit) { fputs("\(FlowModel.line(flow))\n", file) }
    }
    fclose(file)
  }
}
