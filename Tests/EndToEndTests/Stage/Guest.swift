import Foundation

/// A stock DHCP client.
enum DHCPClient: String, CaseIterable, Sendable {
  case udhcpc
  case dhclient
  case dhcpcd
  case networkd
}

/// What the tests read of a lease.
struct Lease: Decodable {
  var port: String
  var ipVersion: Int
  var reservedAddresses: [String]
  var delegatedPrefixes: [String]?
  var lastMessage: String?
  var state: String?
  var address: String?
  var acknowledgedAt: String?
}

/// A guest: a namespace with an `eth0`.
struct Guest {
  let lab: Lab
  let name: String
  let port: Port

  var address: String { port.address }
  var addresses: [String] { port.fixedIPs.map(\.address) }
  var mac: String { port.macAddress }

  /// Its first address of a version of IP.
  func address(_ version: Int) -> String {
    addresses.first { ($0.contains(":") ? 6 : 4) == version } ?? ""
  }

  func plug(fallbackName: Bool = false, ipv6: Bool = false) throws {
    try lab.run(plugCommand(fallbackName: fallbackName, ipv6: ipv6))
  }

  func plugCommand(fallbackName: Bool = false, ipv6: Bool = false) -> [String] {
    let options = (fallbackName ? ["--fallback-name"] : []) + (ipv6 ? ["--ipv6"] : [])
    return ["guest", "plug", port.host, name, "--port", port.id, "--mac", port.macAddress] + options
  }

  func dhcp(_ client: DHCPClient, daemon: Bool = false, ipv6: Bool = false) throws {
    try lab.run(
      ["guest", "dhcp", name, client.rawValue] + (daemon ? ["--daemon"] : []) + (ipv6 ? ["--ipv6"] : []))
  }

  /// What DHCP told the guest.
  func lease(_ key: String) throws -> String {
    try lab.run("guest", "lease", name, key).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The address and prefix length that its interface has, or nothing.
  func configuredAddress() throws -> String {
    let line = try lab.run("guest", "exec", name, "ip", "-4", "-brief", "address", "show", "dev", "eth0")
    return line.split(separator: " ").map(String.init).dropFirst(2).first ?? ""
  }

  /// The addresses of one version that its interface has and uses for new conversations.
  func configuredAddresses(_ version: Int) throws -> [String] {
    let line = try lab.run(
      "guest", "exec", name, "ip", "-\(version)", "-brief", "address", "show", "dev", "eth0", "scope", "global",
      "-deprecated")
    return line.split(whereSeparator: \.isWhitespace).filter { $0.contains("/") }
      .map { String($0.prefix { $0 != "/" }) }
  }

  /// Whether one ping is answered within a second.
  func reaches(_ address: String) throws -> Bool {
    try lab.succeeds("guest", "exec", name, "ping", "-c", "1", "-W", "1", address)
  }

  /// Whether one of several pings is answered: for asserting that nobody is there.
  func reachesEver(_ address: String) throws -> Bool {
    try lab.succeeds("guest", "exec", name, "ping", "-c", "5", "-i", "0.2", "-W", "1", address)
  }

  func awaitReach(_ address: String, within seconds: Double = 30) throws {
    try eventually("\(name) reaches \(address)", within: seconds) { try reaches(address) }
  }

  /// A ping that goes on until ``Ping/finish()``.
  func ping(_ address: String, interval: String = "0.05") throws -> Ping {
    Ping(command: try lab.start("guest", "exec", name, "ping", "-n", "-i", interval, address))
  }
}

/// A ping that goes on in the background.
struct Ping {
  private let command: Background

  init(command: Background) {
    self.command = command
  }

  /// What has been answered.
  struct Result {
    var answered: Int
    /// Sequence numbers without an answer below the highest that has one: the last ones may just have been on their way.
    var lost: [Int]
  }

  /// The highest sequence number that has been answered.
  var highest: Int {
    sequenceNumbers(command.output).max() ?? 0
  }

  /// Waits until it is answered another so many times.
  func awaitAnswers(_ count: Int) throws {
    let goal = highest + count
    try eventually("ping number \(goal) is answered", last: { "\(highest)" }) { highest >= goal }
  }

  func finish() -> Result {
    let seen = Set(sequenceNumbers(command.finish(signal: SIGINT)))
    let lost = seen.isEmpty ? [] : (1...(seen.max() ?? 1)).filter { !seen.contains($0) }
    return Result(answered: seen.count, lost: lost)
  }

  private func sequenceNumbers(_ output: String) -> [Int] {
    output.split(separator: "\n").compactMap { line in
      guard line.contains("bytes from"), let range = line.range(of: "icmp_seq=") else { return nil }
      return Int(line[range.upperBound...].prefix { $0.isNumber })
    }
  }
}
