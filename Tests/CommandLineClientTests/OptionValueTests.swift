import NetworkTypes
import Testing

@testable import CommandLineClient

@Suite("Values of options")
struct OptionValueTests {
  @Test(
    "a length of time has a unit, or is in seconds",
    arguments: [("10s", 10_000), ("500ms", 500), ("2m", 120_000), ("1h", 3_600_000), ("7", 7000), ("3min", 180_000)])
  func durations(text: String, milliseconds: Int64) throws {
    #expect(try TimeSpan(parsing: text).milliseconds == milliseconds)
  }

  @Test(
    "what is no length of time, or an absurd one, is refused",
    arguments: ["", "s", "0s", "-1s", "1.5s", "10 s", "10x", "9223372036854775807h", "99999999999999999999s", "٣s"])
  func badDurations(text: String) {
    #expect(throws: OptionError.self) { try TimeSpan(parsing: text) }
  }

  @Test(
    "an age is told in its two largest units", arguments: [(0, "0s"), (59, "59s"), (3600, "1h"), (93_784, "1d 2h")])
  func ages(seconds: Int64, text: String) {
    #expect(ageText(seconds: seconds) == text)
  }

  @Test("a fixed address names a subnet, an address, or both in any order")
  func fixedIPs() throws {
    let address = try #require(IPAddress("10.0.0.5"))
    #expect(try FixedIPOption(parsing: "subnet=web,ip=10.0.0.5") == FixedIPOption(subnet: "web", address: address))
    #expect(try FixedIPOption(parsing: "ip-address=10.0.0.5,subnet=a=b") == .init(subnet: "a=b", address: address))
    #expect(try FixedIPOption(parsing: "ip=10.0.0.5") == FixedIPOption(subnet: nil, address: address))
    #expect(try FixedIPOption(parsing: "subnet=web") == FixedIPOption(subnet: "web", address: nil))
  }

  @Test(
    "a malformed fixed address is refused",
    arguments: [
      "", "10.0.0.5", "subnet=", "ip=10.0.0", "subnet=a,subnet=b", "ip=10.0.0.1,ip=10.0.0.2", "subnet=a,", "mac=1",
    ])
  func badFixedIPs(text: String) {
    #expect(throws: OptionError.self) { try FixedIPOption(parsing: text) }
  }

  @Test("pools and routes are pairs, with or without OpenStack's keys")
  func pairs() throws {
    let pool = try AllocationPoolOption(parsing: "10.0.0.2,10.0.0.9")
    #expect(try AllocationPoolOption(parsing: "end=10.0.0.9,start=10.0.0.2") == pool)
    let route = try HostRouteOption(parsing: "10.1.0.0/16,10.0.0.1")
    #expect(try HostRouteOption(parsing: "destination=10.1.0.0/16,gateway=10.0.0.1") == route)
    for text in ["10.0.0.9,10.0.0.2", "10.0.0.2", "10.0.0.2,::1", "a,b", "start=10.0.0.2,10.0.0.3"] {
      #expect(throws: OptionError.self) { try AllocationPoolOption(parsing: text) }
    }
    for text in ["10.1.0.1/16,10.0.0.1", "10.1.0.0/16,::1", "10.1.0.0/16"] {
      #expect(throws: OptionError.self) { try HostRouteOption(parsing: text) }
    }
  }

  @Test("an address instead of a network is answered with the network")
  func network() {
    #expect(throws: OptionError("10.0.0.1/24 has bits set beyond its prefix; did you mean 10.0.0.0/24?")) {
      try networkOption("10.0.0.1/24")
    }
  }

  @Test(
    "a group's MAC address is no port's", arguments: ["ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "00:00:00:00:00:00"])
  func groupMAC(text: String) {
    #expect(throws: OptionError.self) { try macOption(text) }
  }

  @Test("the controller's address loses the slash and the API version that people copy")
  func controllerAddresses() throws {
    let expected = "http://10.0.0.1:9696/net"
    for text in [expected, expected + "/", expected + "/v2.0", expected + "/v2.0/"] {
      #expect(try ControllerAddress(parsing: text, origin: .option).base == expected)
    }
    #expect(try ControllerAddress(parsing: "https://[2001:db8::1]:9696", origin: .option).base.hasSuffix("]:9696"))
    let wrong = ["", "foo", "10.0.0.1:9696", "ftp://a", "http://", "http://a/?x=1", "http://u:p@a", "http://a:70000"]
    for text in wrong {
      #expect(throws: OptionError.self) { try ControllerAddress(parsing: text, origin: .environment) }
    }
  }

  @Test("text in a path or a query is encoded whole")
  func percentEncoding() {
    #expect(percentEncoded("a b/ü&=~") == "a%20b%2F%C3%BC%26%3D~")
  }
}
