import NetworkTypes
import PacketFormats
import Testing

@Suite("Headers")
struct HeaderTests {
  @Test("an ARP request of the kernel is read, and written back byte for byte")
  func arp() throws {
    let bytes = KernelFrames.arpRequest
    let ethernet = try EthernetHeader(parsing: bytes.span.bytes)
    #expect(ethernet.destination == .broadcast)
    #expect(ethernet.etherType == .arp)
    let packet = try ARPPacket(parsing: bytes.span.bytes.extracting(ethernet.length..<bytes.count))
    #expect(packet.operation == .request)
    #expect(packet.senderMAC.description == "fa:16:3e:11:22:33")
    #expect(packet.senderAddress == IPv4Address(10, 0, 0, 77))
    #expect(packet.targetAddress == IPv4Address(10, 0, 0, 1))
    #expect(!packet.isProbe && !packet.isGratuitous)
    var written: [UInt8] = []
    ethernet.write(to: &written)
    packet.write(to: &written)
    #expect(written == bytes)
  }

  @Test("an IPv4 ping of the kernel is read, and its ICMP message written back byte for byte")
  func icmp() throws {
    let bytes = KernelFrames.ping
    let packet = bytes.span.bytes.extracting(14..<bytes.count)
    let header = try IPv4Header(parsing: packet)
    #expect(header.checksumIsValid && header.dontFragment && !header.isFragment)
    #expect(header.timeToLive == 64)
    #expect(header.identification == 0xaa06)
    #expect(header.payload == 20..<44)
    let message = try ICMPMessage(parsing: packet.extracting(header.payload))
    #expect(message.kind == .echoRequest)
    #expect(message.identifier == 16578 && message.sequence == 1)
    var written: [UInt8] = []
    header.write(to: &written, payloadLength: header.payload.count)
    message.write(to: &written, data: packet.extracting(28..<44))
    #expect(written == Array(bytes[14...]))
  }

  @Test("Ethernet's padding is not taken for payload, and a datagram longer than its frame is refused")
  func totalLength() throws {
    let packet = Array(KernelFrames.ping[14...])
    let padded = packet + [UInt8](repeating: 0xee, count: 10)
    #expect(try IPv4Header(parsing: padded.span.bytes).payload == 20..<44)
    let cut = Array(packet.dropLast())
    #expect(throws: PacketError.self) { try IPv4Header(parsing: cut.span.bytes) }
    let seen = try IPv4Header(parsing: cut.span.bytes, acceptsCutPayload: true)
    #expect(seen.payload == 20..<43)
    #expect(seen.statedPayloadLength == 24)
  }

  @Test("an IPv4 header with a wrong version, length or total length is refused with the field's name and offset")
  func badIPv4() {
    let good = Array(KernelFrames.ping[14...])
    for (offset, value, field) in [(0, UInt8(0x65), "version"), (0, 0x44, "header length"), (3, 0x13, "total length")] {
      var bad = good
      bad[offset] = value
      let error = #expect(throws: PacketError.self) { try IPv4Header(parsing: bad.span.bytes) }
      #expect(error?.field == field)
      #expect(error?.layer == .ipv4)
    }
    var flipped = good
    flipped[8] ^= 1
    #expect((try? IPv4Header(parsing: flipped.span.bytes))?.checksumIsValid == false)
  }

  @Test("neighbor discovery of the kernel is read, and written back byte for byte")
  func neighborDiscovery() throws {
    let target = try #require(IPv6Address("2001:db8::1"))
    let guest = try #require(IPv6Address("2001:db8::55"))
    let solicitation = KernelFrames.neighborSolicitation
    let mac = MACAddress("fa:16:3e:11:22:33")
    let read = try ICMPv6Message(parsing: solicitation.span.bytes.extracting(54..<solicitation.count))
    #expect(read == .neighborSolicitation(target: target, sourceMAC: mac))
    let group = try IPv6Header(parsing: solicitation.span.bytes.extracting(14..<solicitation.count)).destination
    var written: [UInt8] = []
    ICMPv6Message.writeNeighborSolicitation(
      target: target, sourceMAC: mac, source: guest, destination: group, to: &written)
    #expect(written == Array(solicitation[54...]))

    let bytes = KernelFrames.neighborAdvertisement
    let advertisement = ICMPv6Message.NeighborAdvertisement(
      target: target, isRouter: false, isSolicited: true, overrides: true, targetMAC: MACAddress("06:37:21:8d:35:b9"))
    let message = try ICMPv6Message(parsing: bytes.span.bytes.extracting(54..<bytes.count))
    #expect(message == .neighborAdvertisement(advertisement))
    var again: [UInt8] = []
    IPv6Header(source: target, destination: guest, nextHeader: .icmpv6, hopLimit: 255)
      .write(to: &again, payloadLength: 32)
    ICMPv6Message.writeNeighborAdvertisement(advertisement, source: target, destination: guest, to: &again)
    #expect(again == Array(bytes[14...]))
  }

  @Test("IPv6 extension headers are stepped over")
  func extensionHeaders() throws {
    let bytes = KernelFrames.listenerReport
    let header = try IPv6Header(parsing: bytes.span.bytes.extracting(14..<bytes.count))
    #expect(header.nextHeader == .hopByHopOptions)
    #expect(header.upperProtocol == .icmpv6)
    #expect(header.payload == 48..<76)
    #expect(header.startsUpperLayer && !header.isFragment)
  }

  @Test("a router advertisement's flags, lifetime and source are read")
  func routerAdvertisement() throws {
    let bytes = frame(
      """
      8600 0000 40 c0 0708 00000000 00000000  # hop limit 64, managed and other, 1800 s
      05 01 0000 000005aa  # MTU 1450
      01 01 0637218d35b9  # source link-layer address
      """)
    let message = try ICMPv6Message(parsing: bytes.span.bytes)
    let expected = ICMPv6Message.RouterAdvertisement(
      hopLimit: 64, isManaged: true, hasOtherConfiguration: true, lifetimeSeconds: 1800,
      sourceMAC: MACAddress("06:37:21:8d:35:b9"))
    #expect(message == .routerAdvertisement(expected))
  }

  @Test("an IPv6 fragment after the first has no upper header")
  func ipv6Fragment() throws {
    let addresses = "20010db8000000000000000000000001 20010db8000000000000000000000055"
    let later = frame("60000000 000a 2c 40 \(addresses) 11000008 00000001 abcd")
    let header = try IPv6Header(parsing: later.span.bytes)
    #expect(header.upperProtocol == .udp && header.isFragment && !header.startsUpperLayer)
    let first = frame("60000000 000a 2c 40 \(addresses) 11000001 00000001 abcd")
    let start = try IPv6Header(parsing: first.span.bytes)
    #expect(start.isFragment && start.startsUpperLayer && start.payload == 48..<50)
    let endless = frame("60000000 0008 00 40 \(addresses) 00ff0000 00000000")
    #expect(throws: PacketError.self) { try IPv6Header(parsing: endless.span.bytes) }
  }

  @Test("a neighbor discovery option of length 0 is refused")
  func endlessOption() {
    var bytes = KernelFrames.neighborSolicitation
    bytes[79] = 0
    bytes[78] = 9
    #expect(throws: PacketError.self) { try ICMPv6Message(parsing: bytes.span.bytes.extracting(54..<bytes.count)) }
  }

  @Test("VLAN tags are read and written, and only VID 0 is a mere priority")
  func vlan() throws {
    let priority = VLANTag(controlInformation: 0xa000)
    #expect(priority.isPriorityOnly && priority.priority == 5 && priority.vid == 0)
    let service = VLANTag(tagProtocol: .serviceVLAN, controlInformation: 0x0064)
    #expect(!service.isPriorityOnly && service.vid == 100)
    let header = EthernetHeader(
      destination: .broadcast, source: MACAddress(2, 0, 0, 0, 0, 1), outerTag: service, innerTag: priority,
      etherType: .ipv6)
    var bytes: [UInt8] = []
    header.write(to: &bytes)
    #expect(bytes == frame("ffffffffffff 020000000001 88a80064 8100a000 86dd"))
    #expect(try EthernetHeader(parsing: bytes.span.bytes) == header)
    #expect(header.length == 22)
    for count in 0..<bytes.count {
      #expect(throws: PacketError.self) { try EthernetHeader(parsing: bytes.span.bytes.extracting(0..<count)) }
    }
  }

  @Test("a UDP frame has right checksums, and a sum of zero is written as all ones")
  func udpChecksum() throws {
    let envelope = UDPv4Envelope(
      destinationMAC: .broadcast, sourceMAC: .zero, source: IPv4Address(10, 0, 0, 1),
      destination: IPv4Address(10, 0, 0, 2), sourcePort: 67, destinationPort: 68)
    // With this payload word all words add up to 0xffff: 0x0a00+1+0x0a00+2+17+10+67+68+10+0xeb50.
    var bytes: [UInt8] = []
    envelope.write(to: &bytes) { $0 += [0xeb, 0x50] }
    let header = try UDPHeader(parsing: bytes.span.bytes.extracting(34..<bytes.count))
    #expect(header.checksum == 0xffff)
    #expect(header.payload == 8..<10)
    #expect(try IPv4Header(parsing: bytes.span.bytes.extracting(14..<bytes.count)).checksumIsValid)
  }

  @Test("the checksum of RFC 1071's example is what the RFC says, whole and with an odd end")
  func checksum() {
    var sum = InternetChecksum()
    let whole = frame("0001f203f4f5f6f7")
    sum.add(whole.span.bytes)
    #expect(sum.value == ~UInt16(0xddf2))
    var odd = InternetChecksum()
    let short = frame("0001f203f4f5f6")
    odd.add(short.span.bytes)
    var even = InternetChecksum()
    let padded = short + [0]
    even.add(padded.span.bytes)
    #expect(odd.value == even.value)
  }

  @Test("a UDP length below 8 or beyond the datagram is refused")
  func udpLength() {
    for (length, isGood) in [(UInt8(7), false), (8, true), (9, false), (0, false)] {
      let bytes: [UInt8] = [0, 67, 0, 68, 0, length, 0, 0]
      let header = try? UDPHeader(parsing: bytes.span.bytes)
      #expect((header != nil) == isGood)
    }
  }
}
