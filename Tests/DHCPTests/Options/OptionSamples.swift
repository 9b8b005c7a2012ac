import DHCP
import Testing

/// One value of a kind: its bytes, and the text that is canonical for it.
struct OptionSample: Sendable, CustomTestStringConvertible {
  let kind: DHCPOptionKind
  /// Hexadecimal, as `frame(_:)` reads it.
  let hex: String
  let text: String
  /// For people, where it is not the text.
  let shown: String?

  init(_ kind: DHCPOptionKind, _ hex: String, _ text: String, shown: String? = nil) {
    self.kind = kind
    self.hex = hex
    self.text = text
    self.shown = shown
  }

  var testDescription: String { "\(kind) \(text)" }

  /// At least one of every kind, each canonical: neither bytes nor text can be written in a shorter way that is read as
  /// the same.
  static let all: [OptionSample] = [
    OptionSample(.empty, "", ""),
    OptionSample(.flag, "01", "1"),
    OptionSample(.flag, "00", "0"),
    OptionSample(.uint8, "08", "8"),
    OptionSample(.uint16, "05aa", "1450"),
    OptionSample(.uint32, "00000708", "1800"),
    OptionSample(.uint32, "ffffffff", "4294967295"),
    OptionSample(.int32, "fffff1f0", "-3600"),
    OptionSample(.uint8List, "01 1c 03", "1,28,3"),
    OptionSample(.uint16List, "0044 0128 05dc", "68,296,1500"),
    OptionSample(.address, "c0000201", "192.0.2.1"),
    OptionSample(.addressList, "c0000201 c0000202", "192.0.2.1,192.0.2.2"),
    OptionSample(.optionalAddressList, "", ""),
    OptionSample(.optionalAddressList, "c0000201", "192.0.2.1"),
    OptionSample(.addressPairs, "c0000200 ffffff00", "192.0.2.0,255.255.255.0"),
    OptionSample(.text, "70 78 65 2e 30", "pxe.0", shown: "'pxe.0'"),
    OptionSample(.text, "30 78 34 31", "\"0x41\"", shown: "'0x41'"),
    OptionSample(.text, "20 61 22 5c", "\" a\\\"\\\\\"", shown: "' a\"\\'"),
    OptionSample(.domainName, "04 6c6f7374 04 74657374 00", "lost.test"),
    OptionSample(.domainName, "04 30783431 00", "\"0x41\""),
    OptionSample(
      .domainList, "03 656e67 04 74657374 00 04 74657374 00", "eng.test,test."),
    OptionSample(
      .classlessRoutes, "20 a9fea9fe 0a000001 19 c0000200 0a0000fe 10 c612 0a0000fd 00 0a000001",
      "169.254.169.254/32,10.0.0.1,192.0.2.0/25,10.0.0.254,198.18.0.0/16,10.0.0.253,0.0.0.0/0,10.0.0.1"),
    OptionSample(.clientIdentifier, "01 fa163e112233", "0x01fa163e112233", shown: "fa:16:3e:11:22:33"),
    OptionSample(
      .clientIdentifier, "ff 3e112233 0002 0000ab11 1122334455667788", "0xff3e11223300020000ab111122334455667788",
      shown: "iaid 0x3e112233 duid-en 0000ab111122334455667788"),
    OptionSample(.clientIdentifier, "00 6e616d65", "0x006e616d65", shown: "type 0 6e616d65"),
    OptionSample(
      .clientFQDN, "05 00 00 06 677565737431 04 74657374 00", "0x05000006677565737431047465737400",
      shown: "guest1.test. (SE)"),
    OptionSample(.clientFQDN, "04 00 00 06 677565737431", "0x04000006677565737431", shown: "guest1 (E)"),
    OptionSample(.clientFQDN, "08 ff ff 677565737431", "0x08ffff677565737431", shown: "guest1 (N)"),
    OptionSample(.clientFQDN, "01 00 00", "0x010000", shown: "no name (S)"),
    OptionSample(
      .relayAgentInformation, "01 04 65746830 02 02 00ff 05 04 c0000200 0b 04 0a000001 fe 00",
      "0x010465746830020200ff0504c00002000b040a000001fe00",
      shown: "circuit-id 'eth0', remote-id 0x00ff, link-selection 192.0.2.0, server-id-override 10.0.0.1, "
        + "sub-option 254 0x"),
    OptionSample(.vendorSpecific, "06 01 08 ff", "0x060108ff", shown: "6 0x08"),
    OptionSample(.vendorSpecific, "06 01 08", "0x060108", shown: "6 0x08"),
    OptionSample(.vendorSpecific, "31302e302e302e31", "0x31302e302e302e31", shown: "'10.0.0.1'"),
    OptionSample(.vendorData, "00000137 03 010178", "0x0000013703010178", shown: "enterprise 311 0x010178"),
    OptionSample(.userClass, "69505845", "0x69505845", shown: "'iPXE'"),
    OptionSample(.userClass, "03 616263 01 64", "0x036162630164", shown: "'abc', 'd'"),
    OptionSample(.architectures, "0007 0009 0100", "7,9,256", shown: "x64 UEFI,EBC,type 256"),
    OptionSample(.networkInterface, "01 03 10", "0x010310", shown: "UNDI 3.16"),
    OptionSample(
      .machineIdentifier, "00 00112233445566778899aabbccddeeff", "00112233-4455-6677-8899-aabbccddeeff"),
    OptionSample(
      .machineIdentifier, "01 00112233445566778899aabbccddeeff", "0x0100112233445566778899aabbccddeeff",
      shown: "type 1 00112233-4455-6677-8899-aabbccddeeff"),
    OptionSample(.sipServers, "01 c0000205", "192.0.2.5"),
    OptionSample(.sipServers, "00 03 736970 04 74657374 00", "sip.test"),
    OptionSample(.sixRapidDeployment, "08 20 20010db8 00*12 c0000201", "8,2001:db8::/32,192.0.2.1"),
    OptionSample(.bytes, "00 ff", "0x00ff"),
  ]

  /// Options of the sample's kind; an option without a definition for bytes.
  var codes: [DHCPOptionCode] {
    DHCPOptionDefinition.all.filter { $0.kind == kind }.map(\.code)
      + (kind == .bytes ? [DHCPOptionCode(rawValue: 224)] : [])
  }
}
