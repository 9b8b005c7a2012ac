import GoalState
import Testing

@testable import ControllerCore

@Suite("Security groups in the API")
struct SecurityGroupAPITests {
  private func make(_ controller: ControllerHarness, _ attributes: String = "") async throws -> JSONValue {
    let document = try await controller.expect(
      201, "POST", "/v2.0/security-groups", #"{"security_group":{\#(attributes)}}"#)
    return try #require(document["security_group"])
  }

  private func id(_ document: JSONValue?) throws -> String { try #require(document?["id"]?.string) }

  private func errorType(
    _ controller: ControllerHarness, _ status: Int, _ method: String, _ path: String, _ body: String = ""
  ) async throws -> String? {
    try await controller.expect(status, method, path, body)["NeutronError"]?["type"]?.string
  }

  /// A rule in a line: direction, version, remote group.
  private func summary(_ group: JSONValue?) -> [String] {
    (group?["security_group_rules"]?.array ?? []).map { rule in
      let remote = rule["remote_group_id"]?.string == group?["id"]?.string ? " from itself" : ""
      return (rule["direction"]?.string ?? "") + " " + (rule["ethertype"]?.string ?? "") + remote
    }.sorted()
  }

  @Test("let everything out when they are new, and in what the project's default says")
  func defaults() async throws {
    try await ControllerHarness.run { controller in
      let group = try await make(controller, #""name":"web","project_id":"p""#)
      #expect(summary(group) == ["egress IPv4", "egress IPv6"])
      #expect(group["stateful"] == .boolean(true))
      let all = try await controller.expect(200, "GET", "/v2.0/security-groups?project_id=p")["security_groups"]?.array
      #expect(all?.count == 2)
      let standard = all?.first { $0["name"] == .string("default") }
      #expect(
        summary(standard) == ["egress IPv4", "egress IPv6", "ingress IPv4 from itself", "ingress IPv6 from itself"])
      let rules = try await controller.expect(
        200, "GET", "/v2.0/security-group-rules?security_group_id=\(try id(standard))")["security_group_rules"]?.array
      #expect(rules?.count == 4)
      #expect(rules?.allSatisfy { $0["belongs_to_default_sg"] == .boolean(true) } == true)
    }
  }

  @Test("one default group is made for a project, whatever uses it first and however many at once")
  func onFirstUse() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork(#""project_id":"owner""#)
      let element = #"{"network_id":"\#(network)","project_id":"p"}"#
      let ports = try await controller.expect(
        201, "POST", "/v2.0/ports", #"{"ports":[\#(element),\#(element)]}"#)["ports"]?.array
      let groups = Set(ports?.map { $0["security_groups"] } ?? [])
      let defaults = try await controller.expect(
        200, "GET", "/v2.0/security-groups?name=default&project_id=p")["security_groups"]?.array
      #expect(defaults?.count == 1)
      #expect(groups == [.array([.string(try id(defaults?.first))])])
      #expect(
        try await errorType(controller, 409, "POST", "/v2.0/security-groups", #"{"security_group":{"name":"default"}}"#)
          == "SecurityGroupDefaultAlreadyExists")
      let path = "/v2.0/security-groups/\(try id(defaults?.first))"
      #expect(
        try await errorType(controller, 409, "PUT", path, #"{"security_group":{"name":"x"}}"#)
          == "SecurityGroupCannotUpdateDefault")
      try await controller.expect(200, "PUT", path, #"{"security_group":{"description":"d"}}"#)
      // Whoever takes it away has it made again by the next port.
      #expect(try await errorType(controller, 409, "DELETE", path) == "SecurityGroupInUse")
      for port in ports ?? [] { try await controller.expect(204, "DELETE", "/v2.0/ports/\(try id(port))") }
      try await controller.expect(204, "DELETE", path)
      let again = try await controller.port(try await controller.makePort(network, #","project_id":"p""#))
      #expect(again["security_groups"]?.array?.count == 1)
      #expect(again["security_groups"] != ports?.first?["security_groups"])
    }
  }

  @Test("stay while a port is a member, and take rules of others that name them along")
  func deletion() async throws {
    try await ControllerHarness.run { controller in
      let web = try id(try await make(controller, #""name":"web""#))
      let database = try id(try await make(controller, #""name":"db""#))
      let rule =
        #"{"security_group_rule":{"security_group_id":"\#(database)","direction":"ingress","remote_group_id":"\#(web)"}}"#
      try await controller.expect(201, "POST", "/v2.0/security-group-rules", rule)
      let network = try await controller.makeNetwork()
      let port = try await controller.makePort(network, #","security_groups":["\#(web)"]"#)
      #expect(try await errorType(controller, 409, "DELETE", "/v2.0/security-groups/\(web)") == "SecurityGroupInUse")
      let stateless = #"{"security_group":{"stateful":false}}"#
      #expect(
        try await errorType(controller, 409, "PUT", "/v2.0/security-groups/\(web)", stateless) == "SecurityGroupInUse")
      try await controller.expect(200, "PUT", "/v2.0/ports/\(port)", #"{"port":{"security_groups":["\#(database)"]}}"#)
      try await controller.expect(200, "PUT", "/v2.0/security-groups/\(web)", stateless)
      try await controller.expect(204, "DELETE", "/v2.0/security-groups/\(web)")
      let left = try await controller.expect(200, "GET", "/v2.0/security-groups/\(database)")["security_group"]
      #expect(summary(left) == ["egress IPv4", "egress IPv6"])
      #expect(
        try await errorType(controller, 404, "DELETE", "/v2.0/security-groups/\(web)") == "SecurityGroupNotFound")
      try await controller.expect(204, "DELETE", "/v2.0/ports/\(port)")
      try await controller.expect(204, "DELETE", "/v2.0/security-groups/\(database)")
    }
  }

  @Test(
    "are refused with the attribute's name",
    arguments: [#""x":1"#, #""stateful":"maybe""#, #""shared":true"#, #""name":5"#])
  func refused(attributes: String) async throws {
    try await ControllerHarness.run { controller in
      let error = try await controller.expect(
        400, "POST", "/v2.0/security-groups", #"{"security_group":{\#(attributes)}}"#)["NeutronError"]
      let name = attributes.split(separator: "\"").first.map(String.init) ?? ""
      #expect(error?["message"]?.string?.contains(name) == true)
    }
  }
}
