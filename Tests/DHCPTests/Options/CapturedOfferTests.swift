import DHCP
import NetworkTypes
import PacketFormats
import Testing

@Suite("Options of other servers")
struct CapturedOfferTests {
  @Test("dnsmasq's and Kea's options are read as what was configured there", arguments: [true, false])
  func texts(isDnsmasq: Bool) throws {
    let payload = isDnsmasq ? CapturedOffers.dnsmasq : CapturedOffers.kea
    let expected = isDnsmasq ? CapturedOffers.dnsmasqTexts : CapturedOffers.keaTexts
    let options = try DHCPMessage(parsing: payload.span.bytes).options(in: payload.span.bytes)
    #expect(options.map(\.code.rawValue) == expected.map(\.code))
    for (option, row) in zip(options, expected) {
      let value = try DHCPOptionValue(decoding: option.value, of: option.code)
      #expect(value.text == row.text, "option \(row.code)")
      // The texts that end in a NUL and the compressed names are the only ones that are written otherwise.
      let isSame = value.encoded == option.value || value.encodedCompressed == option.value
      #expect(isSame == !(isDnsmasq && [66, 67, 120].contains(row.code)), "option \(row.code)")
    }
  }

  @Test("what an operator writes gives the options that dnsmasq sent for the same words")
  func words() throws {
    let words: [(name: String, text: String)] = [
      ("router", "10.0.0.1"), ("option:dns-server", "192.0.2.53,192.0.2.54"), ("domain-name", "example.test"),
      ("time-offset", "-3600"), ("ip-forward-enable", "1"), ("policy-filter", "192.0.2.0,255.255.255.0"),
      ("default-ttl", "64"), ("mtu", "1450"), ("static-route", "198.51.100.1,10.0.0.254"), ("arp-timeout", "600"),
      ("ntp-server", "192.0.2.123"), ("netbios-nodetype", "8"), ("posix-timezone", "UTC0"), ("ipv6-only", "1800"),
      ("114", "https://portal.example.test/api"),
      ("classless-static-route", "169.254.169.254/32,10.0.0.1,192.0.2.0/25,10.0.0.254,0.0.0.0/0,10.0.0.1"),
      ("tftp-server-address", "192.0.2.69,192.0.2.70"), ("43", "06:01:08:ff"), ("209", "config.cfg"),
      ("210", "http://192.0.2.80/"), ("211", "30"), ("249", "0x20a9fea9fe0a000001000a000001"),
      ("252", "http://wpad.example.test/wpad.dat"),
    ]
    let payload = CapturedOffers.dnsmasq
    let message = try DHCPMessage(parsing: payload.span.bytes)
    for word in words {
      let option = try DHCPOption(named: word.name, text: word.text)
      #expect(message.value(option.code, in: payload.span.bytes) == option.value, "\(word.name)")
    }
  }
}
