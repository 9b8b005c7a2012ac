import Testing

extension EndToEnd {
  /// A request that the controller must refuse.
  struct BadRequest: Sendable, CustomTestStringConvertible {
    var what: String
    var path: String
    var body: String
    /// What the message must name, so that whoever reads it knows where to look.
    var names: String
    var statuses: ClosedRange<Int> = 400...409

    var testDescription: String { what }
  }

  @Suite("What bad requests get", .serialized)
  struct BadRequestTests {
    static let requests = [
      BadRequest(what: "invalid JSON", path: "networks", body: #"{"network": {"name""#, names: ""),
      BadRequest(
        what: "an unknown field", path: "networks", body: #"{"network": {"name": "x", "colour": "red"}}"#,
        names: "colour"),
      BadRequest(
        what: "a CIDR that is none", path: "subnets",
        body: #"{"subnet": {"network_id": "NETWORK", "ip_version": 4, "cidr": "10.50.0.0/33"}}"#, names: "cidr"),
      BadRequest(
        what: "a network that is not there", path: "ports",
        body: #"{"port": {"network_id": "00000000-0000-4000-8000-000000000000"}}"#,
        names: "00000000-0000-4000-8000-000000000000"),
      BadRequest(
        what: "an address that is taken", path: "ports",
        body: #"{"port": {"network_id": "NETWORK", "fixed_ips": [{"ip_address": "ADDRESS"}]}}"#, names: "ADDRESS"),
      BadRequest(
        what: "an address of another subnet", path: "ports",
        body: #"{"port": {"network_id": "NETWORK", "fixed_ips": [{"ip_address": "192.0.2.1"}]}}"#, names: "192.0.2.1"),
      BadRequest(
        what: "a host that does not exist", path: "ports",
        body: #"{"port": {"network_id": "NETWORK", "binding:host_id": "nowhere"}}"#, names: "nowhere"),
    ]

    @Test("a 4xx with a NeutronError that names the field or the value", arguments: requests)
    func refused(request: BadRequest) throws {
      try Scenario.run { scenario in
        let network = try scenario.network("bad-requests", cidr: "10.50.0.0/24")
        let taken = try scenario.port(in: network, on: "node1")
        func filled(_ text: String) -> String {
          text.replacing("NETWORK", with: network.id).replacing("ADDRESS", with: taken.address)
        }
        let answer = try scenario.api.call("POST", "/v2.0/\(request.path)", text: filled(request.body))
        #expect(request.statuses.contains(answer.status), "status \(answer.status)")
        let error = try answer.decoded(NeutronError.self).error
        #expect(!error.type.isEmpty)
        #expect(error.message.contains(filled(request.names)) || request.names.isEmpty, "\(error.message)")
      }
    }
  }
}
