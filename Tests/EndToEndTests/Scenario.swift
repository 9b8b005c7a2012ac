import Foundation
import Testing

/// The stage of one test: its networks, ports and guests, which are removed when it ends.
final class Scenario {
  let lab: Lab
  let api: ControllerAPI
  private var guests: [Guest] = []
  private var ports: [String] = []
  private var subnets: [String] = []
  private var networks: [String] = []
  private var stations: [String] = []
  // Guests' names differ between tests, so that what one left cannot be taken for another's.
  nonisolated(unsafe) private static var count = 0

  private init(_ lab: Lab) {
    self.lab = lab
    api = ControllerAPI(lab: lab)
  }

  /// Runs a test on a stage of its own; when it throws, the issue shows what the nodes said about themselves.
  static func run(_ body: (Scenario) throws -> Void) throws {
    let scenario = Scenario(try Lab.shared())
    do {
      try body(scenario)
    } catch {
      Issue.record("\(scenario.diagnosis())")
      try? scenario.strike()
      throw error
    }
    try scenario.strike()
  }

  private func strike() throws {
    for guest in guests { try lab.run("guest", "remove", guest.name) }
    for station in stations { try lab.run("station", "remove", station) }
    for port in ports { try api.delete("port", port) }
    for subnet in subnets { try api.delete("subnet", subnet) }
    for network in networks { try api.delete("network", network) }
  }

  private func diagnosis() -> String {
    var pages: [String] = []
    for node in Lab.nodes {
      for command in [["alioth", "show"], ["ovs-ofctl", "-O", "OpenFlow13", "dump-flows", "br-int"]] {
        let outcome = try? lab.attempt(["node", "exec", node] + command)
        pages.append("\(node)# \(command.joined(separator: " "))\n\(outcome?.output ?? "")\(outcome?.errors ?? "")")
      }
    }
    pages.append((try? lab.run("logs", "25")) ?? "")
    return pages.joined(separator: "\n")
  }

  // MARK: Resources

  func network(_ name: String, fields: [String: Any] = [:]) throws -> Network {
    let network = try api.create("network", ["name": name].merging(fields) { $1 }, as: Network.self)
    networks.append(network.id)
    return network
  }

  @discardableResult
  func subnet(of network: Network, cidr: String, fields: [String: Any] = [:]) throws -> Subnet {
    let version = cidr.contains(":") ? 6 : 4
    var body: [String: Any] = ["network_id": network.id, "cidr": cidr, "ip_version": version, "name": network.name]
    body.merge(fields) { $1 }
    let subnet = try api.create("subnet", body, as: Subnet.self)
    subnets.append(subnet.id)
    return subnet
  }

  /// A network with one subnet.
  func network(
    _ name: String, cidr: String, fields: [String: Any] = [:], subnet: [String: Any] = [:]
  ) throws -> Network {
    let network = try network(name, fields: fields)
    try self.subnet(of: network, cidr: cidr, fields: subnet)
    return network
  }

  func port(in network: Network, on node: String, address: String? = nil) throws -> Port {
    var fields: [String: Any] = ["network_id": network.id, "binding:host_id": node]
    if let address { fields["fixed_ips"] = [["ip_address": address]] }
    let port = try api.create("port", fields, as: Port.self)
    ports.append(port.id)
    return port
  }

  func awaitStatus(_ status: String, of port: Port) throws {
    try eventually("port \(port.id) is \(status)", last: { try api.port(port.id).status }) {
      try api.port(port.id).status == status
    }
  }

  /// A machine without Alioth on the physical network, in this VLAN or, without one, untagged.
  func station(address: String, vlan: Int? = nil) throws -> Station {
    Self.count += 1
    let station = Station(lab: lab, name: "station\(Self.count)")
    try lab.run(["station", "add", station.name, address] + (vlan.map { ["\($0)"] } ?? []))
    stations.append(station.name)
    return station
  }

  // MARK: Guests

  /// A guest on a node, plugged for this port; it is not configured yet.
  func plug(_ port: Port, fallbackName: Bool = false, ipv6: Bool = false) throws -> Guest {
    Self.count += 1
    let guest = Guest(lab: lab, name: "guest\(Self.count)", port: port)
    guests.append(guest)
    try guest.plug(fallbackName: fallbackName, ipv6: ipv6)
    return guest
  }

  /// What a node says of its guests' leases.
  func leases(on node: String) throws -> [Lease] {
    let text = try lab.run("node", "exec", node, "alioth", "dhcp", "leases", "-o", "json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode([String: [Lease]].self, from: Data(text.utf8))["leases"] ?? []
  }

  /// A counter of a node's agent; 0 when it has not counted.
  func counter(_ name: String, on node: String) throws -> Int {
    let page = try lab.run("node", "exec", node, "alioth", "show", "-v")
    for line in page.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, let first = words.first, first == name { return words.last.flatMap { Int($0) } ?? 0 }
    }
    return 0
  }

  /// A guest that has its port in force and its address by DHCP.
  func boot(
    in network: Network, on node: String, address: String? = nil, client: DHCPClient = .udhcpc
  ) throws -> Guest {
    let guest = try plug(try port(in: network, on: node, address: address))
    try awaitStatus("ACTIVE", of: guest.port)
    try guest.dhcp(client)
    return guest
  }
}

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

  func plug(fallbackName: Bool = false, ipv6: Bool = false) throws {
    let options = (fallbackName ? ["--fallback-name"] : []) + (ipv6 ? ["--ipv6"] : [])
    try lab.run(["guest", "plug", port.host, name, "--port", port.id, "--mac", port.macAddress] + options)
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

/// A machine without Alioth on the physical network of the lab.
struct Station {
  let lab: Lab
  let name: String

  /// Whether one ping is answered within a second.
  func reaches(_ address: String) throws -> Bool {
    try lab.succeeds("station", "exec", name, "ping", "-c", "1", "-W", "1", address)
  }

  /// The MAC address of its interface.
  func macAddress() throws -> String {
    try lab.run("station", "exec", name, "cat", "/sys/class/net/eth0/address")
      .trimmingCharacters(in: .whitespacesAndNewlines)
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
