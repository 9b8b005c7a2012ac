import Foundation
import Testing

/// The lab of `Lab/lab`, as the tests use it: one for all of them, with two nodes, made by the first that asks.
///
/// Nothing has to be called at the end: the lab takes itself down when this process is gone.
struct Lab: Sendable {
  /// Whether the end-to-end tests can and shall run: they are asked for by the environment, because they need root.
  static var isWanted: Bool {
    ProcessInfo.processInfo.environment["ALIOTH_E2E"] == "1" && geteuid() == 0
      && FileManager.default.isExecutableFile(atPath: "/usr/sbin/ovs-vswitchd")
  }

  static let nodes = ["node1", "node2"]

  private static let started = Result { try Lab() }

  /// The lab, with a controller and an agent on each node that are ready.
  static func shared() throws -> Lab {
    try started.get()
  }

  let directory: String
  /// What makes guests talk.
  let traffic: TrafficGenerator
  private let script: String

  private init() throws {
    directory = "/tmp/alioth-e2e-\(getpid())"
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    script = folder.appendingPathComponent("Lab/lab").path
    traffic = TrafficGenerator(script: script)
    setenv("LAB_DIR", directory, 1)
    setenv("LAB_OWNER", String(getpid()), 1)
    try run("up")
    try run("controller", "start")
    for node in Self.nodes {
      try run("node", "add", node)
      try run("agent", "start", node)
    }
  }

  /// Runs `lab` with these arguments and returns what it printed.
  @discardableResult
  func run(_ arguments: String...) throws -> String {
    try run(arguments)
  }

  /// Runs `lab` with these arguments and returns what it printed; throws when it fails.
  @discardableResult
  func run(_ arguments: [String]) throws -> String {
    let result = try attempt(arguments)
    guard result.status == 0 else {
      throw LabFailure(
        attempted: "lab " + arguments.joined(separator: " "), status: result.status,
        output: result.output + result.errors)
    }
    return result.output
  }

  /// Whether `lab` succeeds with these arguments.
  func succeeds(_ arguments: String...) throws -> Bool {
    try attempt(arguments).status == 0
  }

  /// For `env`: children would inherit that the threads of a Swift process block all signals, and be deaf to them.
  static let plainSignals = ["--default-signal"]

  /// A command's end.
  struct Outcome {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Runs `lab` with these arguments, whatever comes of it.
  func attempt(_ arguments: [String]) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = Self.plainSignals + ["timeout", "--kill-after=5", "90", script] + arguments
    // Errors go by a file without a name: two pipes that are read one after the other can block the writer.
    let errorPath = "/tmp/alioth-e2e-\(getpid())-\(UUID().uuidString)"
    try Data().write(to: URL(fileURLWithPath: errorPath))
    let errorFile = try FileHandle(forUpdating: URL(fileURLWithPath: errorPath))
    try FileManager.default.removeItem(atPath: errorPath)
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errorFile
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try errorFile.seek(toOffset: 0)
    let errors = try errorFile.readToEnd() ?? Data()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self),
      errors: String(decoding: errors, as: UTF8.self))
  }

  /// Starts `lab` with these arguments; its output goes to a file that is read by ``Background/finish(signal:)``.
  func start(_ arguments: String...) throws -> Background {
    try start(arguments)
  }

  func start(_ arguments: [String]) throws -> Background {
    try Background(script: script, arguments: arguments, directory: directory)
  }
}

/// A command that runs while a test does something else.
final class Background {
  private let process = Process()
  private let path: String

  init(script: String, arguments: [String], directory: String) throws {
    path = "\(directory)/background-\(UUID().uuidString).txt"
    try Data().write(to: URL(fileURLWithPath: path))
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = Lab.plainSignals + [script] + arguments
    let output = FileHandle(forWritingAtPath: path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  /// What it has printed so far.
  var output: String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }

  /// Its exit status, when it has ended.
  var status: Int32 { process.terminationStatus }

  /// Ends it by this signal, or waits for its own end without one, and returns all that it printed.
  func finish(signal: Int32? = nil) -> String {
    if let signal { kill(process.processIdentifier, signal) }
    process.waitUntilExit()
    return output
  }
}

/// A command of the lab that failed, with all that it said.
struct LabFailure: Error, CustomStringConvertible {
  var attempted: String
  var status: Int32
  var output: String

  var description: String { "'\(attempted)' ended with status \(status):\n\(output)" }
}

/// Something that did not come true in time.
struct TimedOut: Error, CustomStringConvertible {
  var awaited: String
  var seconds: Double
  var last: String

  var description: String { "not within \(seconds) s: \(awaited)\(last.isEmpty ? "" : "; at last: \(last)")" }
}

/// Waits until `condition` is true.
///
/// The limit is generous, because the machine may be busy; a test that passes does not wait for it.
func eventually(
  _ awaited: String, within seconds: Double = 30, last: () throws -> String = { "" }, _ condition: () throws -> Bool
) throws {
  let deadline = Date().addingTimeInterval(seconds)
  while try !condition() {
    guard Date() < deadline else { throw TimedOut(awaited: awaited, seconds: seconds, last: try last()) }
    Thread.sleep(forTimeInterval: 0.1)
  }
}
