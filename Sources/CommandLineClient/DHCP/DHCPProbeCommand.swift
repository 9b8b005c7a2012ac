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
    } else if result.isServed {
      try console.printLine("The guest would get \(printable(result.address ?? "an address"))\(result.timeText).")
      if let offer = result.offer { try console.printLine(printable(offer)) }
      if let reason = result.reason { console.noteLine(sentence(reason.prefix(1).uppercased() + reason.dropFirst())) }
    }
    guard result.isServed else {
      throw CommandFailure(sentence("The guest would get no address: \(result.reason ?? "no reason is given")"))
    }
  }
}

/// What came of a probe (`POST /v1/dhcp/probe`).
struct DHCPProbeResult: Decodable, Sendable {
  var isServed: Bool
  var address: String?
  var offer: String?
  var reason: String?
  var milliseconds: Double?

  var timeText: String {
    guard let milliseconds else { return "" }
    return " after \((milliseconds * 100).rounded() / 100) ms"
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
