/// What the tests read of a network.
struct Network: Decodable {
  var id: String
  var name: String
}

/// What the tests read of a subnet.
struct Subnet: Decodable {
  var id: String
  var cidr: String
  var gateway: String?
  /// The MAC address that every host has for the gateway.
  var gatewayMAC: String?

  var isIPv6: Bool { cidr.contains(":") }
  /// The prefix's length.
  var length: String { String(cidr.drop { $0 != "/" }.dropFirst()) }

  enum CodingKeys: String, CodingKey {
    case id, cidr
    case gateway = "gateway_ip"
    case gatewayMAC = "alioth:gateway_mac"
  }
}

/// What the tests read of a port.
struct Port: Decodable {
  struct FixedIP: Decodable {
    var address: String
    var subnet: String

    enum CodingKeys: String, CodingKey {
      case address = "ip_address"
      case subnet = "subnet_id"
    }
  }

  var id: String
  var name: String
  var macAddress: String
  var status: String
  var fixedIPs: [FixedIP]
  var host: String
  /// Why it is not ACTIVE.
  var reason: String?

  enum CodingKeys: String, CodingKey {
    case id, name, status
    case macAddress = "mac_address"
    case fixedIPs = "fixed_ips"
    case host = "binding:host_id"
    case reason = "alioth:status_reason"
  }

  /// Its first address.
  var address: String { fixedIPs.first?.address ?? "" }
}

/// The error that Neutron's clients understand.
struct NeutronError: Decodable {
  struct Body: Decodable {
    var type: String
    var message: String
    var detail: String
  }
  var error: Body
  enum CodingKeys: String, CodingKey { case error = "NeutronError" }
}
