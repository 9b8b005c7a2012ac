import ArgumentParser
import FoundationEssentials

/// `alioth dhcp leases`: what the guests of this node were told last.
struct DHCPLeasesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leases",
    abstract: "Show what each guest of this node was told by DHCP last, and what it says of itself.",
    discussion: """
      A port is listed as soon as it has a reservation, once for IPv4 and once for IPv6; a dash means that its guest \
      has not asked since the agent started. STATE is what the guest was about: one that is REBINDING had no answer to \
      its renewal. A guest that declined its address found somebody else using it.
      """)

  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let console = Console.current
    let body = try await HTTPExchange.with {
      try await AgentClient(socket: global.socket, exchange: $0)
        .answer(to: "/v1/dhcp/leases", attempt: "read this node's leases")
    }
    if global.output == .json { return try console.writeOutput(body) }
    let leases = try AgentLease.list(body)
    guard !leases.isEmpty else { return try console.printText("No port of this node has DHCP.\n") }
    let rows = leases.map { lease in
      [
        Cell(lease.port), Cell(lease.macAddress), Cell(lease.reservation),
        Cell(lease.lastMessage, style: ["NAK", "DECLINE"].contains(lease.lastMessage) ? .warning : .plain),
        Cell(lease.state, style: ["REBINDING", "REBIND"].contains(lease.state) ? .warning : .plain),
        Cell(lease.lastMessageAt), Cell(lease.hostName), Cell(lease.vendorClass),
        Cell((lease.declines ?? 0) > 0 ? "declined \(lease.declines ?? 0) times" : nil, style: .bad),
      ]
    }
    let page = Table(
      headers: ["PORT", "MAC", "RESERVED", "LAST", "STATE", "AT", "HOST NAME", "CLIENT", "CONFLICT"], rows: rows)
    try console.printText(page.rendered(colour: console.hasColour))
  }
}

/// A lease as the agent tells of it (`GET /v1/dhcp/leases`).
struct AgentLease: Codable, Hashable, Sendable {
  var port: String
  var macAddress: String
  var reservedAddresses: [String]
  var delegatedPrefixes: [String]?
  var lastMessage: String?
  var state: String?
  var lastMessageAt: String?
  var hostName: String?
  var vendorClass: String?
  var declines: Int?

  /// What the guest is given; nothing for one that only asks for parameters.
  var reservation: String? {
    let all = reservedAddresses + (delegatedPrefixes ?? [])
    return all.isEmpty ? nil : all.joined(separator: " ")
  }

  private struct Page: Decodable {
    var leases: [AgentLease]
  }

  static func list(_ body: [UInt8]) throws -> [AgentLease] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try decoder.decode(Page.self, from: Data(body)).leases
    } catch {
      throw CommandFailure(
        "Cannot read this node's leases: the answer is not understood. Is aliothd of a version like this program's?")
    }
  }
}
