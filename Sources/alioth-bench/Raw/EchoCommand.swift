import ArgumentParser

/// Measures how soon the switch answers while something else goes on.
struct EchoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "echo", abstract: "Ask the switch for an echo every millisecond and tell how long its answers take.")

  @Option(help: "The bridge's management socket.") var socket: String
  @Option(help: "For how many seconds.") var seconds = 5.0

  func run() async throws {
    let probe = try EchoProbe(unix: socket)
    let thread = BlockingThread { probe.run() }
    try await Task.sleep(for: .seconds(seconds))
    probe.stop()
    thread.join()
    var latencies = try probe.takeLatencies()
    print("\(latencies.count) answers: \(latencies.summary)")
  }
}

extension Samples {
  /// Median, 99th percentile and maximum of durations in nanoseconds.
  var summary: String {
    mutating get { "p50 \(median().duration), p99 \(percentile(0.99).duration), max \(largest().duration)" }
  }
}
