import DHCP
import Glibc
import PacketCapture
import PacketFormats

/// Where captured frames go.
protocol FrameOutput: AnyObject {
  /// Whether nobody reads any more, found out without writing.
  var isClosed: Bool { get }
  /// Takes one frame; its bytes are borrowed for the call.
  func write(_ frame: CapturedFrame, _ bytes: RawSpan) throws
}

/// A decoded line a frame, written at once.
final class LineOutput: FrameOutput {
  private let console: any ConsoleSink
  private let format: OutputFormat
  private let summary = FrameSummary(describeUDP: DHCPMessage.describe)

  init(console: any ConsoleSink, format: OutputFormat) {
    self.console = console
    self.format = format
  }

  var isClosed: Bool { isReaderGone(STDOUT_FILENO) }

  func write(_ frame: CapturedFrame, _ bytes: RawSpan) throws {
    // Guests choose much of what stands in a line.
    let line = printable(summary.line(for: bytes, originalLength: frame.originalLength))
    switch format {
    case .table:
      try console.printLine("\(timeOfDay(frame.timestamp)) \(line)")
    case .json:
      let object: JSONValue = [
        "time": .string(utcText(frame.timestamp)), "length": .integer(Int64(frame.originalLength)),
        "summary": .string(line),
      ]
      try console.writeOutput(object.compactBytes() + [UInt8(ascii: "\n")])
    }
  }
}

/// A pcapng file, or standard output as one.
final class FileOutput: FrameOutput {
  private let writer: PcapngWriter
  private let interface: PcapngInterface
  private let isStandardOutput: Bool

  /// - Parameter path: the file's name; `-` is standard output.
  init(path: String, interface: String, linkType: UInt16, snapshotLength: Int) throws(PcapngError) {
    isStandardOutput = path == "-"
    var writer =
      isStandardOutput
      ? try PcapngWriter(fileDescriptor: STDOUT_FILENO, name: "the standard output", application: "alioth")
      : try PcapngWriter(creating: path, application: "alioth")
    self.interface = try writer.addInterface(name: interface, linkType: linkType, snapshotLength: snapshotLength)
    self.writer = writer
  }

  var isClosed: Bool { isStandardOutput && isReaderGone(STDOUT_FILENO) }

  func write(_ frame: CapturedFrame, _ bytes: RawSpan) throws {
    try writer.write(frame, bytes: bytes, interface: interface)
  }
}

/// Whether the other end of a pipe is closed: poll reports POLLERR on the writing end then (poll(2)).
private func isReaderGone(_ descriptor: Int32) -> Bool {
  var state = pollfd(fd: descriptor, events: 0, revents: 0)
  return poll(&state, 1, 0) > 0 && state.revents & Int16(POLLERR) != 0
}

/// The local time of day, to the microsecond.
private func timeOfDay(_ timestamp: CaptureTimestamp) -> String {
  var seconds = time_t(timestamp.nanoseconds / 1_000_000_000)
  var parts = tm()
  guard localtime_r(&seconds, &parts) != nil else { return "--:--:--.------" }
  return clockText(parts) + "." + digits(Int(timestamp.nanoseconds % 1_000_000_000 / 1000), 6)
}

/// The moment in UTC, to the nanosecond (RFC 3339).
func utcText(_ timestamp: CaptureTimestamp) -> String {
  var seconds = time_t(timestamp.nanoseconds / 1_000_000_000)
  var parts = tm()
  gmtime_r(&seconds, &parts)
  let date =
    "\(digits(Int(parts.tm_year) + 1900, 4))-\(digits(Int(parts.tm_mon) + 1, 2))-\(digits(Int(parts.tm_mday), 2))"
  return "\(date)T\(clockText(parts)).\(digits(Int(timestamp.nanoseconds % 1_000_000_000), 9))Z"
}

private func clockText(_ parts: tm) -> String {
  "\(digits(Int(parts.tm_hour), 2)):\(digits(Int(parts.tm_min), 2)):\(digits(Int(parts.tm_sec), 2))"
}

private func digits(_ value: Int, _ count: Int) -> String {
  let text = String(value)
  return String(repeating: "0", count: max(0, count - text.count)) + text
}
