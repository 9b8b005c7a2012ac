/// What the tests read of a security group.
struct SecurityGroup: Decodable {
  struct Rule: Decodable {
    var id: String
  }

  var id: String
  var rules: [Rule]

  enum CodingKeys: String, CodingKey {
    case id
    case rules = "security_group_rules"
  }
}

/// What a security group allows: for IPv4 and for IPv6, unless the remote prefix says which.
struct SecurityRule {
  enum Direction: String {
    case ingress
    case egress
  }

  enum Remote {
    case prefix(String)
    case group(SecurityGroup)
  }

  enum Traffic {
    case any
    case tcp(ClosedRange<Int>)
    case udp(ClosedRange<Int>)
    /// Echo requests.
    case ping
    /// All of ICMP.
    case icmp
  }

  var direction: Direction
  var traffic: Traffic
  var remote: Remote?

  static func ingress(_ traffic: Traffic, from remote: Remote? = nil) -> SecurityRule {
    SecurityRule(direction: .ingress, traffic: traffic, remote: remote)
  }

  static func egress(_ traffic: Traffic, to remote: Remote? = nil) -> SecurityRule {
    SecurityRule(direction: .egress, traffic: traffic, remote: remote)
  }

  /// As Neutron's clients ask for it, once for each version of IP.
  func bodies(in group: String) -> [[String: Any]] {
    [4, 6].compactMap { version in
      var body: [String: Any] = [
        "security_group_id": group, "direction": direction.rawValue, "ethertype": "IPv\(version)",
      ]
      switch remote {
      case .prefix(let prefix):
        guard prefix.contains(":") == (version == 6) else { return nil }
        body["remote_ip_prefix"] = prefix
      case .group(let group): body["remote_group_id"] = group.id
      case nil: break
      }
      func ports(_ name: String, _ range: ClosedRange<Int>?) {
        body["protocol"] = name
        body["port_range_min"] = range?.lowerBound
        body["port_range_max"] = range?.upperBound
      }
      let icmp = version == 6 ? "ipv6-icmp" : "icmp"
      switch traffic {
      case .any: break
      case .tcp(let range): ports("tcp", range)
      case .udp(let range): ports("udp", range)
      case .icmp: ports(icmp, nil)
      case .ping:
        body["protocol"] = icmp
        body["port_range_min"] = version == 6 ? 128 : 8
      }
      return body
    }
  }
}

extension SecurityRule.Traffic {
  static func tcp(_ port: Int) -> Self { .tcp(port...port) }
  static func udp(_ port: Int) -> Self { .udp(port...port) }
}

extension Scenario {
  /// A security group with these rules. Neutron gives each new one rules that let everything out; without `egress` they are
  /// taken away.
  func group(
    _ name: String, egress: Bool = true, stateful: Bool = true, _ rules: SecurityRule...
  ) throws -> SecurityGroup {
    let body: [String: Any] = stateful ? ["name": name] : ["name": name, "stateful": false]
    let group = try api.create("security-group", body, as: SecurityGroup.self)
    atTheEnd { [api] in try api.delete("security-group", group.id) }
    if !egress { try remove(group.rules) }
    for rule in rules { try add(rule, to: group) }
    return group
  }

  @discardableResult
  func add(_ rule: SecurityRule, to group: SecurityGroup) throws -> [SecurityGroup.Rule] {
    try rule.bodies(in: group.id).map { body in
      let made = try api.create("security-group-rule", body, as: SecurityGroup.Rule.self)
      atTheEnd { [api] in try api.delete("security-group-rule", made.id) }
      return made
    }
  }

  func remove(_ rules: [SecurityGroup.Rule]) throws {
    for rule in rules { try api.delete("security-group-rule", rule.id) }
  }

  /// Puts a port into these groups, and into no other.
  func put(_ guest: Guest, into groups: SecurityGroup...) throws {
    try api.update("port", guest.port.id, ["security_groups": groups.map(\.id)])
  }
}

extension [SecurityGroup] {
  /// The fields of a port that is in these groups.
  var fields: [String: Any] { ["security_groups": map(\.id)] }
}
