import DHCP
import NetworkTypes
import Testing

@Suite("A message in one line")
struct SummaryTests {
  private func summary(_ message: ClientMessage) throws -> String {
    let payload = message.payload
    return try DHCPMessage(parsing: payload.span.bytes).summary(of: payload.span.bytes)
  }

  @Test("a booting client is told apart: its architecture, class, names, identifier, and what it asks for")
  func bootClient() throws {
    var message = ClientMessage(
      .discover,
      [
        DHCPOption(.hostName, Array("guest1".utf8)),
        DHCPOption(.clientFQDN, frame("05 00 00 06 677565737431 04 74657374 00")),
        DHCPOption(.vendorClassIdentifier, Array("PXEClient:Arch:00007:UNDI:003016".utf8)),
        DHCPOption(.userClass, Array("iPXE".utf8)),
        DHCPOption(.clientArchitecture, frame("0007")),
        DHCPOption(.clientIdentifier, frame("ff 3e112233 0002 0000ab11 1122334455667788")),
        DHCPOption(.parameterRequestList, [1, 3, 6]),
      ])
    message.header.flags = DHCPHeader.broadcastFlag
    #expect(
      try summary(message) == "DHCP DISCOVER fa:16:3e:11:22:33 xid 0x12345678 name 'guest1' fqdn guest1.test. (SE) "
        + "vendor 'PXEClient:Arch:00007:UNDI:003016' class 'iPXE' arch x64 UEFI "
        + "id iaid 0x3e112233 duid-en 0000ab111122334455667788 asks 3 broadcast")
  }

  @Test("a relayed reply shows all four addresses, what it gives and what the relay agent knows")
  func relayed() throws {
    var message = ClientMessage(
      .nak,
      [
        DHCPOption(.leaseTime, frame("00000e10")), DHCPOption(.interfaceMTU, frame("05aa")),
        addressOption(.serverIdentifier, server), addressOption(.requestedAddress, reserved),
        DHCPOption(.message, Array("wrong address".utf8)),
        DHCPOption(.relayAgentInformation, frame("01 04 65746830 05 04 c0000200")),
      ])
    message.header.clientAddress = IPv4Address(10, 0, 0, 2)
    message.header.yourAddress = IPv4Address(10, 0, 0, 3)
    message.header.nextServerAddress = IPv4Address(10, 0, 0, 4)
    message.header.relayAddress = IPv4Address(10, 0, 0, 5)
    #expect(
      try summary(message) == "DHCP NAK fa:16:3e:11:22:33 xid 0x12345678 client 10.0.0.2 your 10.0.0.3 next 10.0.0.4 "
        + "relay 10.0.0.5 requested 10.0.0.55 server 10.0.0.1 lease 3600 s mtu 1450 "
        + "agent (circuit-id 'eth0', link-selection 192.0.2.0) message 'wrong address'")
  }

  @Test("an identifier that is the client's MAC address is not said twice; another's is")
  func identifier() throws {
    #expect(
      !(try summary(ClientMessage(.discover, [DHCPOption(.clientIdentifier, [1] + guestMAC.octets)]))).contains(" id "))
    let other = try summary(ClientMessage(.discover, [DHCPOption(.clientIdentifier, [1] + serverMAC.octets)]))
    #expect(other.hasSuffix(" id 06:37:21:8d:35:b9"))
  }

  @Test(
    "whatever a guest sends, the line is printable ASCII but for its ellipses, and bounded", arguments: [UInt64(3), 4])
  func hostile(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let codes: [DHCPOptionCode] = [
      .hostName, .clientFQDN, .vendorClassIdentifier, .userClass, .clientArchitecture, .clientIdentifier,
      .parameterRequestList, .relayAgentInformation, .message, .leaseTime, .requestedAddress, .interfaceMTU,
    ]
    for round in 0..<100 {
      let options = codes.map { code in
        let bytes = generator.bytes(Int.random(in: 0...700, using: &generator))
        // Small lengths, so that sub-options, classes and labels are many.
        return DHCPOption(code, round.isMultiple(of: 2) ? bytes : bytes.map { $0 & 3 })
      }
      let text = try summary(ClientMessage(.discover, options))
      #expect(text.unicodeScalars.allSatisfy { (0x20...0x7e).contains($0.value) || $0 == "…" }, "seed \(seed)")
      #expect(text.utf8.count < 1200, "seed \(seed)")
    }
  }

  @Test("a message without a type is BOOTP, and an unknown type has its number")
  func types() throws {
    var message = ClientMessage(.discover)
    message.options = []
    #expect(try summary(message).hasPrefix("DHCP BOOTP fa:16:3e:11:22:33"))
    message.options = [DHCPOption(.messageType, [13])]
    #expect(try summary(message).hasPrefix("DHCP type 13 fa:16:3e:11:22:33"))
  }
}
