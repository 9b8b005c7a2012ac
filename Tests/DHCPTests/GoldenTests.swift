import DHCP
import NetworkTypes
import PacketFormats
import Testing

@Suite("Stock clients")
struct GoldenTests {
  @Test("udhcpc's REQUEST gets the ACK that udhcpc bound its lease with, byte for byte")
  func ack() throws {
    let reply = try Reply(ClientFrames.udhcpcRequest)
    #expect(reply.bytes == ReplyFrames.ackForUDHCPC)
    #expect(reply.outcome == DHCPReply(kind: .ack, state: .selecting, address: reserved))
  }

  @Test("dhclient's INIT-REBOOT with an address that moved gets the NAK that made it start afresh, byte for byte")
  func nak() throws {
    let binding = try guestBinding(address: IPv4Address(10, 0, 0, 77))
    let reply = try Reply(ClientFrames.dhclientInitReboot, binding)
    #expect(reply.bytes == ReplyFrames.nakForDHClient)
    #expect(reply.outcome == DHCPReply(kind: .nak, state: .initReboot, address: reserved))
  }

  @Test("dhclient's INIT-REBOOT with its reserved address gets an ACK")
  func initReboot() throws {
    let reply = try Reply(ClientFrames.dhclientInitReboot)
    #expect(reply.outcome == DHCPReply(kind: .ack, state: .initReboot, address: reserved))
  }

  @Test("DISCOVERs of udhcpc and dhclient get an OFFER with what each asked for, in the order that suits every client")
  func offers() throws {
    let udhcpc = try Reply(ClientFrames.udhcpcDiscover)
    #expect(udhcpc.codes == [53, 54, 51, 1, 3, 121, 58, 59, 6, 15, 26, 12, 61])
    #expect(udhcpc.outcome == DHCPReply(kind: .offer, state: .initializing, address: reserved))
    let dhclient = try Reply(ClientFrames.dhclientDiscover)
    #expect(dhclient.codes == [53, 54, 51, 1, 3, 58, 59, 6, 15, 12])
  }

  @Test("udhcpc's unicast renewal is answered although its UDP checksum is partial")
  func renewal() throws {
    let bytes = ClientFrames.udhcpcRenew
    var checksum = InternetChecksum()
    checksum.addPseudoHeader(source: reserved, destination: server, protocol: .udp, length: bytes.count - 34)
    checksum.add(bytes.span.bytes.extracting(34..<bytes.count))
    #expect(checksum.value != 0, "the capture shows what a virtual interface hands over")
    let reply = try Reply(bytes)
    #expect(reply.outcome == DHCPReply(kind: .ack, state: .renewing, address: reserved))
    #expect(reply.destination == reserved && reply.destinationMAC == guestMAC)
    #expect(reply.header.clientAddress == reserved && reply.header.yourAddress == reserved)
  }

  @Test("udhcpc's RELEASE is an event and gets no reply")
  func release() throws {
    #expect(respond(ClientFrames.udhcpcRelease, try guestBinding()) == .event(.released(reserved)))
  }

  @Test("dnsmasq's OFFER is read: addresses, lease and classless parts of it")
  func dnsmasq() throws {
    let bytes = ClientFrames.dnsmasqOffer
    let payload = bytes.span.bytes.extracting(42..<bytes.count)
    let message = try DHCPMessage(parsing: payload)
    #expect(try message.messageType(in: payload) == .offer)
    #expect(message.header.yourAddress == reserved)
    #expect(try message.uint32(.leaseTime, in: payload) == 3600)
    #expect(try message.uint16(.interfaceMTU, in: payload) == 1450)
    #expect(message.value(.domainName, in: payload) == Array("example.test".utf8))
    #expect(respond(bytes, try guestBinding()) == .drop(.notServerPort))
  }

  @Test("captured messages are summarised in a line")
  func summaries() {
    let request = ClientFrames.udhcpcRequest
    let ack = ReplyFrames.ackForUDHCPC
    let summary = FrameSummary(describeUDP: DHCPMessage.describe)
    #expect(
      summary.line(for: request.span.bytes)
        == "fa:16:3e:11:22:33 > ff:ff:ff:ff:ff:ff, 0.0.0.0.68 > 255.255.255.255.67: DHCP REQUEST fa:16:3e:11:22:33 "
        + "xid 0xe7d30c57 requested 10.0.0.55 server 10.0.0.1 vendor 'udhcp 1.35.0' asks 9, length 342")
    #expect(
      summary.line(for: ack.span.bytes)
        == "06:37:21:8d:35:b9 > fa:16:3e:11:22:33, 10.0.0.1.67 > 10.0.0.55.68: DHCP ACK fa:16:3e:11:22:33 "
        + "xid 0xe7d30c57 your 10.0.0.55 server 10.0.0.1 lease 3600 s mtu 1450 name 'guest1', length 378")
  }

  @Test("a host name from a guest cannot disturb a log line")
  func quoting() throws {
    var message = ClientMessage(.discover)
    message.options.append(DHCPOption(.hostName, Array("a\n'\u{1b}[31mb".utf8)))
    let payload = message.payload
    let text = try DHCPMessage(parsing: payload.span.bytes).summary(of: payload.span.bytes)
    #expect(text.hasSuffix("name 'a...[31mb'"))
  }
}
