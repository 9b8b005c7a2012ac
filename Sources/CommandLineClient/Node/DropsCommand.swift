import ArgumentParser
import FoundationEssentials

/// `alioth drops`: what this node's flows have dropped, by port and reason.
struct DropsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drops",
    abstract: "Show what this node has dropped: whose packets, why, how many and how many bytes.",
    discussion: """
      Counted by the flows that drop, since each was made. What is not one port's is counted for a network, a router or the \
      whole host. docs/drops.md says what each reason means and what to do.
      """)

  @Option(help: "Only this port: its id or its name.") var port: String?
  @Option(help: "Only this reason, such as 'spoofed source'.") var reason: String?
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let console = Console.current
    let socket = global.socket
    var drops = try await HTTPExchange.with { try await AgentClient(socket: socket, exchange: $0).drops() }
    drops.removeAll { drop in
      let isOther = port.map { $0 != drop.port && $0 != drop.name } ?? false
      return isOther || reason.map { $0 != drop.reason } ?? false
    }
    if global.output == .json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try console.writeOutput(Array(try encoder.encode(drops)) + [UInt8(ascii: "\n")])
      return
    }
    guard !drops.isEmpty else { return try console.printText("Nothing was dropped.\n") }
    let page = Table(
      headers: ["PORT", "NAME", "COUNTED FOR", "REASON", "PACKETS", "BYTES"],
      rows: drops.map { drop in
        [
          Cell(drop.port), Cell(drop.name), Cell(drop.port == nil ? drop.resource : nil), Cell(drop.reason),
          Cell("\(drop.packets)"), Cell("\(drop.bytes)"),
        ]
      })
    try console.printText(page.rendered(colour: console.hasColour))
  }
}

/// What was dropped of somebody's for one reason, as the agent tells of it (`GET /v1/drops`).
struct AgentDrop: Codable, Hashable, Sendable {
  var port: String?
  var name: String?
  var resource: String?
  var reason: String
  var packets: UInt64
  var bytes: UInt64
}

private struct AgentDrops: Decodable {
  var drops: [AgentDrop]
  var error: String?
}

extension AgentClient {
  /// What was dropped.
  func drops() async throws(Failure) -> [AgentDrop] {
    let body = try await answer(to: "/v1/drops", attempt: "read what this node has dropped")
    let answer: AgentDrops
    do {
      answer = try JSONDecoder().decode(AgentDrops.self, from: Data(body))
    } catch {
      throw .misunderstood(
        "Cannot read what this node has dropped: the answer on \(socket.path) is not understood. Is aliothd of a version "
          + "like this program's?")
    }
    if let error = answer.error {
      throw .misunderstood("Cannot read what this node has dropped: its switch did not say: \(error).")
    }
    return answer.drops
  }
}
