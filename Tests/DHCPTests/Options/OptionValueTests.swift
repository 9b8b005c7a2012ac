import DHCP
import NetworkTypes
import Testing

@Suite("Option values")
struct OptionValueTests {
  @Test("every kind of value has its bytes and its text, for every option of the kind", arguments: OptionSample.all)
  func samples(sample: OptionSample) throws {
    #expect(!sample.codes.isEmpty)
    for code in sample.codes {
      let value = try DHCPOptionValue(decoding: frame(sample.hex), of: code)
      #expect(value.encoded == frame(sample.hex))
      #expect(value.text == sample.text)
      #expect(value.description == sample.shown ?? sample.text)
      // What an operator may ask for has limits in some options.
      guard DHCPOptionDefinition(of: code)?.limits == nil else { continue }
      #expect(try DHCPOptionValue(text: sample.text, of: code) == value)
      #expect(try DHCPOptionValue(text: "0x" + hexString(frame(sample.hex)), of: code) == value || sample.hex.isEmpty)
    }
  }

  @Test("there is a sample of every kind")
  func kinds() {
    #expect(Set(OptionSample.all.map(\.kind)) == Set(DHCPOptionKind.allCases))
  }

  @Test(
    "what says nothing is left out when a value is written again",
    arguments: [
      (DHCPOptionCode.tftpServerName, "74 66 74 70 00 00", "74 66 74 70"),
      (.classlessStaticRoutes, "19 c00002ff 0a000001", "19 c0000280 0a000001"),
      (.vendorSpecificInformation, "00 06 01 08 00 ff 00", "06 01 08 ff"),
      (.domainSearch, "03 656e67 04 74657374 00 c004", "03 656e67 04 74657374 00 04 74657374 00"),
      (.sixRapidDeployment, "08 20 20010db8 00*11 01 c0000201", "08 20 20010db8 00*12 c0000201"),
    ])
  func canonical(code: DHCPOptionCode, bytes: String, canonical: String) throws {
    let value = try DHCPOptionValue(decoding: frame(bytes), of: code)
    #expect(value.encoded == frame(canonical))
    #expect(try DHCPOptionValue(decoding: value.encoded, of: code) == value)
  }

  @Test("a client identifier is taken apart")
  func clientIdentifier() throws {
    let node = frame("ff 3e112233 0004 00*16")
    guard case .clientIdentifier(let identifier) = try DHCPOptionValue(decoding: node, of: .clientIdentifier) else {
      Issue.record("another value")
      return
    }
    #expect(identifier.interfaceIdentifier == 0x3e11_2233)
    #expect(identifier.duid == frame("0004 00*16") && identifier.mac == nil)
    let address = try #require(DHCPClientIdentifier(type: 1, value: guestMAC.octets))
    #expect(address.mac == guestMAC && address.duid == nil && address.interfaceIdentifier == nil)
    #expect(DHCPClientIdentifier(type: 1, value: []) == nil)
  }

  @Test("what a relay agent knows is taken apart")
  func relayAgent() throws {
    let bytes = frame("01 02 aabb 02 01 cc 05 04 c0000200 06 03 737562 0b 04 0a000001")
    guard case .relayAgentInformation(let value) = try DHCPOptionValue(decoding: bytes, of: .relayAgentInformation)
    else {
      Issue.record("another value")
      return
    }
    #expect(value.circuitIdentifier == [0xaa, 0xbb] && value.remoteIdentifier == [0xcc])
    #expect(value.linkSelection == IPv4Address(192, 0, 2, 0))
    #expect(value.subscriberIdentifier == Array("sub".utf8))
    #expect(value.serverIdentifierOverride == server)
    #expect(DHCPRelayAgentInformation([]) == nil && DHCPSuboption(1, Array(repeating: 0, count: 256)) == nil)
  }

  @Test("what enterprises define is taken apart: classes in 124, sub-options in 125")
  func vendorData() throws {
    let classes = try #require(DHCPVendorData(enterprise: 9, data: frame("02 6162 01 63")))
    #expect(classes.classes == [Array("ab".utf8), Array("c".utf8)])
    let information = try #require(DHCPVendorData(enterprise: 9, data: frame("01 01 aa 00 00")))
    #expect(information.suboptions?.map(\.code) == [1, 0] && information.suboptions?.first?.value == [0xaa])
    #expect(DHCPVendorData(enterprise: 9, data: [5, 1])?.classes == nil)
    #expect(DHCPVendorData(enterprise: 9, data: [5, 1])?.suboptions == nil)
    #expect(DHCPVendorData(enterprise: 9, data: Array(repeating: 0, count: 256)) == nil)
  }

  @Test("a name in ASCII and one in DNS's form say the same")
  func fullyQualified() throws {
    for flags in [DHCPClientFQDN.Flags.serverUpdates, [.serverUpdates, .wireFormat]] {
      let name = try #require(DHCPClientFQDN(flags: flags, name: "guest1.example.test."))
      let bytes = DHCPOptionValue.clientFQDN(name).encoded
      #expect(bytes.count == (flags.contains(.wireFormat) ? 24 : 23))
      #expect(try DHCPOptionValue(decoding: bytes, of: .clientFQDN) == .clientFQDN(name))
    }
    #expect(DHCPClientFQDN(flags: [], name: "a b") == nil)
  }
}
