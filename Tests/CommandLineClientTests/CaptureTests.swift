import PacketCapture
import Testing

@testable import CommandLineClient

@Suite("What to capture")
struct CaptureTargetTests {
  private let ports: [AgentStatus.Port]
  private let finder = CaptureTargetFinder { ["tap1", "tap2", "tap3", "eth0"].contains($0) }

  init() throws {
    let json = """
      {"ports":[{"id":"6a1","name":"web","interface":"tap1"},{"id":"6a2","name":"db","interface":"tap2"},
      {"id":"7b1","name":"twin","interface":"tap3"},{"id":"7b2","name":"twin","interface":"vhu1"},
      {"id":"8c1","name":"late","reason":"not plugged"}]}
      """
    ports = try AgentStatus(parsing: Array(json.utf8)).ports ?? []
  }

  @Test(
    "a port is meant by its id, name, interface, or the beginning of its id",
    arguments: [("6a2", "tap2"), ("web", "tap1"), ("tap1", "tap1"), ("7b1", "tap3"), ("eth0", "eth0")])
  func found(reference: String, interface: String) throws {
    #expect(try finder.target(reference, ports: ports).interface == interface)
  }

  @Test(
    "what cannot be captured is refused with the reason",
    arguments: [
      ("twin", "means 2 ports of this host; name one by its id: 7b1, 7b2"), ("6a", "6a1, 6a2"),
      ("7b2", "vhost-user"), ("8c", "has no interface on this host yet: not plugged."), ("nix", "no port and no"),
    ])
  func refused(reference: String, words: String) {
    let failure = #expect(throws: CommandFailure.self) { try finder.target(reference, ports: ports) }
    #expect(failure?.description.contains(words) == true)
  }

  @Test("without the agent, an interface can be named, and nothing else")
  func withoutAgent() throws {
    #expect(try finder.target("eth0", agentFailure: "down").interface == "eth0")
    let failure = #expect(throws: CommandFailure.self) { try finder.target("web", agentFailure: "The agent is down.") }
    #expect(failure?.description.hasSuffix("The agent is down.") == true)
  }
}

/// A source of numbered frames, which may end in an error.
private final class ScriptedSource: FrameSource {
  var frames: Int
  var end: CaptureError?

  init(frames: Int, end: CaptureError? = nil) {
    self.frames = frames
    self.end = end
  }

  func wait(timeoutMilliseconds: Int32) throws(CaptureError) -> Bool {
    if frames == 0, let end { throw end }
    return frames > 0
  }

  func drain(limit: Int, _ body: (CapturedFrame, RawSpan) -> Void) throws(CaptureError) -> Int {
    let count = min(limit, frames)
    let bytes: [UInt8] = Array(repeating: 0, count: 60)
    for _ in 0..<count {
      body(CapturedFrame(timestamp: CaptureTimestamp(nanoseconds: 1), originalLength: 60), bytes.span.bytes)
    }
    frames -= count
    return count
  }

  func statistics() throws(CaptureError) -> CaptureStatistics { CaptureStatistics(received: 9, dropped: 2) }
}

/// An output that counts, and fails from some frame on.
private final class CountingOutput: FrameOutput {
  var written = 0
  var isClosed = false
  var failure: (after: Int, error: any Error)?

  func write(_ frame: CapturedFrame, _ bytes: RawSpan) throws {
    if let failure, written >= failure.after { throw failure.error }
    written += 1
  }
}

@Suite("A capture's course")
struct CaptureLoopTests {
  @Test("it ends after the count, and no frame more")
  func count() throws {
    let output = CountingOutput()
    let summary = try CaptureLoop(count: 70, stop: CaptureStop()).run(ScriptedSource(frames: 100), into: output)
    #expect(output.written == 70)
    #expect(summary.text == "70 packets captured, 2 dropped by the kernel")
  }

  @Test("it ends after the duration, though nothing arrives")
  func duration() throws {
    let loop = CaptureLoop(duration: TimeSpan(milliseconds: 5), stop: CaptureStop())
    #expect(try loop.run(ScriptedSource(frames: 3), into: CountingOutput()).captured == 3)
  }

  @Test("it does not begin when it is asked to stop")
  func stopped() throws {
    let stop = CaptureStop()
    stop.request()
    #expect(try CaptureLoop(stop: stop).run(ScriptedSource(frames: 3), into: CountingOutput()).captured == 0)
  }

  @Test("a removed interface ends it with what was captured")
  func removed() throws {
    let gone = CaptureError(kind: .interfaceGone, interface: "tap1", attempt: "wait for frames", reason: "removed")
    let source = ScriptedSource(frames: 3, end: gone)
    let summary = try CaptureLoop(stop: CaptureStop()).run(source, into: CountingOutput())
    #expect(summary == CaptureSummary(end: .interfaceGone, captured: 3, dropped: 2))
  }

  @Test("a reader that goes away ends it, while frames come and while none do")
  func closed() throws {
    let output = CountingOutput()
    output.failure = (2, OutputError.closed)
    let summary = try CaptureLoop(stop: CaptureStop()).run(ScriptedSource(frames: 9), into: output)
    #expect(summary == CaptureSummary(end: .outputClosed, captured: 2, dropped: 2))
    let idle = CountingOutput()
    idle.isClosed = true
    #expect(try CaptureLoop(stop: CaptureStop()).run(ScriptedSource(frames: 0), into: idle).end == .outputClosed)
  }

  @Test("another failure of the output is thrown")
  func full() {
    let output = CountingOutput()
    output.failure = (0, OutputError.failed(28))
    #expect(throws: OutputError.failed(28)) {
      try CaptureLoop(stop: CaptureStop()).run(ScriptedSource(frames: 1), into: output)
    }
  }

  @Test("a line is the time and the frame's summary; JSON is an object a line")
  func lines() throws {
    // An ARP request: broadcast, fa:16:3e:00:00:01, ARP; Ethernet, IPv4, 6, 4, request; sender; target 10.0.0.1.
    let frame: [UInt8] = [
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfa, 0x16, 0x3e, 0x00, 0x00, 0x01, 0x08, 0x06,
      0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01,
      0xfa, 0x16, 0x3e, 0x00, 0x00, 0x01, 10, 0, 0, 5,
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 10, 0, 0, 1,
    ]
    let moment = CapturedFrame(
      timestamp: CaptureTimestamp(nanoseconds: 1_767_322_800_000_012_345), originalLength: 42)
    let console = RecordedConsole()
    try LineOutput(console: console, format: .table).write(moment, frame.span.bytes)
    #expect(console.output.contains(":00:00.000012 fa:16:3e:00:00:01 > ff:ff:ff:ff:ff:ff, ARP who-has 10.0.0.1"))
    let json = RecordedConsole()
    try LineOutput(console: json, format: .json).write(moment, frame.span.bytes)
    let object = try JSONValue(parsing: Array(json.output.utf8))
    #expect(object["time"] == "2026-01-02T03:00:00.000012345Z")
    #expect(object["length"] == 42)
  }
}
