import ArgumentParser
import SwitchEngine

/// Where the switch is, and how it is sent to.
struct SwitchOptions: ParsableArguments {
  @Option(help: "The bridge's management socket.")
  var socket: String

  @Option(help: "The process id of ovs-vswitchd, for its CPU time.")
  var switchPid: Int32?

  @Option(help: "How many flows go into one bundle.")
  var bundleSize = 2048

  @Option(help: "How many bundles may be unanswered.")
  var inFlight = 2

  var engineOptions: SwitchEngineOptions {
    SwitchEngineOptions(bundleSize: bundleSize, bundlesInFlight: inFlight)
  }
}

/// Sends flows that were encoded before, from one thread that blocks.
struct RawSendCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "raw-send", abstract: "Write pre-encoded bundles to the switch: the reference of a cold start.")

  @OptionGroup var flowOptions: FlowOptions
  @OptionGroup var switchOptions: SwitchOptions
  @Option(help: "How often.") var runs = 3
  @Flag(help: "Leave the flows on the switch.") var keep = false

  func run() throws {
    let encoded = EncodedBundles(flowOptions.model, size: switchOptions.bundleSize)
    let connection = try RawConnection(unix: switchOptions.socket)
    print("\(encoded.flowCount.grouped) flows, \(encoded.byteCount.grouped) bytes, \(encoded.bundles.count) bundles")
    for run in 0..<runs {
      try connection.deleteAllFlows()
      let before = switchOptions.switchPid.map { ProcessFigures(of: $0).cpuSeconds }
      let outcome = try RawSender(connection: connection).send(encoded, inFlight: switchOptions.inFlight)
      let after = switchOptions.switchPid.map { ProcessFigures(of: $0).cpuSeconds }
      var line = "\(outcome.flowsPerSecond.text()) flows/s, \(Double(outcome.nanoseconds).duration)"
      line += ", sender CPU \(Double(outcome.cpuNanoseconds).duration)"
      if let before, let after {
        line += ", switch CPU \(((after - before) * 1e6 / Double(outcome.flows)).text(1)) µs a flow"
      }
      print(line)
      if !keep || run < runs - 1 { try connection.deleteAllFlows() }
    }
  }
}
