import ArgumentParser
import FoundationEssentials
import Glibc
import NIOHTTP1

/// `alioth goal-state check`: what an update would change on this node.
struct GoalStateCheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Show what an update would change on this node, and change nothing.",
    discussion: """
      FILE is a ControllerMessage of alioth.southbound.v1, as JSON or binary: {"delta": {"upserts": […], "removals": […]}}, \
      or {"resources": {"upserts": […]}} for a whole goal state. What has no revision counts as new.

      The exit code is 1 when something of it would be refused.
      """)

  @Argument(help: "The file; '-' for standard input.", completion: .file()) var file: String
  @Flag(help: "Show the flows that would change, too, as far as the agent names them.") var flows = false
  @OptionGroup var global: GlobalOptions

  /// No longer file is read.
  static let maximumBytes = 64 << 20

  func run() async throws {
    let console = Console.current
    let socket = global.socket
    let bytes = try Self.contents(of: file)
    let body = try await HTTPExchange.with { exchange in
      var exchange = exchange
      exchange.timeout = .seconds(300)
      return try await AgentClient(socket: socket, exchange: exchange).answer(
        to: "/v1/goal-state/check", method: .POST, attempt: "check \(file == "-" ? "the update" : file)", body: bytes)
    }
    let result = try CheckResult(body, socket)
    if global.output == .json {
      try console.writeOutput(body)
    } else {
      try console.printText(result.page(withFlows: flows, colour: console.hasColour))
    }
    if let refusal = result.refusal {
      throw CommandFailure(sentence(refusal.prefix(1).uppercased() + refusal.dropFirst()))
    }
    guard result.refusedCount == 0 else { throw CommandFailure("\(result.refusedCount) resources would be refused.") }
  }

  /// The file, when it is not too long.
  static func contents(of file: String) throws -> [UInt8] {
    let name = file == "-" ? "standard input" : printable(file)
    let descriptor = file == "-" ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CommandFailure(sentence("\(name) cannot be read: \(String(cString: strerror(errno)))"))
    }
    defer { if file != "-" { close(descriptor) } }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw CommandFailure(sentence("\(name) cannot be read: \(String(cString: strerror(errno)))"))
      }
      guard count > 0 else { break }
      bytes += buffer[..<count]
      guard bytes.count <= maximumBytes else {
        throw CommandFailure("\(name) has more than \(maximumBytes >> 20) MiB: it is no update that a host takes.")
      }
    }
    guard !bytes.isEmpty else { throw CommandFailure("\(name) is empty.") }
    return bytes
  }
}

/// What an update would change, as the agent tells it (`POST /v1/goal-state/check`).
struct CheckResult: Decodable, Sendable {
  struct Resources: Decodable, Sendable {
    var count: Int
    var first: [String]
  }

  struct Flows: Decodable, Sendable {
    var table: String
    var added: Int
    var modified: Int
    var removed: Int
  }

  var heldRevision: UInt64?
  var refusal: String?
  var added: Resources
  var changed: Resources
  var removed: Resources
  var heldBack: Resources
  var refusedCount: Int
  var refused: [AgentStatus.Failure]
  var pendingCount: Int
  var pending: [AgentStatus.Pending]
  var flowChanges: [Flows]
  var flows: [String]

  init(_ body: [UInt8], _ socket: AgentSocket) throws(CommandFailure) {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      self = try decoder.decode(CheckResult.self, from: Data(body))
    } catch {
      throw CommandFailure(
        "The answer on \(socket.path) is not understood. Is aliothd of a version like this program's?")
    }
  }

  /// The result as a page for a person.
  func page(withFlows: Bool, colour: Bool) -> String {
    let resources = [("Added", added), ("Changed", changed), ("Removed", removed), ("Held back", heldBack)]
      .filter { $0.1.count > 0 }
    var sections: [String] = []
    if resources.isEmpty, refusedCount == 0 {
      sections.append("Nothing would change.\n")
    } else {
      sections.append(resources.map { "\($0.0): \(text($0.1))\n" }.joined())
    }
    if refusedCount > 0 {
      let rows = refused.map { [Cell($0.resource), Cell($0.code, style: .bad), Cell($0.message)] }
      sections.append(
        "Refused (\(refusedCount)):\n"
          + Table(headers: ["RESOURCE", "CODE", "MESSAGE"], rows: rows).rendered(colour: colour))
    }
    if pendingCount > 0 {
      let rows = pending.map { [Cell($0.resource), Cell($0.reason)] }
      sections.append(
        "Waiting (\(pendingCount)):\n" + Table(headers: ["RESOURCE", "REASON"], rows: rows).rendered(colour: colour))
    }
    if !flowChanges.isEmpty {
      let rows = flowChanges.map {
        [Cell($0.table), Cell("\($0.added)"), Cell("\($0.modified)"), Cell("\($0.removed)")]
      }
      sections.append(
        "Flows:\n"
          + Table(headers: ["TABLE", "ADDED", "MODIFIED", "REMOVED"], rows: rows).rendered(colour: colour))
    }
    if withFlows, !flows.isEmpty { sections.append(flows.map { printable($0) + "\n" }.joined()) }
    return sections.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private func text(_ resources: Resources) -> String {
    let shown = resources.first.prefix(10).map(printable).joined(separator: ", ")
    let rest = resources.count - min(10, resources.first.count)
    return rest > 0 ? "\(resources.count): \(shown) and \(rest) more" : shown
  }
}
