import ArgumentParser
import FoundationEssentials
import NIOHTTP1

/// `alioth dhcp probe`: would this guest get its address?
struct DHCPProbeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Ask for an address as a port's guest would, and say whether it would get one, and if not, why.",
    discussion: """
      A message enters the switch at the port, takes the way of all packets of the guest, and the answer is awaited on \
      the port's interface. The guest sees an answer that it did not ask for, which clients pass over. The exit code is \
      1 when there is none.
      """)

  @Argument(help: "The port's id, the beginning of its id, its name, or its interface.", transform: referenceOption)
  var port: String
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let console = Console.current
    let socket = global.socket
    let (result, body) = try await HTTPExchange.with { exchange in
      let client = AgentClient(socket: socket, exchange: exchange)
      let status = try await client.status()
      let finder = CaptureTargetFinder()
      let id = try finder.port(port, ports: status.ports ?? []).id
      let body = try await client.answer(
        to: "/v1/dhcp/probe?port=\(percentEncoded(id))", method: .POST, attempt: "probe the port")
      return (try DHCPProbeResult(body), body)
    }
    if global.output == .json {
      try console.writeOutput(body)
    } else {
      for answer in result.results where answer.isServed {
        try console.printLine("The guest would get \(printable(answer.given))\(answer.timeText).")
        if let offer = answer.offer { try console.printLine(printable(offer)) }
        if let reason = answer.reason { console.noteLine(sentence(reason.prefix(1).uppercased() + reason.dropFirst())) }
      }
    }
    guard result.isServed else { throw CommandFailure(sentence(result.failure)) }
  }
}

/// What came of a probe (`POST /v1/dhcp/probe`).
struct DHCPProbeResult: Decodable, Sendable {
  /// What came of one message.
  struct Answer: Decodable, Sendable {
    var ipVersion: Int
    var isServed: Bool
    var address: String?
    var offer: String?
    var reason: String?
    var milliseconds: Double?

    /// What the guest would get.
    var given: String { address ?? (ipVersion == 6 ? "what it forms its IPv6 address of" : "an address") }

    var timeText: String {
      guard let milliseconds else { return "" }
      return " after \((milliseconds * 100).rounded() / 100) ms"
    }
  }

  var isServed: Bool
  var reason: String?
  var results: [Answer]

  /// Why the guest would not get all that it is to have.
  var failure: String {
    guard let missing = results.first(where: { !$0.isServed }) else {
      return "The guest would get no address: \(reason ?? "no reason is given")"
    }
    return "The guest would get no IPv\(missing.ipVersion) address: \(missing.reason ?? "no reason is given")"
  }

  init(_ body: [UInt8]) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      self = try decoder.decode(DHCPProbeResult.self, from: Data(body))
    } catch {
      throw CommandFailure(
        "Cannot read the probe's result: the answer is not understood. Is aliothd of a version like this program's?")
    }
  }
}
