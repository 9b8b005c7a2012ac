import GoalState
import NetworkTypes
import Testing

@testable import ControllerCore

@Suite("Ports in the API")
struct PortAPITests {
  private func address(_ port: JSONValue?) -> String? {
    port?["fixed_ips"]?.array?.first?["ip_address"]?.string
  }

  @Test("get an address, a MAC address and Neutron's form")
  func create() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      let subnet = try await controller.makeSubnet(network, "10.0.0.0/24")
      let more = #","name":"p","device_id":"vm","device_owner":"compute:nova","dns_name":"web-1","security_groups":[]"#
      let port = try await controller.port(try await controller.makePort(network, more))
      let fixed: JSONValue = .object([
        .init("subnet_id", .string(subnet.rawValue)), .init("ip_address", .string("10.0.0.2")),
      ])
      #expect(port["fixed_ips"] == .array([fixed]))
      #expect(MACAddress(port["mac_address"]?.string ?? "")?.isUnicast == true)
      #expect(port["binding:vif_type"] == .string("unbound"))
      #expect(port["binding:host_id"] == .string(""))
      #expect(port["status"] == .string("DOWN"))
      #expect(port["alioth:status_reason"]?.string?.contains("not bound") == true)
      #expect(port["dns_name"] == .string("web-1"))
      #expect(port["device_owner"] == .string("compute:nova"))
    }
  }

  @Test("take the addresses that they ask for, once each")
  func explicit() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      let subnet = try await controller.makeSubnet(network, "10.0.0.0/24")
      let ask = #","mac_address":"02:00:00:00:00:01","fixed_ips":[{"ip_address":"10.0.0.77"}]"#
      let port = try await controller.port(try await controller.makePort(network, ask))
      #expect(address(port) == "10.0.0.77")
      #expect(port["mac_address"] == .string("02:00:00:00:00:01"))
      func refused(_ more: String, _ status: Int) async throws -> String? {
        let body = #"{"port":{"network_id":"\#(network)",\#(more)}}"#
        return try await controller.expect(status, "POST", "/v2.0/ports", body)["NeutronError"]?["type"]?.string
      }
      #expect(try await refused(#""mac_address":"02:00:00:00:00:01""#, 409) == "MacAddressInUse")
      #expect(try await refused(#""fixed_ips":[{"ip_address":"10.0.0.77"}]"#, 409) == "IpAddressAlreadyAllocated")
      let twice = #""fixed_ips":[{"ip_address":"10.0.0.78"},{"ip_address":"10.0.0.78"}]"#
      #expect(try await refused(twice, 409) == "IpAddressAlreadyAllocated")
      #expect(try await refused(#""fixed_ips":[{"ip_address":"10.9.0.1"}]"#, 400) == "InvalidIpForNetwork")
      let outside = #""fixed_ips":[{"subnet_id":"\#(subnet)","ip_address":"10.0.0.255"}]"#
      #expect(try await refused(outside, 400) == "InvalidIpForSubnet")
      #expect(try await refused(#""fixed_ips":[{"subnet_id":"nope"}]"#, 404) == "SubnetNotFound")
      // The same MAC address in another network is somebody else's.
      let other = try await controller.makeNetwork()
      let same = try await controller.port(try await controller.makePort(other, #","mac_address":"02:00:00:00:00:01""#))
      #expect(same["fixed_ips"] == .array([]))
    }
  }

  @Test(
    "are refused with the attribute's name",
    arguments: [
      (#""mac_address":"x""#, "mac_address"), (#""mac_address":"01:00:00:00:00:01""#, "mac_address"),
      (#""fixed_ips":{}"#, "fixed_ips"), (#""fixed_ips":[{}]"#, "fixed_ips"),
      (#""fixed_ips":[{"ip_address":"x"}]"#, "fixed_ips.ip_address"), (#""fixed_ips":[{"ip":"x"}]"#, "fixed_ips.ip"),
      (#""binding:host_id":"nowhere""#, "binding:host_id"), (#""binding:profile":5"#, "binding:profile"),
      (#""security_groups":[5]"#, "security_groups"), (#""dns_name":"-a""#, "dns_name"),
      (#""status":"ACTIVE""#, "status"),
      (#""binding:vif_type":"ovs""#, "binding:vif_type"), (#""device_id":7"#, "device_id"),
    ])
  func refusals(attribute: String, name: String) async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      let body = #"{"port":{"network_id":"\#(network)",\#(attribute)}}"#
      let error = try await controller.expect(400, "POST", "/v2.0/ports", body)["NeutronError"]
      #expect(error?["message"]?.string?.contains(name) == true, "\(String(describing: error))")
    }
  }

  @Test("need a network that exists")
  func network() async throws {
    try await ControllerHarness.run { controller in
      try await controller.expect(400, "POST", "/v2.0/ports", #"{"port":{}}"#)
      let error = try await controller.expect(404, "POST", "/v2.0/ports", #"{"port":{"network_id":"x"}}"#)
      #expect(error["NeutronError"]?["type"] == .string("NetworkNotFound"))
    }
  }

  @Test("exhaust a subnet with 409, and free their addresses when they go")
  func exhaustion() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      _ = try await controller.makeSubnet(network, "10.0.0.0/29")
      var ports: [PortID] = []
      for _ in 0..<5 { ports.append(try await controller.makePort(network)) }
      let body = #"{"port":{"network_id":"\#(network)"}}"#
      let full = try await controller.expect(409, "POST", "/v2.0/ports", body)
      #expect(full["NeutronError"]?["type"] == .string("IpAddressGenerationFailure"))
      let freed = try await controller.port(ports[2])
      try await controller.expect(204, "DELETE", "/v2.0/ports/\(ports[2])")
      let next = try await controller.expect(201, "POST", "/v2.0/ports", body)["port"]
      #expect(address(next) == address(freed))
      // A second subnet takes over.
      _ = try await controller.makeSubnet(network, "10.0.1.0/29")
      let other = try await controller.expect(201, "POST", "/v2.0/ports", body)["port"]
      #expect(address(other) == "10.0.1.2")
    }
  }

  @Test("are made by the thousand in one request, each with an address of its own")
  func largeBulk() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      _ = try await controller.makeSubnet(network, "10.0.0.0/16")
      let port = #"{"network_id":"\#(network)"}"#
      func body(_ count: Int) -> String {
        #"{"ports":[\#(Array(repeating: port, count: count).joined(separator: ","))]}"#
      }
      let made = try await controller.expect(201, "POST", "/v2.0/ports", body(2000))["ports"]?.array ?? []
      #expect(Set(made.compactMap { address($0) }).count == 2000)
      #expect(address(made.last) == "10.0.7.209")
      try await controller.expect(400, "POST", "/v2.0/ports", body(NeutronAPI.maximumBulk + 1))
    }
  }

  @Test("change their addresses, and keep those that are asked for again")
  func update() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      let subnet = try await controller.makeSubnet(network, "10.0.0.0/24")
      let id = try await controller.makePort(network)
      func put(_ attributes: String) async throws -> JSONValue? {
        try await controller.expect(200, "PUT", "/v2.0/ports/\(id)", #"{"port":{\#(attributes)}}"#)["port"]
      }
      #expect(address(try await put(#""fixed_ips":[{"subnet_id":"\#(subnet)"}]"#)) == "10.0.0.2")
      #expect(address(try await put(#""fixed_ips":[{"ip_address":"10.0.0.9"}]"#)) == "10.0.0.9")
      let both = try await put(#""fixed_ips":[{"ip_address":"10.0.0.9"},{"subnet_id":"\#(subnet)"}]"#)
      #expect(both?["fixed_ips"]?.array?.map { $0["ip_address"]?.string } == ["10.0.0.9", "10.0.0.2"])
      #expect(try await put(#""fixed_ips":[]"#)?["fixed_ips"] == .array([]))
      #expect(address(try await controller.port(try await controller.makePort(network))) == "10.0.0.2")
      #expect(try await put(#""mac_address":"02:00:00:00:00:09""#)?["mac_address"] == .string("02:00:00:00:00:09"))
      try await controller.expect(400, "PUT", "/v2.0/ports/\(id)", #"{"port":{"network_id":"x"}}"#)
    }
  }

  @Test("are bound to hosts that have registered, and unbound with null or nothing")
  func binding() async throws {
    try await ControllerHarness.run { controller in
      let network = try await controller.makeNetwork()
      _ = try await controller.connect("node1", "192.0.2.1")
      let more = #","binding:host_id":"node1","binding:profile":{"a":[1]}"#
      let id = try await controller.makePort(network, more)
      let bound = try await controller.port(id)
      #expect(bound["binding:vif_type"] == .string("ovs"))
      #expect(bound["binding:vif_details"]?["bridge_name"] == .string("br-int"))
      #expect(bound["binding:profile"]?["a"] == .array([.integer(1)]))
      #expect(bound["status"] == .string("BUILD"))
      let inUse = try await controller.expect(409, "DELETE", "/v2.0/agents/node1")
      #expect(inUse["NeutronError"]?["message"]?.string?.contains("node1") == true)
      let body = #"{"port":{"binding:host_id":null,"device_id":"","binding:profile":{}}}"#
      let unbound = try await controller.expect(200, "PUT", "/v2.0/ports/\(id)", body)["port"]
      #expect(unbound?["binding:vif_type"] == .string("unbound"))
      #expect(unbound?["binding:profile"] == .object([]))
      try await controller.expect(204, "DELETE", "/v2.0/agents/node1")
      try await controller.expect(404, "GET", "/v2.0/agents/node1")
    }
  }
}
