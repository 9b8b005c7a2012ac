import ArgumentParser
import Glibc
import Reconciler
import SwitchEngine

/// Runs the engine as an agent would: the subject of what a script does to it.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Keep the flows on the switch, and print when they are in force and when they are not.")

  @OptionGroup var flowOptions: FlowOptions
  @OptionGroup var switchOptions: SwitchOptions
  @OptionGroup var trafficOptions: TrafficOptions
  @Flag(help: "End when everything is in force.") var once = false
  @Option(help: "A number from EPOCHREALTIME: when this process was asked for.") var since: Double?

  func run() async throws {
    let engine = EngineUnderTest(socket: switchOptions.socket, options: switchOptions.engineOptions)
    let model = flowOptions.model
    await engine.handOver(model, traffic: trafficOptions)
    var seen = ""
    while true {
      let state = await engine.wait { [seen] in RunCommand.phase($0) != seen }
      seen = RunCommand.phase(state)
      print(line(state))
      fflush(nil)
      if once, state.isInSync { break }
    }
    await engine.stop()
  }

  /// What is worth a line when it is another than before.
  private static func phase(_ state: SwitchEngineState<Int>) -> String {
    "\(state.history.connections) \(state.history.foundGone) \(state.isInSync)"
  }

  private func line(_ state: SwitchEngineState<Int>) -> String {
    let now = Clock.wallMicroseconds()
    let elapsed = since.map { " elapsed_ms=\((now - Int($0 * 1e6)) / 1000)" } ?? ""
    return "time_us=\(now)\(elapsed) in_sync=\(state.isInSync ? 1 : 0) added=\(state.counters.flowsAdded) "
      + "deleted=\(state.counters.flowsDeleted) bundles=\(state.counters.batchesCommitted) "
      + "intact=\(state.history.lastReadBack?.intact ?? 0) connections=\(state.history.connections) "
      + "gone=\(state.history.foundGone)"
  }
}
