import DHCP
import DHCPServer
import GoalState
import NetworkTypes
import Testing

@testable import AgentCore

@Suite("What a goal state says of a guest's IPv6")
struct ServedIPv6Tests {
  private func subnet(_ number: UInt8, _ mode: IPv6Mode?, ra: IPv6Mode? = nil) throws -> Subnet {
    Subnet(
      id: SubnetID("sub-\(number)"), networkID: NetworkID("net"),
      prefix: try #require(IPPrefix("2001:db8:\(number)::/64")),
      gateway: .init(
        address: try #require(IPAddress("2001:db8:\(number)::1")), mac: MACAddress(0xfa, 0x16, 0x3e, 0, 0, number)),
      dnsServers: [try #require(IPAddress("2001:db8:\(number)::53"))], domainName: "example.test", leaseSeconds: 600,
      rapidCommit: true,
      ipv6RAMode: ra ?? mode, ipv6AddressMode: mode)
  }

  private func served(
    _ subnets: [Subnet], prefixes: [String] = [], options: [ExtraDHCPOption] = [], before: RouterAdvertisement? = nil
  ) throws -> DHCPServedIPv6? {
    let port = Port(
      id: PortID("port"), networkID: NetworkID("net"), mac: MACAddress(0xfa, 0x16, 0x3e, 0, 1, 1),
      fixedIPs: subnets.compactMap { subnet in
        guard let prefix = subnet.prefix.v6 else { return nil }
        let address = IPv6Address(high: prefix.address.high, low: 5)
        return FixedIP(subnetID: subnet.id, address: .v6(address))
      }, hostName: "web", dhcpOptions: options, delegatedPrefixes: prefixes.compactMap { IPv6Prefix($0) })
    var goal = HostGoalState()
    let network = Network(id: NetworkID("net"), vni: try #require(VNI(7)), mtu: 1400)
    _ = goal.apply(
      GoalStateUpdate(
        scope: .snapshot, version: GoalStateVersion(epoch: "e", revision: 1),
        upserts: ([.network(network), .port(port)] + subnets.map { .subnet($0) }).map {
          VersionedResource($0, revision: 1)
        }))
    return try DHCPServedIPv6(port: port, in: goal, mtu: 1450, before: before)
  }

  @Test("leased addresses are leased, formed ones are not, and the advertisement agrees with both")
  func modes() throws {
    let served = try #require(try served([subnet(1, .stateful), subnet(2, .slaac)]))
    let configuration = served.configuration
    #expect(configuration.mode == .stateful && configuration.addresses.map(\.description) == ["2001:db8:1::5"])
    #expect(configuration.mtu == 1400 && configuration.preferredLifetime == 600 && configuration.rapidCommit)
    #expect(configuration.dnsServers.map(\.description) == ["2001:db8:1::53", "2001:db8:2::53"])
    #expect(configuration.domainSearch == ["example.test"] && configuration.hostName == "web.example.test")
    #expect(configuration.serverMAC.description == "fa:16:3e:00:00:01")
    let advertisement = try #require(served.advertisement)
    #expect(advertisement.isManaged && advertisement.hasOtherConfiguration && advertisement.mtu == 1400)
    #expect(advertisement.prefixes.map(\.isAutonomous) == [false, true])
    #expect(advertisement.routerLifetime == 1800)
  }

  @Test(
    "each mode alone",
    arguments: [
      (IPv6Mode.slaac, DHCPv6Mode.off, false, false), (.stateless, .stateless, false, true),
      (.stateful, .stateful, true, true),
    ])
  func single(mode: IPv6Mode, dhcp: DHCPv6Mode, isManaged: Bool, hasOther: Bool) throws {
    let served = try #require(try served([subnet(1, mode)]))
    #expect(served.configuration.mode == dhcp)
    #expect(served.advertisement?.isManaged == isManaged && served.advertisement?.hasOtherConfiguration == hasOther)
  }

  @Test("addresses of another's advertisements are leased without any; a subnet without a mode is not served")
  func silence() throws {
    var leasedOnly = try subnet(1, .stateful)
    leasedOnly.ipv6RAMode = nil
    let served = try #require(try self.served([leasedOnly]))
    #expect(served.configuration.mode == .stateful && served.advertisement == nil)
    #expect(try self.served([subnet(1, nil)]) == nil)
    #expect(try self.served([]) == nil)
  }

  @Test("delegated prefixes are leased where guests form their addresses, too")
  func delegation() throws {
    let served = try #require(try served([subnet(1, .slaac)], prefixes: ["2001:db8:100::/56"]))
    #expect(served.configuration.mode == .stateful && served.configuration.addresses.isEmpty)
    #expect(served.configuration.delegatedPrefixes.map(\.description) == ["2001:db8:100::/56"])
  }

  @Test("extra options count before the subnet's, and those of IPv4 are not told")
  func options() throws {
    let options = [
      ExtraDHCPOption(name: "dns-server", value: "2001:db8::99", version: .v6),
      ExtraDHCPOption(name: "ntp-server", value: "192.0.2.1"),
    ]
    let configuration = try #require(try served([subnet(1, .stateful)], options: options)).configuration
    #expect(configuration.dnsServers.map(\.description) == ["2001:db8::99"] && configuration.timeServers.isEmpty)
  }

  @Test("of what a packet has no room for the rest is left out, and the guest is served all the same")
  func room() throws {
    var subnets = [try subnet(1, .slaac), try subnet(2, .slaac)]
    for index in subnets.indices {
      let gateway = try #require(subnets[index].gateway)
      subnets[index].dnsServers = (0..<14).map {
        .v6(IPv6Address(high: 0x2001_0db8_00ff_0000 | UInt64(index), low: UInt64($0)))
      }
      subnets[index].hostRoutes = try (0..<20).map { number in
        Subnet.HostRoute(destination: try #require(IPPrefix("2001:db8:\(number + 100)::/80")), nextHop: gateway.address)
      }
    }
    let served = try #require(try self.served(subnets))
    #expect(served.configuration.dnsServers.count == 16)
    let advertisement = try #require(served.advertisement)
    #expect(advertisement.length <= RouterAdvertiser.longestMessage && advertisement.prefixes.count == 2)
    #expect(!advertisement.dnsServers.isEmpty)
  }

  @Test("a route that does not lead through the gateway is not advertised")
  func routes() throws {
    var subnet = try subnet(1, .slaac)
    let gateway = try #require(subnet.gateway)
    subnet.hostRoutes = [
      Subnet.HostRoute(destination: try #require(IPPrefix("2001:db8:a::/48")), nextHop: gateway.address),
      Subnet.HostRoute(
        destination: try #require(IPPrefix("2001:db8:b::/48")), nextHop: try #require(IPAddress("2001:db8:1::9"))),
    ]
    #expect(try served([subnet])?.advertisement?.routes.map(\.destination.description) == ["2001:db8:a::/48"])
  }

  @Test("a network that is gone is told to be over, once")
  func withdrawal() throws {
    let before = try #require(try served([subnet(1, .slaac), subnet(2, .slaac)])?.advertisement)
    let after = try #require(try served([subnet(1, .slaac)], before: before)?.advertisement)
    #expect(after.prefixes.map(\.prefix.description) == ["2001:db8:1::/64", "2001:db8:2::/64"])
    #expect(after.prefixes.map(\.validLifetime) == [2_592_000, 0] && after.prefixes.last?.preferredLifetime == 0)
    let later = try #require(try served([subnet(1, .slaac)], before: after)?.advertisement)
    #expect(later.prefixes.count == 1)
    let back = try #require(try served([subnet(1, .slaac), subnet(2, .slaac)], before: after)?.advertisement)
    #expect(back.prefixes.allSatisfy { $0.validLifetime > 0 })
  }
}
