import ArgumentParser
import Dispatch
import FoundationEssentials
import Glibc
import PacketCapture

/// `alioth capture`: a guest's packets, decoded as they pass, or written to a file.
struct CaptureCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capture",
    abstract: "Capture the packets of a guest's port on this node.",
    discussion: """
      Without --write, one decoded line a packet ('-o json': one object a line). Ctrl-C ends it; the number of packets \
      then goes to standard error.
      """)

  @Argument(
    help: "The port's id, the beginning of its id, its name, or its interface.",
    completion: .custom { _, _, _ in interfaceNames() }, transform: referenceOption)
  var port: String
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write the packets to this pcapng file instead; - is standard output.", valueName: "file"),
    completion: .file(extensions: ["pcapng"]))
  var write: String?
  @Option(name: .shortAndLong, help: ArgumentHelp("Only packets that match, see pcap-filter(7).", valueName: "filter"))
  var filter: String?
  @Option(name: .shortAndLong, help: "End after so many packets.") var count: Int?
  @Option(
    name: .shortAndLong, help: ArgumentHelp("End after so long, such as 10s or 5m.", valueName: "time"),
    transform: { try TimeSpan(parsing: $0) })
  var duration: TimeSpan?
  @Option(name: .shortAndLong, help: "The most octets of a packet to capture, from 64 to 262144.")
  var snaplen = 65_535
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if let count, count < 1 { throw ValidationError("--count must be at least 1.") }
    guard (64...262_144).contains(snaplen) else { throw ValidationError("--snaplen must be from 64 to 262144.") }
    if let write, write.isEmpty { throw ValidationError("--write needs the name of a file, or - for standard output.") }
  }

  func run() async throws {
    let console = Console.current
    if write == "-", isatty(STDOUT_FILENO) == 1 {
      throw CommandFailure("A capture file is no text for a terminal: send the standard output to a file or a program.")
    }
    let target = try await target(console)
    let job = CaptureJob(
      target: target, filter: filter, snapshotLength: snaplen, path: write, format: global.output, count: count,
      duration: duration)
    let summary = try await job.runUntilInterrupted(console: console)
    switch summary.end {
    case .done:
      console.noteLine(summary.text)
    case .outputClosed:
      throw OutputError.closed
    case .interfaceGone:
      console.noteLine(summary.text)
      throw CommandFailure(
        "The capture ended because interface \(printable(target.interface)) was removed: its guest was stopped or "
          + "moved, or the port was unplugged.")
    }
  }

  private func target(_ console: any ConsoleSink) async throws -> CaptureTarget {
    let finder = CaptureTargetFinder()
    let socket = global.socket
    let status: AgentStatus
    do {
      status = try await HTTPExchange.with { try await AgentClient(socket: socket, exchange: $0).status() }
    } catch let failure as AgentClient.Failure {
      let target = try finder.target(port, agentFailure: failure.description)
      console.noteLine("Taking '\(printable(port))' as an interface. \(failure)")
      return target
    }
    return try finder.target(port, ports: status.ports ?? [])
  }
}

/// One capture, from opening it to its last frame.
struct CaptureJob: Sendable {
  let target: CaptureTarget
  let filter: String?
  let snapshotLength: Int
  let path: String?
  let format: OutputFormat
  let count: Int?
  let duration: TimeSpan?

  /// Captures on a thread of its own until it is done or an interrupt comes. A second interrupt ends the process.
  func runUntilInterrupted(console: any ConsoleSink) async throws -> CaptureSummary {
    let stop = CaptureStop()
    let signals = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        // A reader that does not read blocks the thread in its write, where no request is seen.
        if stop.isRequested { _exit(128 + number) }
        stop.request()
      }
      source.resume()
      return source
    }
    defer {
      signals.forEach { $0.cancel() }
      for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }
    return try await withCheckedThrowingContinuation { continuation in
      DispatchQueue(label: "alioth.capture").async {
        continuation.resume(with: Result { try run(stop, console) })
      }
    }
  }

  private func run(_ stop: CaptureStop, _ console: any ConsoleSink) throws -> CaptureSummary {
    do {
      let capture = try PacketCapture(
        interface: target.interface, snapshotLength: snapshotLength, promiscuous: true, filter: filter,
        direction: .both, wakeUp: stop.wakeUp)
      let output = try output(capture, console)
      if let warning = capture.warning { console.noteLine("Warning: \(printable(warning))") }
      console.noteLine("Capturing \(target.title)\(path.map { ", to \($0 == "-" ? "standard output" : $0)" } ?? "")")
      return try CaptureLoop(count: count, duration: duration, stop: stop).run(capture, into: output)
    } catch let error as CaptureError {
      throw CommandFailure(capitalised(error.description))
    } catch let error as PcapngError {
      if error.code == EPIPE { throw OutputError.closed }
      throw CommandFailure(capitalised(error.description))
    }
  }

  private func output(_ capture: PacketCapture, _ console: any ConsoleSink) throws -> any FrameOutput {
    if let path {
      return try FileOutput(
        path: path, interface: target.interface, linkType: capture.linkType, snapshotLength: capture.snapshotLength)
    }
    // LINKTYPE_ETHERNET, https://www.tcpdump.org/linktypes.html
    guard capture.linkType == 1 else {
      throw CommandFailure(
        "The packets of interface \(printable(target.interface)) are no Ethernet frames (link type \(capture.linkType))"
          + ", which is all that is decoded here; --write stores them for Wireshark.")
    }
    return LineOutput(console: console, format: format)
  }
}

private func capitalised(_ text: String) -> String {
  sentence(text.prefix(1).uppercased() + text.dropFirst())
}

/// The interfaces of this network namespace, for the shell's completion.
private func interfaceNames() -> [String] {
  ((try? FileManager.default.contentsOfDirectory(atPath: "/sys/class/net")) ?? []).filter { $0 != "lo" }.sorted()
}
