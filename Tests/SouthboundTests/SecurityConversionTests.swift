import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

@Suite("Security between messages and the model")
struct SecurityConversionTests {
  typealias Rule = Alcor_Schema_SecurityGroupConfiguration.SecurityGroupRule

  private func group(_ change: (inout Rule) -> Void) -> DecodedResource {
    var rule = Rule()
    rule.id = "rule-1"
    rule.direction = .ingress
    change(&rule)
    return DecodedResource(
      Alcor_Schema_SecurityGroupConfiguration.with {
        $0.id = "sg-1"
        $0.securityGroupRules = [rule]
      })
  }

  private func rule(_ decoded: DecodedResource) -> SecurityGroupRule? {
    guard case .resource(let versioned) = decoded, case .securityGroup(let group) = versioned.resource else {
      return nil
    }
    return group.rules.first
  }

  @Test("a rule as Alcor sends it: a protocol by name, and TCP is what is not said")
  func alcorRules() throws {
    func traffic(_ change: (inout Rule) -> Void) -> SecurityGroupRule.Traffic? { rule(group(change))?.traffic }
    #expect(traffic { _ in } == .transport(6, ports: nil))
    #expect(traffic { $0.protocol = .http } == .transport(6, ports: 80...80))
    #expect(
      traffic {
        $0.protocol = .http
        $0.portRangeMin = 8080
        $0.portRangeMax = 8081
      } == .transport(6, ports: 8080...8081))
    #expect(
      traffic {
        $0.protocol = .udp
        $0.portRangeMax = 65_535
      } == .transport(17, ports: nil))
    #expect(
      traffic {
        $0.protocol = .icmp
        $0.portRangeMin = 8
      } == .icmp(type: 8, code: nil))
    #expect(
      traffic {
        $0.protocol = .icmp
        $0.ethertype = .ipv6
      } == .icmp(type: nil, code: nil))
    #expect(rule(group { $0.remoteIpPrefix = "0.0.0.0/0" })?.remote == .any)
    let eight = try prefix("10.0.0.0/8")
    #expect(rule(group { $0.remoteIpPrefix = "10.0.0.0/8" })?.remote == .prefix(eight))
    #expect(rule(group { $0.remoteGroupID = "sg-2" })?.remote == .group(SecurityGroupID("sg-2")))
    #expect(rule(group { $0.operationType = .delete }) == nil)
  }

  @Test(
    "a rule that cannot be meant is refused with the field: less is never allowed as more",
    arguments: [
      Change<Rule>("security_group_rules.ethertype 7 is not known") { $0.ethertype = .UNRECOGNIZED(7) },
      Change("security_group_rules.direction 7 is not known") { $0.direction = .UNRECOGNIZED(7) },
      Change("security_group_rules.protocol 77 is not known") { $0.protocol = .UNRECOGNIZED(77) },
      Change("security_group_rules.protocol ARP cannot be filtered") { $0.protocol = .arp },
      Change("security_group_rules.protocol_number 257 is not one from 1 to 255") { $0.protocolNumber = 257 },
      Change("security_group_rules.protocol_number 58 is ICMPv6, which a rule of IPv4 cannot have") {
        $0.protocolNumber = 58
      },
      Change("security_group_rules.protocol_number 1 is ICMP, which a rule of IPv6 cannot have") {
        $0.protocolNumber = 1
        $0.ethertype = .ipv6
      },
      Change("security_group_rules has the port range 9 to 8, which is none") {
        $0.portRangeMin = 9
        $0.portRangeMax = 8
      },
      Change("security_group_rules has the port range 1 to 65536, which is none") {
        $0.portRangeMin = 1
        $0.portRangeMax = 65_536
      },
      Change("security_group_rules has the port range 0 to 0, which all protocols do not have") {
        $0.protocolNumber = 256
        $0.hasRangeMin_p = true
      },
      Change("security_group_rules has the port range 22 to 22, which protocol 47 does not have") {
        $0.protocolNumber = 47
        $0.portRangeMin = 22
        $0.portRangeMax = 22
      },
      Change("security_group_rules.port_range_min 256 is not an ICMP type or code from 0 to 255") {
        $0.protocol = .icmp
        $0.portRangeMin = 256
      },
      Change("security_group_rules has an ICMP code without a type") {
        $0.protocol = .icmp
        $0.hasRangeMax_p = true
      },
      Change("security_group_rules has both remote_ip_prefix and remote_group_id") {
        $0.remoteIpPrefix = "10.0.0.0/8"
        $0.remoteGroupID = "sg-2"
      },
      Change("security_group_rules.remote_ip_prefix \"2001:db8::/32\" is not of the rule's version of IP") {
        $0.remoteIpPrefix = "2001:db8::/32"
      },
      Change(
        "security_group_rules.remote_ip_prefix \"10.0.0.1/8\" is not a network in CIDR notation with its host bits 0, such "
          + "as 10.0.0.0/24"
      ) { $0.remoteIpPrefix = "10.0.0.1/8" },
      Change("security_group_rules.remote_group_id \"a b\" has characters other than printable ASCII without spaces") {
        $0.remoteGroupID = "a b"
      },
      Change("security_group_rules.id \"a\\u{a}b\" has characters other than printable ASCII without spaces") {
        $0.id = "a\nb"
      },
    ])
  func refusedRules(change: Change<Rule>) {
    #expect(group(change.apply).refusal == change.message)
  }

  @Test("a group with more rules than the limit is refused")
  func tooManyRules() {
    var configuration = Alcor_Schema_SecurityGroupConfiguration.with { $0.id = "sg-1" }
    configuration.securityGroupRules = Array(repeating: Rule(), count: 10_001)
    #expect(DecodedResource(configuration).refusal == "security_group_rules has 10001 entries, more than 10000")
    configuration.securityGroupRules.removeLast()
    #expect(DecodedResource(configuration).refusal == nil)
  }

  @Test("a port without a word on security is filtered if it names groups, and guarded if it does not")
  func portSecurity() {
    func security(_ mode: Alcor_Schema_PortSecurity, _ groups: String...) -> PortSecurity? {
      let decoded = DecodedResource(
        Alcor_Schema_PortConfiguration.with {
          $0.id = "p"
          $0.vpcID = "v"
          $0.macAddress = "fa:16:3e:00:00:01"
          $0.portSecurity = mode
          $0.securityGroupIds = groups.map { id in .with { $0.id = id } }
        })
      guard case .resource(let versioned) = decoded, case .port(let port) = versioned.resource else { return nil }
      return port.security
    }
    #expect(security(.unspecified) == .guarded)
    #expect(security(.unspecified, "a", "b", "a") == .filtered([SecurityGroupID("a"), SecurityGroupID("b")]))
    #expect(security(.filtered) == .filtered([]))
    #expect(security(.guarded, "a") == .guarded)
    #expect(security(.off, "a") == .off)
    #expect(security(.UNRECOGNIZED(9)) == nil)
    #expect(security(.filtered, "") == nil)
  }

  @Test(
    "allowed address pairs are addresses or networks",
    arguments: [
      ("10.0.0.5", "", nil), ("10.0.0.0/24", "fa:16:3e:00:00:01", nil), ("2001:db8::5", "", nil),
      (
        "10.0.0.5/24", "",
        "allow_address_pairs.ip_address \"10.0.0.5/24\" is not a network in CIDR notation with its host bits 0, such as "
          + "10.0.0.0/24"
      ),
      (
        "10.0.0.5", "ff:ff:ff:ff:ff:ff",
        "allow_address_pairs.mac_address \"ff:ff:ff:ff:ff:ff\" is not a unicast MAC address"
      ),
    ] as [(String, String, String?)])
  func pairs(address: String, mac: String, refusal: String?) {
    let neighbor = Alcor_Schema_NeighborConfiguration.with {
      $0.id = "n"
      $0.vpcID = "v"
      $0.macAddress = "fa:16:3e:00:00:02"
      $0.hostIpAddress = "192.0.2.1"
      $0.allowAddressPairs = [
        .with {
          $0.ipAddress = address
          $0.macAddress = mac
        }
      ]
    }
    #expect(DecodedResource(neighbor).refusal == refusal)
  }
}
