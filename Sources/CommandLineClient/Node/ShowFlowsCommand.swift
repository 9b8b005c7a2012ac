import ArgumentParser
import FoundationEssentials

/// `alioth show flows`: the agent's flows as it wants them, and how each stands with the switch.
struct ShowFlowsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flows",
    abstract: "Show the agent's flows, the resource that each was made from, and whether the switch has it.",
    discussion: """
      The flows are written as ovs-ofctl writes them. What the switch itself says is 'ovs-ofctl dump-flows'; the agent \
      compares both, and 'alioth show' tells whether they agree.
      """)

  @Option(help: "Only the flows made from this resource: KIND/ID, such as port/3f1c….") var resource: String?
  @Option(help: "Only this table: its number or its name.") var table: String?
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let console = Console.current
    let client = { AgentClient(socket: global.socket, exchange: $0) }
    var flows = try await HTTPExchange.with { try await client($0).flows(resource: resource, table: table) }
    flows.sort { ($0.resource ?? "", $0.flow) < ($1.resource ?? "", $1.flow) }
    if global.output == .json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try console.writeOutput(Array(try encoder.encode(flows)) + [UInt8(ascii: "\n")])
      return
    }
    guard !flows.isEmpty else { return try console.printText("No flows.\n") }
    let page = Table(
      headers: ["RESOURCE", "STATE", "TABLE", "FLOW"],
      rows: flows.map { [Cell($0.resource), Cell($0.state), Cell($0.table), Cell($0.flow)] })
    try console.printText(page.rendered(colour: console.hasColour))
  }
}

/// A flow as the agent tells of it (`GET /v1/flows`).
struct AgentFlow: Codable, Hashable, Sendable {
  var resource: String?
  var state: String
  var table: String
  var flow: String
}

/// One page of them.
private struct AgentFlowPage: Decodable {
  var flows: [AgentFlow]
  var next: Int?
}

extension AgentClient {
  /// All flows that match, page by page.
  func flows(resource: String?, table: String?) async throws(Failure) -> [AgentFlow] {
    var flows: [AgentFlow] = []
    var cursor: Int? = 0
    while let start = cursor {
      var path = "/v1/flows?cursor=\(start)"
      if let resource { path += "&resource=\(percentEncoded(resource))" }
      if let table { path += "&table=\(percentEncoded(table))" }
      let body = try await answer(to: path, attempt: "read this node's flows")
      do {
        let page = try JSONDecoder().decode(AgentFlowPage.self, from: Data(body))
        flows += page.flows
        cursor = page.next.flatMap { $0 > start ? $0 : nil }
      } catch {
        throw .misunderstood(
          "Cannot read this node's flows: the answer on \(socket.path) is not understood. Is aliothd of a version like "
            + "this program's?")
      }
    }
    return flows
  }
}
