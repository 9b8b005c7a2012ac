import Foundation
import Testing

/// A node whose agent an Alcor controller drives: a client in Python, whose messages have nothing in common with the agent's.
struct AlcorNode {
  let lab: Lab
  let name: String
  let address: String

  private static let started = Result {
    let lab = try Lab.shared()
    let names = ["alcor1", "alcor2"]
    for name in names {
      try lab.run("node", "add", name)
      try lab.run("alcor", "agent", name)
    }
    return try names.map { try AlcorNode(lab: lab, name: $0) }
  }

  /// The nodes, made by the first test that asks.
  static func all() throws -> [AlcorNode] { try started.get() }

  init(lab: Lab, name: String) throws {
    self.lab = lab
    self.name = name
    address = try String(contentsOfFile: "\(lab.directory)/\(name)/address", encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Pushes goal states, and returns a reply for each.
  func push(_ version: AlcorVersion, _ states: [AlcorGoalState]) throws -> [AlcorReply] {
    let lines = try run(version.command, try states.map { try $0.json(version) })
    return try lines.map { try AlcorReply.decode($0) }
  }

  /// Pushes one goal state, and returns its statuses.
  func push(_ version: AlcorVersion, _ state: AlcorGoalState) throws -> [AlcorReply.Status] {
    let replies = try push(version, [state])
    return try #require(replies.first).operationStatuses
  }

  /// The status of one resource, by a GET.
  func status(_ version: AlcorVersion, _ state: AlcorState) throws -> String {
    var state = state
    state.operation = "GET"
    return try push(version, AlcorGoalState(state)).first?.operationStatus ?? ""
  }

  /// Runs a command of the controller with lines of JSON, and returns what it printed.
  func run(_ command: String, _ input: [String], _ arguments: String...) throws -> [String] {
    let file = try self.file(input)
    defer { try? FileManager.default.removeItem(atPath: file) }
    return try lab.run(["alcor", name, command, file] + arguments).split(separator: "\n").map(String.init)
  }

  func file(_ input: [String]) throws -> String {
    let path = "\(lab.directory)/alcor-\(UUID().uuidString).json"
    try input.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// The flows of the integration bridge that have this text.
  func flows(with text: String) throws -> Int {
    try lab.run("node", "exec", name, "ovs-ofctl", "-O", "OpenFlow13", "dump-flows", "br-int")
      .split(separator: "\n").filter { $0.contains(text) }.count
  }
}

/// The two formats of goal states, as the tests name them.
enum AlcorVersion: CaseIterable, Sendable {
  case unary
  case stream

  var command: String { self == .unary ? "push" : "stream" }
}

/// A resource and what is to be done with it.
struct AlcorState {
  var kind: String
  var operation: String
  var configuration: [String: Any]

  var id: String { configuration["id"] as? String ?? "" }

  func with(_ operation: String, _ changes: [String: Any] = [:]) -> AlcorState {
    AlcorState(kind: kind, operation: operation, configuration: configuration.merging(changes) { $1 })
  }

  static func subnet(_ id: String, vpc: String, vni: Int, cidr: String, gateway: String) -> AlcorState {
    AlcorState(
      kind: "subnet", operation: "INFO",
      configuration: [
        "revision_number": 1, "id": id, "vpc_id": vpc, "tunnel_id": vni, "cidr": cidr,
        "gateway": ["ip_address": gateway, "mac_address": "fa:16:3e:ee:00:\(vni % 90 + 10)"],
      ])
  }

  static func port(_ guest: AlcorGuest) -> AlcorState {
    AlcorState(
      kind: "port", operation: "CREATE",
      configuration: [
        "revision_number": 1, "id": guest.port, "vpc_id": guest.vpc, "name": guest.name, "mac_address": guest.mac,
        "admin_state_up": true, "update_type": "FULL",
        "fixed_ips": [["subnet_id": guest.subnet, "ip_address": guest.address]],
      ])
  }

  static func neighbor(_ guest: AlcorGuest, on host: String, type: String = "L2") -> AlcorState {
    AlcorState(
      kind: "neighbor", operation: "CREATE",
      configuration: [
        "revision_number": 1, "id": guest.port, "vpc_id": guest.vpc, "mac_address": guest.mac,
        "host_ip_address": host,
        "fixed_ips": [["neighbor_type": type, "subnet_id": guest.subnet, "ip_address": guest.address]],
      ])
  }
}

/// A goal state of either format.
struct AlcorGoalState {
  var states: [AlcorState]
  /// The lists of hosts, in the second format: kinds and ids by address.
  var hosts: [String: [(String, String)]] = [:]

  init(_ states: AlcorState..., hosts: [String: [(String, String)]] = [:]) {
    self.states = states
    self.hosts = hosts
  }

  init(_ states: [AlcorState]) { self.states = states }

  func json(_ version: AlcorVersion) throws -> String {
    var message: [String: Any] = ["format_version": version == .unary ? 101 : 102]
    for (kind, states) in Dictionary(grouping: states, by: \.kind) {
      let bodies = states.map { ["operation_type": $0.operation, "configuration": $0.configuration] as [String: Any] }
      message["\(kind)_states"] =
        version == .unary ? bodies as Any : Dictionary(zip(states.map(\.id), bodies)) { $1 } as Any
    }
    if !hosts.isEmpty {
      message["host_resources"] = hosts.mapValues { list in
        ["resources": list.map { ["type": $0.0, "id": $0.1] }]
      }
    }
    return String(decoding: try JSONSerialization.data(withJSONObject: message), as: UTF8.self)
  }
}

/// What the agent answers.
struct AlcorReply: Decodable {
  struct Status: Decodable {
    var resourceId: String
    var resourceType: String
    var operationType: String
    var operationStatus: String
    var dataplaneProgrammingTime: Int
    var networkConfigurationTime: Int
    var stateElapseTime: Int
  }

  var formatVersion: Int
  var operationStatuses: [Status]
  var messageTotalOperationTime: Int

  static func decode(_ line: String) throws -> AlcorReply {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(AlcorReply.self, from: Data(line.utf8))
  }
}

/// A guest of a node that an Alcor controller drives.
struct AlcorGuest {
  var name: String
  var port: String
  var vpc: String
  var subnet: String
  var mac: String
  var address: String

  /// Guest number `number` of a network; numbers are unique among all tests.
  init(_ number: Int, vpc: String, subnet: String, address: String) {
    name = "ag\(number)"
    port = "alcor-port-\(number)"
    self.vpc = vpc
    self.subnet = subnet
    mac = "fa:16:3e:aa:\(number / 90 + 10):\(number % 90 + 10)"
    self.address = address
  }

  /// Plugs it in and gives it its address.
  func plug(on node: AlcorNode, gateway: String? = nil) throws {
    try node.lab.run("guest", "plug", node.name, name, "--port", port, "--mac", mac)
    try node.lab.run("guest", "exec", name, "ip", "link", "set", "eth0", "mtu", "1400")
    try node.lab.run("guest", "exec", name, "ip", "address", "replace", "\(address)/24", "dev", "eth0")
    if let gateway { try node.lab.run("guest", "exec", name, "ip", "route", "replace", "default", "via", gateway) }
  }

  func remove(_ lab: Lab) throws { try lab.run("guest", "remove", name) }

  func reaches(_ address: String, count: Int = 1, _ lab: Lab) throws -> Bool {
    try lab.succeeds("guest", "exec", name, "ping", "-c", "\(count)", "-i", "0.2", "-W", "1", address)
  }

  func awaitReach(_ address: String, _ lab: Lab) throws {
    try eventually("\(name) reaches \(address)") { try reaches(address, lab) }
  }
}
