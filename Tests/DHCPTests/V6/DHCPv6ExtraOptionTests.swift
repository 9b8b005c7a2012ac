import NetworkTypes
import Testing

@testable import DHCP

@Suite("Extra options of DHCPv6")
struct DHCPv6ExtraOptionTests {
  private func configuration(_ name: String, _ text: String) throws -> DHCPv6Configuration {
    var configuration = DHCPv6Configuration(
      mac: .zero, serverMAC: .zero, serverAddress: IPv6Address(linkLocalOf: .zero))
    configuration.add(try DHCPv6ExtraOption(named: name, text: text))
    _ = try DHCPv6Binding(configuration)
    return configuration
  }

  @Test("are read by dnsmasq's names, registered names and numbers")
  func names() throws {
    for name in ["dns-server", "option6:dns-server", "DNS-SERVERS", "dns_servers", "23"] {
      #expect(try configuration(name, "2001:db8::1,2001:db8::2").dnsServers.count == 2, "\(name)")
    }
    #expect(try configuration("domain-search", "a.test,b.test").domainSearch == ["a.test", "b.test"])
    #expect(try configuration("ntp-server", "2001:db8::123").timeServers.map(\.description) == ["2001:db8::123"])
    #expect(try configuration("bootfile-url", "tftp://[2001:db8::9]/x").bootFileURL == "tftp://[2001:db8::9]/x")
    #expect(try configuration("captive-portal", "\"https://a.test/\"").captivePortal == "https://a.test/")
    #expect(try configuration("sol-max-rt", "120").solMaxRT == 120)
    #expect(try configuration("information-refresh-time", "3600").informationRefreshTime == 3600)
    let posix = try configuration("41", "EST5EDT").otherOptions
    #expect(posix == [DHCPv6Option(DHCPv6OptionCode(rawValue: 41), .text("EST5EDT"))])
    let vendor = try configuration("vendor-opts", "0x0000013700010002abcd").otherOptions
    #expect(
      vendor.map(\.value) == [.vendorOptions(enterprise: 311, [DHCPv6RawOption(code: 1, value: [0xab, 0xcd])])])
    #expect(try configuration("60000", "0x0102").otherOptions.map(\.value) == [.opaque([1, 2])])
  }

  @Test(
    "that cannot be had are refused with what was found",
    arguments: [
      ("dns-server", "10.0.0.1", "10.0.0.1"), ("dns-server", "", "IPv6 address"), ("no-such", "1", "no-such"),
      ("0", "1", "there is no"), ("70000", "1", "there is no"), ("3", "0x01", "decided by the server"),
      ("ia-na", "0x01", "decided by the server"), ("client-fqdn", "a", "decided by the server"),
      ("domain-search", "a..b", "a..b"), ("sol-max-rt", "5", "82"), ("vendor-opts", "abc", "0x"),
      ("vendor-opts", "0x01", "bytes of this option"), ("captive-portal", "\"x", "double quote"),
      ("bootfile-url", String(repeating: "x", count: 600), "600"),
    ])
  func refusals(name: String, text: String, part: String) {
    let problem = DHCPExtraOptionCheck.problem(named: name, text: text, version: .v6)
    if part == "82" {
      #expect(problem?.contains("SOL_MAX_RT") == true, "\(problem ?? "none")")
    } else {
      #expect(problem?.contains(part) == true, "\(problem ?? "none")")
    }
  }

  @Test("of IPv4 are told from those of IPv6")
  func versions() {
    #expect(DHCPExtraOptionCheck.problem(named: "ntp-server", text: "192.0.2.1", version: .v4) == nil)
    #expect(DHCPExtraOptionCheck.problem(named: "ntp-server", text: "192.0.2.1", version: .v6) != nil)
    #expect(DHCPExtraOptionCheck.problem(named: "ntp-server", text: "2001:db8::1", version: .v6) == nil)
  }
}
