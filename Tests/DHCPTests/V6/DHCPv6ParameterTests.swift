import DHCP
import NetworkTypes
import Testing

@Suite("What DHCPv6 clients ask for")
struct DHCPv6ParameterTests {
  private func everything() throws -> DHCPv6Binding {
    try guestBinding6 {
      $0.timeServers = [serverLinkLocal]
      $0.bootFileURL = "tftp://[2001:db8:1::2]/boot.efi"
      $0.bootFileParameters = ["quiet", "x=1"]
      $0.captivePortal = "https://portal.example.test/api"
      $0.solMaxRT = 7200
      $0.infMaxRT = 7300
      $0.informationRefreshTime = 86_400
      $0.otherOptions = [
        DHCPv6Option(.vendorOptions, .vendorOptions(enterprise: 9, [DHCPv6RawOption(code: 1, value: [1, 2])]))
      ]
    }
  }

  @Test("each option is sent when it is asked for, and not otherwise")
  func eachByItself() throws {
    let expected: [(DHCPv6OptionCode, DHCPv6OptionValue)] = [
      (.dnsServers, .addresses([try ipv6("2001:db8:1::53")])), (.domainList, .domains(["example.test"])),
      (.bootFileURL, .text("tftp://[2001:db8:1::2]/boot.efi")),
      (.bootFileParameters, .strings([Array("quiet".utf8), Array("x=1".utf8)])),
      (.ntpServer, .ntp([.server(serverLinkLocal)])), (.sntpServers, .addresses([serverLinkLocal])),
      (.captivePortal, .text("https://portal.example.test/api")), (.solMaxRT, .uint32(7200)),
      (.infMaxRT, .uint32(7300)), (.informationRefreshTime, .uint32(86_400)),
      (.vendorOptions, .vendorOptions(enterprise: 9, [DHCPv6RawOption(code: 1, value: [1, 2])])),
    ]
    for (code, value) in expected {
      let message = V6ClientMessage(.informationRequest, [asking(for: code.rawValue, 999)])
      let reply = try V6Reply(message, try everything())
      #expect(reply.codes == [1, 2, code.rawValue])
      #expect(reply[code] == value)
    }
    #expect(try V6Reply(V6ClientMessage(.informationRequest), try everything()).codes == [1, 2])
  }

  @Test("the refresh time is sent only without a lease")
  func refreshTime() throws {
    let request = V6ClientMessage(.request, [iaNA(), asking(for: 32, 23)])
    #expect(try V6Reply(request, try everything()).codes == [1, 2, 3, 23])
  }

  @Test("an INFORMATION-REQUEST needs no client identifier, and gets none then")
  func anonymous() throws {
    let message = V6ClientMessage(.informationRequest, [asking(for: 24)]).without(.clientID)
    #expect(try V6Reply(message).codes == [2, 24])
    let toThisServer = message.with(DHCPv6Option(.serverID, .duid(serverDUID)))
    #expect(try V6Reply(toThisServer).codes == [2, 24])
  }

  @Test("the name is given to a client that sends one and asks for it: the configured one, or its own")
  func name() throws {
    let own = DHCPv6Option(.clientFQDN, .fqdn(flags: 1, name: "guest", isPartial: true))
    let asks = V6ClientMessage(.request, [iaNA(), asking(for: 39), own])
    #expect(try V6Reply(asks)[.clientFQDN] == .fqdn(flags: 0b110, name: "guest", isPartial: true))
    let named = try guestBinding6 { $0.hostName = "vm7.example.test" }
    #expect(
      try V6Reply(asks, named)[.clientFQDN] == .fqdn(flags: 0b110, name: "vm7.example.test", isPartial: false))
    let noUpdate = DHCPv6Option(.clientFQDN, .fqdn(flags: 4, name: "guest", isPartial: true))
    let quiet = V6ClientMessage(.request, [asking(for: 39), noUpdate])
    #expect(try V6Reply(quiet)[.clientFQDN] == .fqdn(flags: 0b100, name: "guest", isPartial: true))
    #expect(try V6Reply(V6ClientMessage(.request, [iaNA(), own]), named)[.clientFQDN] == nil)
    #expect(try V6Reply(V6ClientMessage(.request, [iaNA(), asking(for: 39)]), named)[.clientFQDN] == nil)
  }

  @Test("what does not fit into the port's MTU is left out, and what comes after it is not")
  func room() throws {
    let long = String(repeating: "u", count: 512)
    func binding(mtu: UInt16) throws -> DHCPv6Binding {
      try guestBinding6 {
        $0.mtu = mtu
        $0.bootFileURL = long
        $0.bootFileParameters = [String(repeating: "p", count: 500)]
        $0.captivePortal = long
        $0.solMaxRT = 60
      }
    }
    let message = V6ClientMessage(.request, [iaNA(), asking(for: 59, 60, 103, 82)])
    let small = try V6Reply(message, try binding(mtu: 0))
    #expect(small.codes == [1, 2, 3, 59, 60, 82] && small.bytes.count <= 1294)
    #expect(try V6Reply(message, try binding(mtu: 9000)).codes == [1, 2, 3, 59, 60, 103, 82])
  }

  @Test("a reply of exactly the least MTU is sent, and of no byte more")
  func exactRoom() throws {
    let message = V6ClientMessage(.informationRequest, [asking(for: 59, 60, 103)])
    for (length, codes) in [(158, [1, 2, 59, 60, 103]), (159, [1, 2, 59, 60])] as [(Int, [UInt16])] {
      let binding = try guestBinding6 {
        $0.bootFileURL = String(repeating: "u", count: 512)
        $0.bootFileParameters = [String(repeating: "p", count: length)]
        $0.captivePortal = String(repeating: "c", count: 512)
      }
      let reply = try V6Reply(message, binding)
      #expect(reply.codes == codes)
      if length == 158 { #expect(reply.bytes.count == 14 + 1280) }
    }
  }

  @Test("associations that do not fit into a reply are no reason to send a longer one")
  func tooManyAssociations() throws {
    let addresses = (0..<16).map { IPv6Address(high: 0x2001_0db8_0009_0000, low: $0) }
    let renew = V6ClientMessage(.renew, (1...6).map { iaNA($0, addresses) })
    #expect(respond6(renew.frame, try guestBinding6()) == .drop(.replyTooLong))
    #expect(try V6Reply(renew, try guestBinding6 { $0.mtu = 9000 }).associations.count == 6)
  }

  @Test("what cannot be served is refused when it is configured, with the field")
  func configuration() throws {
    func refusal(_ change: (inout DHCPv6Configuration) -> Void) throws -> DHCPv6ConfigurationError? {
      let configuration = try guestConfiguration(change)
      do throws(DHCPv6ConfigurationError) {
        _ = try DHCPv6Binding(configuration)
        return nil
      } catch {
        #expect(error.description.hasPrefix("DHCPv6 "))
        return error
      }
    }
    let many = (0..<17).map { IPv6Address(high: 1, low: $0) }
    let label = String(repeating: "a", count: 64)
    let long = String(repeating: "u", count: 513)
    #expect(try refusal { $0.addresses = many } == .tooMany(field: "addresses", count: 17, limit: 16))
    #expect(try refusal { $0.dnsServers = many } == .tooMany(field: "name servers", count: 17, limit: 16))
    for name in ["", ".", "a..b", ".a", label, "a b", "ä.test", String(repeating: "abc.", count: 64)] {
      #expect(try refusal { $0.domainSearch = [name] } == .invalidName(field: "search domain", name))
      if !name.isEmpty { #expect(try refusal { $0.hostName = name } == .invalidName(field: "host name", name)) }
    }
    #expect(try refusal { $0.bootFileURL = long } == .tooLong(field: "boot file URL", bytes: 513, limit: 512))
    #expect(try refusal { $0.captivePortal = long } == .tooLong(field: "captive portal", bytes: 513, limit: 512))
    #expect(try refusal { $0.preferredLifetime = 7201 } == .timesOutOfOrder)
    #expect(try refusal { $0.preferredLifetime = 0 } == .timesOutOfOrder)
    #expect(try refusal { $0.renewalTime = 2881 } == .timesOutOfOrder)
    #expect(try refusal { $0.rebindingTime = 3601 } == .timesOutOfOrder)
    #expect(try refusal { $0.solMaxRT = 59 } == .outOfRange(field: "SOL_MAX_RT", 59))
    #expect(try refusal { $0.infMaxRT = 86_401 } == .outOfRange(field: "INF_MAX_RT", 86_401))
    #expect(try refusal { $0.informationRefreshTime = 599 } == .outOfRange(field: "information refresh time", 599))
    let global = try ipv6("2001:db8::1")
    #expect(try refusal { $0.serverAddress = global } == .serverAddressNotLinkLocal(global))
    for code in [DHCPv6OptionCode.serverID, .iaPD, .dnsServers, .clientFQDN, .statusCode] {
      #expect(try refusal { $0.otherOptions = [DHCPv6Option(code, .empty)] } == .reservedOption(code))
    }
  }
}
