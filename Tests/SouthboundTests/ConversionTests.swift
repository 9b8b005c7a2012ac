import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

@Suite("Resources between messages and the model")
struct ConversionTests {
  @Test("every kind of resource survives the way through its message")
  func roundTrips() throws {
    for resource in try sampleResources() {
      #expect(DecodedResource(Alioth_Southbound_V1_Resource(resource)) == .resource(resource))
    }
  }

  @Test("a lease time of 0 is the default, and an empty gateway is none")
  func defaults() throws {
    var configuration = validSubnet()
    configuration.leaseSeconds = 0
    configuration.gateway = .init()
    guard case .resource(let versioned) = DecodedResource(configuration),
      case .subnet(let subnet) = versioned.resource
    else {
      Issue.record("refused")
      return
    }
    #expect(subnet.leaseSeconds == Subnet.defaultLeaseSeconds)
    #expect(subnet.gateway == nil)
  }

  @Test(
    "a network with a field that is not valid is refused with the field and the value",
    arguments: [
      Change<Alcor_Schema_VpcConfiguration>("id is missing") { $0.id = "" },
      Change("id \"a b\" has characters other than printable ASCII without spaces") { $0.id = "a b" },
      Change("id \"vpc\\u{0}\" has characters other than printable ASCII without spaces") { $0.id = "vpc\u{0}" },
      Change("name \"a\\u{a}b\" has control characters") { $0.name = "a\nb" },
    ])
  func invalidNetworks(change: Change<Alcor_Schema_VpcConfiguration>) {
    var configuration = validNetwork()
    change.apply(&configuration)
    #expect(DecodedResource(configuration).refusal == change.message)
  }

  @Test("ids and names have a greatest length, which itself is allowed")
  func lengths() {
    var configuration = validNetwork()
    configuration.id = String(repeating: "x", count: 255)
    configuration.name = String(repeating: "x", count: 1024)
    #expect(DecodedResource(configuration).refusal == nil)
    configuration.id = String(repeating: "x", count: 256)
    #expect(DecodedResource(configuration).refusal?.hasSuffix("is 256 bytes long, more than 255") == true)
    configuration = validNetwork()
    configuration.name = String(repeating: "x", count: 1025)
    #expect(DecodedResource(configuration).refusal?.hasSuffix("is 1025 bytes long, more than 1024") == true)
  }

  @Test(
    "segment numbers are 1 to 16777215", arguments: [(0, false), (1, true), (16_777_215, true), (16_777_216, false)])
  func segments(number: UInt32, valid: Bool) {
    var configuration = validNetwork()
    configuration.tunnelID = number
    let problem = "tunnel_id \(number) is not a segment number from 1 to 16777215"
    #expect(DecodedResource(configuration).refusal == (valid ? nil : problem))
  }

  @Test(
    "an MTU is 68 to 65535, or 0 for none",
    arguments: [(0, true), (67, false), (68, true), (65_535, true), (65_536, false)])
  func mtus(mtu: UInt32, valid: Bool) {
    var configuration = validNetwork()
    configuration.mtu = mtu
    #expect(DecodedResource(configuration).refusal == (valid ? nil : "mtu \(mtu) is not an MTU from 68 to 65535"))
  }

  @Test("a number that an enumeration does not have is refused")
  func unknownEnumerations() {
    var network = validNetwork()
    network.updateType = .UNRECOGNIZED(9)
    #expect(DecodedResource(network).refusal == "update_type 9 is not known")
    var subnet = validSubnet()
    subnet.networkType = .UNRECOGNIZED(17)
    #expect(DecodedResource(subnet).refusal == "network_type 17 is not known")
    var neighbor = validNeighbor()
    neighbor.fixedIps[0].neighborType = .UNRECOGNIZED(5)
    #expect(DecodedResource(neighbor).refusal == "fixed_ips.neighbor_type 5 is not known")
  }

  @Test(
    "a subnet's fields are checked",
    arguments: [
      Change<Alcor_Schema_SubnetConfiguration>("vpc_id is missing") { $0.vpcID = "" },
      Change("cidr \"10.0.0.1/24\" is not a network in CIDR notation with its host bits 0, such as 10.0.0.0/24") {
        $0.cidr = "10.0.0.1/24"
      },
      Change("gateway.ip_address \"10.0.0\" is not an IPv4 or IPv6 address") { $0.gateway.ipAddress = "10.0.0" },
      Change("gateway.ip_address \"\" is not an IPv4 or IPv6 address") { $0.gateway.ipAddress = "" },
      Change("gateway.mac_address \"01:00:5e:00:00:01\" is not a unicast MAC address") {
        $0.gateway.macAddress = "01:00:5e:00:00:01"
      },
      Change("gateway.mac_address \"\" is not a MAC address such as fa:16:3e:00:00:01") { $0.gateway.macAddress = "" },
      Change("dns_entry_list.entry \"0.0.0.0\" is not an address that a host can have") {
        $0.dnsEntryList = [.with { $0.entry = "0.0.0.0" }]
      },
      Change("dns_entry_list has 65 entries, more than 64") {
        $0.dnsEntryList = Array(repeating: .with { $0.entry = "192.0.2.1" }, count: 65)
      },
      Change("host_routes has 257 entries, more than 256") { $0.hostRoutes = Array(repeating: .init(), count: 257) },
      Change("host_routes.next_hop \"2001:db8::1\" is not of the family of its destination 198.51.100.0/24") {
        $0.hostRoutes = [
          .with {
            $0.destination = "198.51.100.0/24"
            $0.nextHop = "2001:db8::1"
          }
        ]
      },
      Change("domain_name \"-x.org\" is not a DNS name") { $0.domainName = "-x.org" },
    ])
  func invalidSubnets(change: Change<Alcor_Schema_SubnetConfiguration>) {
    var configuration = validSubnet()
    change.apply(&configuration)
    #expect(DecodedResource(configuration).refusal == change.message)
  }

  @Test(
    "a port's fields are checked",
    arguments: [
      Change<Alcor_Schema_PortConfiguration>(
        "mac_address \"fa:16:3e:aa:bb\" is not a MAC address such as fa:16:3e:00:00:01"
      ) {
        $0.macAddress = "fa:16:3e:aa:bb"
      },
      Change("mac_address \"aa:bb:cc:dd:ee:ff,actions=drop\" is not a MAC address such as fa:16:3e:00:00:01") {
        $0.macAddress = "aa:bb:cc:dd:ee:ff,actions=drop"
      },
      Change("mac_address \"ff:ff:ff:ff:ff:ff\" is not a unicast MAC address") { $0.macAddress = "ff:ff:ff:ff:ff:ff" },
      Change("mac_address \"00:00:00:00:00:00\" is not a unicast MAC address") { $0.macAddress = "00:00:00:00:00:00" },
      Change("fixed_ips.subnet_id is missing") { $0.fixedIps[0].subnetID = "" },
      Change("fixed_ips.ip_address \"224.0.0.1\" is not an address that a host can have") {
        $0.fixedIps[0].ipAddress = "224.0.0.1"
      },
      Change("fixed_ips.ip_address \"ff02::1\" is not an address that a host can have") {
        $0.fixedIps[0].ipAddress = "ff02::1"
      },
      Change("fixed_ips.ip_address \"10.0.1.5\" occurs twice in subnet sub-1") { $0.fixedIps.append($0.fixedIps[0]) },
      Change("host_name \"web 1\" is not a DNS name") { $0.hostName = "web 1" },
    ])
  func invalidPorts(change: Change<Alcor_Schema_PortConfiguration>) {
    var configuration = validPort()
    change.apply(&configuration)
    #expect(DecodedResource(configuration).refusal == change.message)
  }

  @Test("a port with more addresses than the limit is refused")
  func tooManyAddresses() {
    var configuration = validPort()
    configuration.fixedIps = (0...256).map { number in
      .with {
        $0.subnetID = "sub-1"
        $0.ipAddress = "10.0.\(number / 256 + 1).\(number % 256)"
      }
    }
    #expect(DecodedResource(configuration).refusal == "fixed_ips has 257 entries, more than 256")
    configuration.fixedIps.removeLast()
    #expect(DecodedResource(configuration).refusal == nil)
  }

  @Test("a neighbor's tunnel address must be one that a host can have", arguments: ["", "127.0.0.1", "::", "host2"])
  func invalidNeighbors(address: String) throws {
    var configuration = validNeighbor()
    configuration.hostIpAddress = address
    let message = try #require(DecodedResource(configuration).refusal)
    #expect(message.hasPrefix("host_ip_address \"\(address)\" is not an"))
  }

  @Test(
    "DNS names",
    arguments: [("a", true), ("a-b.c_d.", true), (".", false), ("a..b", false), ("a-", false), ("ä", false)])
  func dnsNames(name: String, valid: Bool) {
    #expect((try? FieldRules.dnsName(name, "name")) == (valid ? name : nil))
  }

  @Test("a refusal carries the key, the revision and the code, and an id fit to be shown")
  func refusalKeys() {
    var configuration = validNetwork()
    configuration.tunnelID = 0
    configuration.revisionNumber = 12
    let message = "tunnel_id 0 is not a segment number from 1 to 16777215"
    let failure = ResourceFailure(key: .network(NetworkID("vpc-1")), revision: 12, code: .invalid, message: message)
    #expect(DecodedResource(configuration) == .refused(failure))
    configuration.id = "é\u{1b}[2J" + String(repeating: "x", count: 300)
    guard case .refused(let hostile) = DecodedResource(configuration) else {
      Issue.record("taken")
      return
    }
    #expect(hostile.key.id.description == "???[2J" + String(repeating: "x", count: 58))
  }

  @Test("a value in a message is shortened and its control and format characters are escaped")
  func quoting() {
    #expect(quoted("a\u{202e}b\u{7}") == "\"a\\u{202e}b\\u{7}\"")
    #expect(quoted(String(repeating: "x", count: 81)) == "\"" + String(repeating: "x", count: 80) + "…\"")
  }

  private func validNetwork() -> Alcor_Schema_VpcConfiguration {
    .with {
      $0.id = "vpc-1"
      $0.tunnelID = 300
    }
  }

  private func validSubnet() -> Alcor_Schema_SubnetConfiguration {
    .with {
      $0.id = "sub-1"
      $0.vpcID = "vpc-1"
      $0.cidr = "10.0.1.0/24"
      $0.gateway.ipAddress = "10.0.1.1"
      $0.gateway.macAddress = "fa:16:3e:00:00:01"
      $0.leaseSeconds = 60
    }
  }

  private func validPort() -> Alcor_Schema_PortConfiguration {
    .with {
      $0.id = "port-1"
      $0.vpcID = "vpc-1"
      $0.macAddress = "fa:16:3e:aa:bb:cc"
      $0.fixedIps = [
        .with {
          $0.subnetID = "sub-1"
          $0.ipAddress = "10.0.1.5"
        }
      ]
    }
  }

  private func validNeighbor() -> Alcor_Schema_NeighborConfiguration {
    .with {
      $0.id = "n-1"
      $0.vpcID = "vpc-1"
      $0.macAddress = "fa:16:3e:aa:bb:cc"
      $0.hostIpAddress = "192.0.2.12"
      $0.fixedIps = [
        .with {
          $0.subnetID = "sub-1"
          $0.ipAddress = "10.0.1.5"
        }
      ]
    }
  }
}

/// A change to a valid configuration, and what is said about it.
struct Change<Configuration>: Sendable {
  let message: String
  let apply: @Sendable (inout Configuration) -> Void

  init(_ message: String, _ apply: @escaping @Sendable (inout Configuration) -> Void) {
    self.message = message
    self.apply = apply
  }
}

extension Change: CustomTestStringConvertible {
  var testDescription: String { message }
}
