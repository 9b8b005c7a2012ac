import Foundation
import Testing

/// The stage of one test: its networks, ports and guests, which are removed when it ends.
final class Scenario {
  let lab: Lab
  let api: ControllerAPI
  /// What was set up, as a way to take it away again each; what came last goes first.
  private var props: [() throws -> Void] = []
  private var guests: [Guest] = []
  private var subnets: [String: Subnet] = [:]
  /// Guests that are being plugged.
  private var arriving: [(guest: Guest, plugging: Background)] = []
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

  /// Takes everything away, also when something of it fails: the next test shall find an empty stage.
  private func strike() throws {
    var failures: [any Error] = []
    func attempt(_ removal: () throws -> Void) {
      do { try removal() } catch { failures.append(error) }
    }
    for arrival in arriving { _ = arrival.plugging.finish() }
    attempt { try lab.traffic.closeConnections() }
    attempt { try awaitAll(guests.map { try lab.start("guest", "remove", $0.name) }) }
    for prop in props.reversed() { attempt(prop) }
    if let failure = failures.first { throw failure }
  }

  /// Notes how something that was just set up goes away again.
  func atTheEnd(_ removal: @escaping () throws -> Void) { props.append(removal) }

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
    atTheEnd { [api] in try api.delete("network", network.id) }
    return network
  }

  @discardableResult
  func subnet(of network: Network, cidr: String, fields: [String: Any] = [:]) throws -> Subnet {
    let version = cidr.contains(":") ? 6 : 4
    var body: [String: Any] = ["network_id": network.id, "cidr": cidr, "ip_version": version, "name": network.name]
    body.merge(fields) { $1 }
    let subnet = try api.create("subnet", body, as: Subnet.self)
    subnets[subnet.id] = subnet
    atTheEnd { [api] in try api.delete("subnet", subnet.id) }
    return subnet
  }

  /// A network with a subnet of each of these.
  func network(
    _ name: String, cidr: String..., fields: [String: Any] = [:], subnet subnetFields: [String: Any] = [:]
  ) throws -> Network {
    let network = try network(name, fields: fields)
    for cidr in cidr { try subnet(of: network, cidr: cidr, fields: subnetFields) }
    return network
  }

  /// A port, with these addresses or else one of each version.
  func port(
    in network: Network, on node: String, address: String..., fields: [String: Any] = [:]
  ) throws -> Port {
    var body: [String: Any] = ["network_id": network.id, "binding:host_id": node]
    if !address.isEmpty { body["fixed_ips"] = address.map { ["ip_address": $0] } }
    return try port(body.merging(fields) { $1 })
  }

  private func port(_ body: [String: Any]) throws -> Port {
    let port = try api.create("port", body, as: Port.self)
    atTheEnd { [api] in try api.delete("port", port.id) }
    return port
  }

  /// Ports that are made by one request, all or none.
  func ports(_ bodies: [[String: Any]]) throws -> [Port] {
    let answer = try api.call("POST", "/v2.0/ports", body: ["ports": bodies])
    let ports = try answer.decoded([String: [Port]].self)["ports"] ?? []
    for port in ports { atTheEnd { [api] in try api.delete("port", port.id) } }
    return ports
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
    atTheEnd { [lab] in try lab.run("station", "remove", station.name) }
    return station
  }

  // MARK: Guests

  /// A guest on a node, plugged for this port; it is not configured yet.
  func plug(_ port: Port, fallbackName: Bool = false, ipv6: Bool = false) throws -> Guest {
    let guest = nextGuest(port)
    try guest.plug(fallbackName: fallbackName, ipv6: ipv6)
    return guest
  }

  /// A guest on a node that is being plugged while the test goes on, until ``ready()``.
  ///
  /// It gets its addresses, IPv4 and IPv6, from the port as it is and not by DHCP, because that is quicker.
  func guest(in network: Network, on node: String, fields: [String: Any] = [:]) throws -> Guest {
    try guest(try port(in: network, on: node, fields: fields))
  }

  func guest(_ port: Port) throws -> Guest {
    let guest = nextGuest(port)
    arriving.append((guest, try lab.start(guest.plugCommand(ipv6: true))))
    return guest
  }

  private func nextGuest(_ port: Port) -> Guest {
    Self.count += 1
    let guest = Guest(lab: lab, name: "guest\(Self.count)", port: port)
    guests.append(guest)
    return guest
  }

  /// Waits until all guests are plugged and their ports in force, and gives them their addresses.
  func ready() throws {
    let arrived = arriving
    arriving = []
    try awaitAll(arrived.map(\.plugging))
    for (guest, _) in arrived {
      let fixedIPs = guest.port.fixedIPs.compactMap { fixed in subnets[fixed.subnet].map { (fixed.address, $0) } }
      try lab.traffic.configure(
        guest.name,
        // The lab's underlay carries 1500; IPv4, UDP, VXLAN and the inner Ethernet header take 20 + 8 + 8 + 14.
        ["link set eth0 mtu 1450"]
          + fixedIPs.map { "address replace \($0)/\($1.length) dev eth0 \($1.isIPv6 ? "nodad" : "")" }
          + fixedIPs.compactMap { $1.gateway.map { "route replace default via \($0)" } })
    }
    for (guest, _) in arrived { try awaitStatus("ACTIVE", of: guest.port) }
  }

  private func awaitAll(_ commands: [Background]) throws {
    let failed = commands.map { ($0.finish(), $0.status) }.filter { $1 != 0 }
    if let (output, status) = failed.first {
      throw LabFailure(attempted: "lab guest", status: status, output: output)
    }
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
    let fields = address.map { ["fixed_ips": [["ip_address": $0]]] } ?? [:]
    let guest = try plug(try port(in: network, on: node, fields: fields))
    try awaitStatus("ACTIVE", of: guest.port)
    try guest.dhcp(client)
    return guest
  }
}
