import ArgumentParser
import FoundationEssentials

/// `alioth history`: what changed on this node, when, and what it took.
struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Show what has changed on this node and when: resources, flows, and when it was in force.",
    discussion: """
      The newest comes first. The agent keeps it with its goal state on disk, as much as its configuration allows \
      (state.history-mebibytes). FLOWS are those added, modified and deleted, together with the changes before that came into \
      force at the same time. With '-o json' all that is known of each.
      """)

  @Option(help: "Only what is not older: a length of time such as 1h, or a moment such as 2026-01-31T12:00:00Z.")
  var since: HistoryStart?
  @Option(help: "Only what concerns this resource: KIND/ID, such as port/3f1c….") var resource: String?
  @Option(help: "How many entries to show, 1 to 10000.") var limit = 50
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let console = Console.current
    let socket = global.socket
    let history = try await HTTPExchange.with {
      try await AgentClient(socket: socket, exchange: $0).history(
        since: since?.moment(before: Date()), resource: resource, limit: limit)
    }
    if global.output == .json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      encoder.keyEncodingStrategy = .convertToSnakeCase
      try console.writeOutput(Array(try encoder.encode(history.entries)) + [UInt8(ascii: "\n")])
      return
    }
    guard !history.entries.isEmpty else { return try console.printText("Nothing has changed.\n") }
    let page = Table(
      headers: ["TIME", "REVISION", "SCOPE", "IN FORCE", "FLOWS", "CHANGED"],
      rows: history.entries.map { entry in
        [
          Cell(entry.time), Cell("\(entry.revision)"), Cell(entry.scope), Cell(entry.inForceText),
          Cell(entry.flowsText), Cell(entry.changeText, style: entry.refused.isEmpty ? .plain : .warning),
        ]
      })
    try console.printText(page.rendered(colour: console.hasColour))
    if history.isCut { try console.printText("There is more: --limit shows more of it.\n") }
  }
}

/// From when on: a moment, or how long ago.
enum HistoryStart: ExpressibleByArgument, Hashable, Sendable {
  case ago(TimeSpan)
  case at(Date)

  init?(argument: String) {
    if let span = try? TimeSpan(parsing: argument) {
      self = .ago(span)
    } else if let date = parsedMoment(argument) {
      self = .at(date)
    } else {
      return nil
    }
  }

  /// The moment, in milliseconds since 1970.
  func moment(before now: Date) -> UInt64 {
    let date =
      switch self {
      case .ago(let span): now.addingTimeInterval(-Double(span.milliseconds) / 1000)
      case .at(let date): date
      }
    let milliseconds = date.timeIntervalSince1970 * 1000
    return milliseconds > 0 && milliseconds < 1e18 ? UInt64(milliseconds) : 0
  }
}

/// The history as the agent tells it (`GET /v1/history`).
struct AgentHistory: Decodable, Hashable, Sendable {
  struct Refusal: Codable, Hashable, Sendable {
    var resource: String
    var code: String
    var message: String
  }

  struct Entry: Codable, Hashable, Sendable {
    var time: String
    var scope: String
    var number: UInt64
    var epoch: String
    var revision: UInt64
    var fromRevision: UInt64?
    var changed: [String]
    var changedCount: UInt64
    var removed: [String]
    var removedCount: UInt64
    var refused: [Refusal]
    var flowsAdded: UInt64?
    var flowsModified: UInt64?
    var flowsDeleted: UInt64?
    var inForceAt: String?
    var inForceAfterMs: UInt64?
    var program: String?
  }

  var entries: [Entry]
  var isCut: Bool
}

extension AgentHistory.Entry {
  /// How many resources a line names.
  private static let named = 3

  /// How long it took to be in force, as far as that is known.
  var inForceText: String? {
    guard inForceAt != nil else { return scope == "host" ? nil : "never" }
    return inForceAfterMs.map { "after \($0) ms" } ?? inForceAt
  }

  /// `+12 ~1 -3`.
  var flowsText: String? {
    guard let flowsAdded, let flowsModified, let flowsDeleted else { return nil }
    let parts = [("+", flowsAdded), ("~", flowsModified), ("-", flowsDeleted)].filter { $0.1 > 0 }
    return parts.isEmpty ? "none" : parts.map { "\($0)\($1)" }.joined(separator: " ")
  }

  /// What changed, in words.
  var changeText: String {
    var parts: [String] = []
    if let program { parts.append("aliothd \(program) started") }
    if changedCount > 0 { parts.append(list(changed, changedCount)) }
    if removedCount > 0 { parts.append("removed " + list(removed, removedCount)) }
    for refusal in refused.prefix(Self.named) { parts.append("refused \(refusal.resource): \(refusal.message)") }
    if refused.count > Self.named { parts.append("\(refused.count - Self.named) more refused") }
    return parts.joined(separator: "; ")
  }

  private func list(_ names: [String], _ count: UInt64) -> String {
    let shown = names.prefix(Self.named)
    let rest = count > UInt64(shown.count) ? " and \(count - UInt64(shown.count)) more" : ""
    return shown.joined(separator: ", ") + rest
  }
}

extension AgentClient {
  /// What has changed.
  func history(since: UInt64?, resource: String?, limit: Int) async throws(Failure) -> AgentHistory {
    var path = "/v1/history?limit=\(limit)"
    if let since { path += "&since=\(since)" }
    if let resource { path += "&resource=\(percentEncoded(resource))" }
    let body = try await answer(to: path, attempt: "read this node's history")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try decoder.decode(AgentHistory.self, from: Data(body))
    } catch {
      throw .misunderstood(
        "Cannot read this node's history: the answer on \(socket.path) is not understood. Is aliothd of a version like this "
          + "program's?")
    }
  }
}
