import DHCP
import Testing

@Suite("Hostile option values")
struct HostileOptionTests {
  struct Refusal: Sendable {
    let code: DHCPOptionCode
    let hex: String
    let message: String

    init(_ code: DHCPOptionCode, _ hex: String, _ message: String) {
      self.code = code
      self.hex = hex
      self.message = message
    }
  }

  static let refusals: [Refusal] = [
    Refusal(.rapidCommit, "00", "DHCP option 80 has 1 bytes, expected 0"),
    Refusal(.ipForwarding, "02", "DHCP option 19, byte 0 is 2, expected 0 or 1"),
    Refusal(.ipForwarding, "", "DHCP option 19, byte 0: 1 bytes are needed, 0 are there"),
    Refusal(.defaultTTL, "40 00", "DHCP option 23 has 2 bytes, expected 1"),
    Refusal(.interfaceMTU, "05", "DHCP option 26, byte 0: 2 bytes are needed, 1 are there"),
    Refusal(.interfaceMTU, "05aa00", "DHCP option 26 has 3 bytes, expected 2"),
    Refusal(.leaseTime, "000e10", "DHCP option 51, byte 0: 4 bytes are needed, 3 are there"),
    Refusal(.timeOffset, "0000000000", "DHCP option 2 has 5 bytes, expected 4"),
    Refusal(.parameterRequestList, "", "DHCP option 55 has 0 bytes, expected 1 or more"),
    Refusal(.nameServiceSearch, "000600", "DHCP option 117 has 3 bytes, expected a multiple of 2, at least 2"),
    Refusal(.subnetMask, "ffffff00ff", "DHCP option 1 has 5 bytes, expected 4"),
    Refusal(.router, "", "DHCP option 3 has 0 bytes, expected a multiple of 4, at least 4"),
    Refusal(.domainNameServer, "c0000201c0", "DHCP option 6 has 5 bytes, expected a multiple of 4, at least 4"),
    Refusal(.mobileIPHomeAgent, "c0", "DHCP option 68 has 1 bytes, expected a multiple of 4, at least 4"),
    Refusal(.staticRoute, "c0000201", "DHCP option 33 has 4 bytes, expected a multiple of 8, at least 8"),
    Refusal(.hostName, "", "DHCP option 12 has 0 bytes, expected 1 or more of text"),
    Refusal(.hostName, "0000", "DHCP option 12 has 2 bytes, expected 1 or more of text"),
    Refusal(.hostName, "610062", "DHCP option 12, byte 1 is 0, expected text"),
    Refusal(.vendorClassIdentifier, "1b5b", "DHCP option 60, byte 0 is 27, expected text"),
    Refusal(.message, "61c328", "DHCP option 56, byte 1 is 195, expected text in UTF-8"),
    Refusal(.lostServer, "0161000161", "DHCP option 137 has 5 bytes, expected 3"),
    Refusal(.domainSearch, "", "DHCP option 119 has 0 bytes, expected one domain name or more"),
    Refusal(.classlessStaticRoutes, "", "DHCP option 121 has 0 bytes, expected 5 or more"),
    Refusal(.classlessStaticRoutes, "21c0000201", "DHCP option 121, byte 0 is 33, expected a prefix length of 0 to 32"),
    Refusal(.classlessStaticRoutes, "18c000", "DHCP option 121, byte 1: 3 bytes are needed, 2 are there"),
    Refusal(.microsoftClasslessStaticRoutes, "000a0000", "DHCP option 249, byte 1: 4 bytes are needed, 3 are there"),
    Refusal(.clientIdentifier, "01", "DHCP option 61 has 1 bytes, expected 2 or more"),
    Refusal(.clientFQDN, "0100", "DHCP option 81, byte 2: 1 bytes are needed, 0 are there"),
    Refusal(.clientFQDN, "040000c000", "DHCP option 81, byte 3 is 192, expected a label's length up to 63"),
    Refusal(.clientFQDN, "0400000261", "DHCP option 81, byte 4: 2 bytes are needed, 1 are there"),
    Refusal(.clientFQDN, "040000016100ff", "DHCP option 81 has 7 bytes, expected 6"),
    Refusal(
      .clientFQDN, "0000006100",
      "DHCP option 81, byte 3 is 97, expected a name of letters, digits, hyphens and underscores"
    ),
    Refusal(.relayAgentInformation, "01", "DHCP option 82 has 1 bytes, expected 2 or more"),
    Refusal(.relayAgentInformation, "0105616263", "DHCP option 82, byte 2: 5 bytes are needed, 3 are there"),
    Refusal(
      .relayAgentInformation, "0503c00002",
      "DHCP option 82, byte 1 is 3, expected an address's length in sub-option 5"),
    Refusal(.vendorSpecificInformation, "", "DHCP option 43 has 0 bytes, expected 1 or more"),
    Refusal(.vendorIdentifyingClass, "000001", "DHCP option 124, byte 0: 4 bytes are needed, 3 are there"),
    Refusal(.vendorIdentifyingInformation, "0000013702aa", "DHCP option 125, byte 5: 2 bytes are needed, 1 are there"),
    Refusal(.userClass, "", "DHCP option 77 has 0 bytes, expected 1 or more"),
    Refusal(.clientArchitecture, "00", "DHCP option 93 has 1 bytes, expected a multiple of 2, at least 2"),
    Refusal(.clientNetworkInterface, "0102", "DHCP option 94, byte 2: 1 bytes are needed, 0 are there"),
    Refusal(.clientMachineIdentifier, "00*16", "DHCP option 97, byte 13: 4 bytes are needed, 3 are there"),
    Refusal(.sipServers, "02c0000201", "DHCP option 120, byte 0 is 2, expected 0 for names or 1 for addresses"),
    Refusal(.sipServers, "01c000", "DHCP option 120 has 3 bytes, expected 1 and a multiple of 4"),
    Refusal(.sipServers, "000161c005", "DHCP option 120, byte 3 is 5, expected a pointer to before byte 0"),
    Refusal(.sixRapidDeployment, "00*18", "DHCP option 212 has 18 bytes, expected 22 and a multiple of 4"),
    Refusal(.sixRapidDeployment, "00 81 00*20", "DHCP option 212, byte 1 is 129, expected a prefix length of 0 to 128"),
    Refusal(
      .sixRapidDeployment, "00 61 00*20",
      "DHCP option 212, byte 0 is 0, expected a mask length of 0 to 32 that leaves room in the prefix"),
  ]

  @Test("what no value can be is refused, with the option, the place and what was expected", arguments: refusals)
  func refused(refusal: Refusal) {
    let error = #expect(throws: DHCPOptionError.self) {
      try DHCPOptionValue(decoding: frame(refusal.hex), of: refusal.code)
    }
    #expect(error?.description == refusal.message)
  }

  @Test("a value cut anywhere, or with a byte changed, is refused or read as something that is written the same again")
  func cut() throws {
    for sample in OptionSample.all {
      let bytes = frame(sample.hex)
      for code in sample.codes {
        for length in 0..<bytes.count { try expectStable(Array(bytes.prefix(length)), code) }
        for place in bytes.indices {
          for byte in [0, 1, 0x3f, 0x40, 0x7f, 0xc0, 0xff] as [UInt8] {
            var changed = bytes
            changed[place] = byte
            try expectStable(changed, code)
          }
        }
      }
    }
  }

  @Test(
    "any bytes of any option are refused or read as something that is written the same again",
    arguments: [UInt64(7), 8])
  func random(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for number in UInt8.min...UInt8.max {
      for _ in 0..<40 {
        var bytes = generator.bytes(Int.random(in: 0...40, using: &generator))
        // Small numbers are lengths and pointers that lead somewhere.
        if Bool.random(using: &generator) { bytes = bytes.map { $0 % 8 } }
        try expectStable(bytes, DHCPOptionCode(rawValue: number), "seed \(seed)")
      }
    }
  }

  private func expectStable(_ bytes: [UInt8], _ code: DHCPOptionCode, _ comment: Comment? = nil) throws {
    guard let value = try? DHCPOptionValue(decoding: bytes, of: code) else { return }
    #expect(try DHCPOptionValue(decoding: value.encoded, of: code) == value, comment)
    #expect(value.encoded.count <= bytes.count * 256)
    let limits = DHCPOptionDefinition(of: code)?.limits
    if limits == nil { #expect(try DHCPOptionValue(text: value.text, of: code) == value, comment) }
  }
}
