import DHCP
import NetworkTypes
import PacketFormats
import Testing

@Suite("Hostile frames")
struct HostileInputTests {
  private let discover = ClientMessage(.discover)

  private func changed(_ offset: Int, to value: UInt8, _ bytes: [UInt8]? = nil) -> [UInt8] {
    var bytes = bytes ?? discover.frame
    bytes[offset] = value
    return fixingIPv4Checksum(bytes)
  }

  private func fixingIPv4Checksum(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    bytes[24] = 0
    bytes[25] = 0
    var checksum = InternetChecksum()
    checksum.add(bytes.span.bytes.extracting(14..<34))
    bytes[24] = UInt8(checksum.value >> 8)
    bytes[25] = UInt8(checksum.value & 255)
    return bytes
  }

  private func withOptions(_ options: [UInt8], file: [UInt8] = [], serverName: [UInt8] = []) -> [UInt8] {
    var payload: [UInt8] = []
    DHCPMessage.write(discover.header, options: [], to: &payload)
    payload.removeLast(payload.count - 240)
    payload.replaceSubrange(108..<108 + file.count, with: file)
    payload.replaceSubrange(44..<44 + serverName.count, with: serverName)
    return discover.frame(carrying: payload + options)
  }

  @Test("each broken header is dropped for its own reason")
  func headers() throws {
    let cases: [([UInt8], DHCPDropReason)] = [
      (changed(12, to: 0x86), .notIPv4),
      (changed(14, to: 0x65), .malformedIPv4),
      (changed(14, to: 0x44), .malformedIPv4),
      (changed(16, to: 0xff), .malformedIPv4),
      (changed(20, to: 0x20), .fragment),
      (changed(21, to: 0x01), .fragment),
      (changed(23, to: 6), .notUDP),
      (changed(37, to: 68), .notServerPort),
      (changed(38, to: 0xff), .malformedUDP),
      (changed(39, to: 7, changed(38, to: 0)), .malformedUDP),
      (changed(39, to: 100, changed(38, to: 0)), .truncatedMessage),
      (changed(42, to: 2), .notRequest),
      (changed(43, to: 6), .notEthernetClient),
      (changed(44, to: 255), .notEthernetClient),
      (changed(44, to: 0), .notEthernetClient),
      (changed(70, to: 0xf8), .foreignHardwareAddress),
      (changed(278, to: 0), .bootp),
      (Array(discover.frame.prefix(13)), .truncatedFrame),
    ]
    for (bytes, reason) in cases {
      #expect(respond(bytes, try guestBinding()) == .drop(reason))
    }
    var corrupt = discover.frame
    corrupt[22] ^= 1
    #expect(respond(corrupt, try guestBinding()) == .drop(.badIPv4Checksum))
  }

  @Test("bytes after the datagram's total length are not read")
  func trailingBytes() throws {
    let padded = discover.frame + [UInt8](repeating: 0xff, count: 40)
    #expect(try Reply(padded).type == .offer)
  }

  @Test("a request shorter than BOOTP's 300 bytes is answered, with or without an end option")
  func shortRequest() throws {
    #expect(try Reply(withOptions([53, 1, 1, 255])).type == .offer)
    #expect(try Reply(withOptions([53, 1, 1])).type == .offer)
  }

  @Test("BOOTP, types that clients do not send and unknown types get nothing")
  func types() throws {
    #expect(respond(withOptions([255]), try guestBinding()) == .drop(.bootp))
    for type: UInt8 in [0, 2, 5, 6, 9, 18, 255] {
      #expect(respond(withOptions([53, 1, type, 255]), try guestBinding()) == .drop(.unexpectedMessageType))
    }
    #expect(respond(withOptions([53, 0, 255]), try guestBinding()) == .drop(.malformedOptions))
    #expect(respond(withOptions([53, 2, 1, 1, 255]), try guestBinding()) == .drop(.malformedOptions))
    #expect(respond(withOptions([53, 1, 1, 50, 3, 1, 2, 3]), try guestBinding()) == .drop(.malformedOptions))
  }

  @Test("an option that leads past its field is refused, also at the field's last byte")
  func overruns() throws {
    let cases: [[UInt8]] = [[53, 1, 1, 61, 200, 1], [53, 1, 1, 61], [53, 255]]
    for options in cases {
      #expect(respond(withOptions(options), try guestBinding()) == .drop(.malformedOptions))
    }
    let file = [UInt8](repeating: 0, count: 126) + [12, 1]
    #expect(
      respond(withOptions([53, 1, 1, 52, 1, 1, 255], file: file), try guestBinding()) == .drop(.malformedOptions))
  }

  @Test("options in the file and sname fields are read when option 52 says so, in RFC 3396's order")
  func overload() throws {
    let bytes = withOptions(
      [53, 1, 1, 52, 1, 3, 61, 2, 1, 2, 255], file: [61, 2, 3, 4, 255], serverName: [61, 1, 5, 255])
    #expect(try Reply(bytes)[.clientIdentifier] == [1, 2, 3, 4, 5])
    let onlyFile = withOptions(
      [52, 1, 1, 255], file: [53, 1, 1, 52, 1, 2, 255], serverName: [61, 200, 5])
    #expect(try Reply(onlyFile).type == .offer, "an option 52 in the file field opens nothing")
    let closed = withOptions([53, 1, 1, 255], file: [61, 2, 3, 4, 255])
    #expect(try Reply(closed)[.clientIdentifier] == nil)
  }

  @Test("an overload that is not one byte of 1 to 3 is refused")
  func badOverload() throws {
    for options: [UInt8] in [[52, 1, 0], [52, 1, 4], [52, 0], [52, 2, 1, 1], [52, 1, 1, 52, 1, 1]] {
      #expect(respond(withOptions([53, 1, 1] + options + [255]), try guestBinding()) == .drop(.malformedOptions))
    }
  }

  @Test("a port without a reservation, or with DHCP turned off, is not served")
  func noBinding() throws {
    #expect(respond(discover.frame, nil) == .drop(.noBinding))
    var binding = try guestBinding()
    binding.enabled = false
    #expect(respond(discover.frame, binding) == .drop(.disabled))
  }

  @Test("a datagram to another host is left alone; the network's broadcast address is taken")
  func destination() throws {
    var message = discover
    message.destination = IPv4Address(10, 0, 0, 2)
    #expect(respond(message.frame, try guestBinding()) == .drop(.notForServer))
    message.destination = IPv4Address(10, 0, 0, 255)
    #expect(try Reply(message).type == .offer)
  }

  @Test("every truncation of a real request is dropped, never answered")
  func truncations() throws {
    let binding = try guestBinding()
    for whole in [ClientFrames.udhcpcRequest, ClientFrames.dhclientDiscover] {
      for count in 0..<whole.count {
        guard case .drop = respond(Array(whole.prefix(count)), binding) else {
          Issue.record("\(count) bytes were answered")
          continue
        }
      }
    }
  }

  @Test("every truncation of the options, with lengths that agree, gives an answer or a reason")
  func optionTruncations() throws {
    let binding = try guestBinding()
    let payload = Array(ClientFrames.udhcpcRequest[42...])
    for count in 0...payload.count {
      let outcome = respond(discover.frame(carrying: Array(payload.prefix(count))), binding)
      if count < 240 { #expect(outcome == .drop(.truncatedMessage)) }
      if case .event = outcome { Issue.record("\(count): \(outcome)") }
    }
  }

  @Test(
    "random changes and random options never trap, and a reply is always for the port", arguments: [UInt64(1), 2, 3])
  func random(seed: UInt64) throws {
    let binding = try guestBinding()
    var generator = SeededGenerator(seed: seed)
    let summary = FrameSummary(describeUDP: DHCPMessage.describe)
    var buffer: [UInt8] = []
    for _ in 0..<2000 {
      var bytes =
        [ClientFrames.udhcpcRequest, ClientFrames.udhcpcRenew, ClientFrames.dhclientDiscover]
        .randomElement(using: &generator) ?? []
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        bytes[Int.random(in: 34..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      if Bool.random(using: &generator) {
        bytes = withOptions([53, 1, 3] + generator.bytes(Int.random(in: 0...200, using: &generator)))
      }
      let outcome = DHCPResponder.respond(
        to: bytes.span.bytes, binding: binding.compiled, serverMAC: serverMAC, into: &buffer)
      #expect(!summary.line(for: bytes.span.bytes).isEmpty)
      guard case .reply = outcome else {
        #expect(buffer.isEmpty)
        continue
      }
      let ethernet = try EthernetHeader(parsing: buffer.span.bytes)
      #expect(ethernet.destination == guestMAC || ethernet.destination == .broadcast, "seed \(seed)")
      let message = try DHCPMessage(parsing: buffer.span.bytes.extracting(42..<buffer.count))
      #expect([reserved, .any].contains(message.header.yourAddress), "seed \(seed)")
    }
    for _ in 0..<1000 {
      let bytes = generator.bytes(Int.random(in: 0...400, using: &generator))
      guard case .drop = respond(bytes, binding) else {
        Issue.record("random bytes were answered, seed \(seed)")
        continue
      }
    }
  }

  @Test("reasons have distinct counter names")
  func names() {
    #expect(Set(DHCPDropReason.allCases.map(\.rawValue)).count == DHCPDropReason.allCases.count)
  }
}
