import GoalState
import NetworkTypes
import Testing

@testable import ControllerCore

@Suite("Security groups' rules in the API")
struct SecurityGroupRuleAPITests {
  /// A group, and the path and the body by which a rule of it is made.
  private func withGroup(_ body: (ControllerHarness, String, (String) -> String) async throws -> Void) async throws {
    try await ControllerHarness.run { controller in
      let made = try await controller.expect(201, "POST", "/v2.0/security-groups", #"{"security_group":{"name":"g"}}"#)
      let group = try #require(made["security_group"]?["id"]?.string)
      try await body(controller, group) { #"{"security_group_rule":{"security_group_id":"\#(group)",\#($0)}}"# }
    }
  }

  private static let path = "/v2.0/security-group-rules"

  @Test("are shown as they were given, and with what was left out")
  func shown() async throws {
    try await withGroup { controller, group, body in
      let ssh = try #require(
        try await controller.expect(
          201, "POST", Self.path,
          body(
            #""direction":"ingress","protocol":"TCP","port_range_min":"22","port_range_max":22,"remote_ip_prefix":"10.0.0.5/24","description":"ssh""#
          ))["security_group_rule"])
      #expect(ssh["ethertype"] == .string("IPv4"))
      #expect(ssh["protocol"] == .string("tcp"))
      #expect(ssh["port_range_min"] == .integer(22) && ssh["port_range_max"] == .integer(22))
      #expect(ssh["remote_ip_prefix"] == .string("10.0.0.5/24") && ssh["normalized_cidr"] == .string("10.0.0.0/24"))
      #expect(ssh["remote_group_id"] == .null && ssh["remote_address_group_id"] == .null)
      #expect(ssh["belongs_to_default_sg"] == .boolean(false))
      #expect(ssh["description"] == .string("ssh") && ssh["revision_number"] == .integer(0))
      let id = try #require(ssh["id"]?.string)
      #expect(try await controller.expect(200, "GET", Self.path + "/" + id)["security_group_rule"] == ssh)
      let shown = try await controller.expect(200, "GET", "/v2.0/security-groups/\(group)")["security_group"]
      #expect(shown?["security_group_rules"]?.array?.contains(ssh) == true)
      #expect(shown?["revision_number"] == .integer(1))
      try await controller.expect(204, "DELETE", Self.path + "/" + id)
      let error = try await controller.expect(404, "DELETE", Self.path + "/" + id)["NeutronError"]
      #expect(error?["type"] == .string("SecurityGroupRuleNotFound"))
    }
  }

  @Test(
    "say one thing in the goal state, whatever they are called",
    arguments: [
      (#""direction":"ingress""#, SecurityGroupRule(direction: .ingress)),
      (
        #""direction":"egress","ethertype":"ipv6","protocol":"any""#,
        SecurityGroupRule(direction: .egress, version: .v6)
      ),
      (#""direction":"ingress","protocol":"0""#, SecurityGroupRule(direction: .ingress)),
      (
        #""direction":"ingress","protocol":6,"port_range_min":1,"port_range_max":65535"#,
        SecurityGroupRule(direction: .ingress, traffic: .transport(6, ports: 1...65_535))
      ),
      (
        #""direction":"ingress","protocol":"udp""#,
        SecurityGroupRule(direction: .ingress, traffic: .transport(17, ports: nil))
      ),
      (
        #""direction":"ingress","protocol":"sctp","port_range_min":7,"port_range_max":9"#,
        SecurityGroupRule(direction: .ingress, traffic: .transport(132, ports: 7...9))
      ),
      (
        #""direction":"ingress","protocol":"icmp","port_range_min":8,"port_range_max":0"#,
        SecurityGroupRule(direction: .ingress, traffic: .icmp(type: 8, code: 0))
      ),
      (
        #""direction":"ingress","protocol":"1","port_range_min":0"#,
        SecurityGroupRule(direction: .ingress, traffic: .icmp(type: 0, code: nil))
      ),
      (
        #""direction":"ingress","ethertype":"IPv6","protocol":"icmpv6","port_range_min":128"#,
        SecurityGroupRule(direction: .ingress, version: .v6, traffic: .icmp(type: 128, code: nil))
      ),
      (
        #""direction":"ingress","ethertype":"IPv6","protocol":"icmp""#,
        SecurityGroupRule(direction: .ingress, version: .v6, traffic: .icmp(type: nil, code: nil))
      ),
      (#""direction":"ingress","protocol":"vrrp""#, SecurityGroupRule(direction: .ingress, traffic: .other(112))),
      (#""direction":"ingress","protocol":"254""#, SecurityGroupRule(direction: .ingress, traffic: .other(254))),
      (#""direction":"ingress","remote_ip_prefix":"0.0.0.0/0""#, SecurityGroupRule(direction: .ingress)),
      (
        #""direction":"ingress","ethertype":"IPv6","remote_ip_prefix":"2001:db8::1""#,
        SecurityGroupRule(
          direction: .ingress, version: .v6, remote: IPPrefix("2001:db8::1/128").map { .prefix($0) } ?? .any)
      ),
    ])
  func meanings(attributes: String, meaning: SecurityGroupRule) async throws {
    try await withGroup { controller, group, body in
      // Room for those that every new group has.
      for rule in try await controller.expect(200, "GET", Self.path + "?security_group_id=\(group)")[
        "security_group_rules"]?.array ?? []
      {
        try await controller.expect(204, "DELETE", Self.path + "/" + (rule["id"]?.string ?? ""))
      }
      let made = try await controller.expect(201, "POST", Self.path, body(attributes))["security_group_rule"]
      let rule = await controller.inventory.read {
        $0.securityGroups[SecurityGroupID(group)]?.record.goalState.rules.first
      }
      var expected = meaning
      expected.id = made?["id"]?.string ?? ""
      #expect(rule == expected)
    }
  }

  @Test(
    "are refused with Neutron's types",
    arguments: [
      (#""ethertype":"IPv4""#, 400, "HTTPBadRequest"),
      (#""direction":"in""#, 400, "HTTPBadRequest"),
      (#""direction":"ingress","ethertype":"IPv5""#, 400, "HTTPBadRequest"),
      (#""direction":"ingress","name":"n""#, 400, "HTTPBadRequest"),
      (#""direction":"ingress","protocol":"nonsense""#, 400, "SecurityGroupRuleInvalidProtocol"),
      (#""direction":"ingress","protocol":256"#, 400, "SecurityGroupRuleInvalidProtocol"),
      (#""direction":"ingress","protocol":-1"#, 400, "SecurityGroupRuleInvalidProtocol"),
      (#""direction":"ingress","protocol":"ipv6-icmp""#, 400, "SecurityGroupEthertypeConflictWithProtocol"),
      (#""direction":"ingress","protocol":58"#, 400, "SecurityGroupEthertypeConflictWithProtocol"),
      (#""direction":"ingress","port_range_min":1,"port_range_max":2"#, 400, "SecurityGroupProtocolRequiredWithPorts"),
      (#""direction":"ingress","protocol":"tcp","port_range_min":1"#, 400, "SecurityGroupInvalidPortRange"),
      (
        #""direction":"ingress","protocol":"tcp","port_range_min":2,"port_range_max":1"#, 400,
        "SecurityGroupInvalidPortRange"
      ),
      (
        #""direction":"ingress","protocol":"tcp","port_range_min":0,"port_range_max":1"#, 400,
        "SecurityGroupInvalidPortValue"
      ),
      (#""direction":"ingress","protocol":"tcp","port_range_max":65536"#, 400, "SecurityGroupInvalidPortValue"),
      (
        #""direction":"ingress","protocol":"gre","port_range_min":1,"port_range_max":1"#, 400,
        "SecurityGroupInvalidProtocolForPort"
      ),
      (#""direction":"ingress","protocol":"icmp","port_range_min":256"#, 400, "SecurityGroupInvalidIcmpValue"),
      (#""direction":"ingress","protocol":"icmp","port_range_max":0"#, 400, "SecurityGroupMissingIcmpType"),
      (#""direction":"ingress","remote_ip_prefix":"x""#, 400, "HTTPBadRequest"),
      (#""direction":"ingress","remote_ip_prefix":"2001:db8::/64""#, 400, "SecurityGroupRuleParameterConflict"),
      (#""direction":"ingress","remote_group_id":"nope""#, 404, "SecurityGroupNotFound"),
      (#""direction":"ingress","remote_address_group_id":"a""#, 400, "HTTPBadRequest"),
      (
        #""direction":"ingress","remote_group_id":"a","remote_ip_prefix":"10.0.0.0/8""#, 400,
        "SecurityGroupMultipleRemoteEntites"
      ),
      (#""direction":"egress","remote_ip_prefix":"0.0.0.0/0""#, 409, "SecurityGroupRuleExists"),
    ] as [(String, Int, String)])
  func refused(attributes: String, status: Int, type: String) async throws {
    try await withGroup { controller, _, body in
      let error = try await controller.expect(status, "POST", Self.path, body(attributes))["NeutronError"]
      #expect(error?["type"] == .string(type), "\(error.debugDescription)")
    }
  }

  @Test("are all made or none, and each once")
  func bulk() async throws {
    try await withGroup { controller, group, _ in
      func element(_ port: Int) -> String {
        #"{"security_group_id":"\#(group)","direction":"ingress","protocol":"tcp","port_range_min":\#(port),"port_range_max":\#(port)}"#
      }
      let twice = #"{"security_group_rules":[\#(element(80)),\#(element(80))]}"#
      let error = try await controller.expect(409, "POST", Self.path, twice)["NeutronError"]
      #expect(error?["type"] == .string("DuplicateSecurityGroupRuleInPost"))
      let made = try await controller.expect(
        201, "POST", Self.path, #"{"security_group_rules":[\#(element(80)),\#(element(443))]}"#)
      #expect(made["security_group_rules"]?.array?.map { $0["port_range_min"] } == [.integer(80), .integer(443)])
      let again = try await controller.expect(
        409, "POST", Self.path, #"{"security_group_rule":\#(element(80))}"#)["NeutronError"]
      let id = try #require(made["security_group_rules"]?.array?.first?["id"]?.string)
      #expect(again?["type"] == .string("SecurityGroupRuleExists"))
      #expect(again?["message"]?.string?.contains(id) == true)
      let change = #"{"security_group_rule":{"port_range_min":81}}"#
      let fixed = try await controller.expect(400, "PUT", Self.path + "/" + id, change)["NeutronError"]
      #expect(fixed?["message"]?.string?.contains("port_range_min") == true)
      let described = try await controller.expect(
        200, "PUT", Self.path + "/" + id, #"{"security_group_rule":{"description":"web"}}"#)["security_group_rule"]
      #expect(described?["description"] == .string("web") && described?["port_range_min"] == .integer(80))
    }
  }
}
