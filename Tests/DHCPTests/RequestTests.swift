import DHCP
import NetworkTypes
import Testing

@Suite("Client states")
struct RequestTests {
  private let other = IPv4Address(10, 0, 0, 99)

  @Test("a DISCOVER gets the reserved address and the configured lease, whatever it wishes for")
  func discover() throws {
    let wish = ClientMessage(
      .discover, [addressOption(.requestedAddress, other), DHCPOption(.leaseTime, [0, 0, 0, 9])])
    let reply = try Reply(wish)
    #expect(reply.type == .offer)
    #expect(reply.header.yourAddress == reserved && reply.header.clientAddress == .any)
    #expect(reply[.leaseTime] == [0, 0, 0x0e, 0x10])
    #expect(reply[.renewalTime] == [0, 0, 0x07, 0x08])
    #expect(reply[.rebindingTime] == [0, 0, 0x0c, 0x4e])
  }

  @Test("transaction, flags, relay and all sixteen bytes of chaddr are copied; the rest of the header is zero")
  func header() throws {
    var message = ClientMessage(.discover)
    message.header.seconds = 7
    message.header.hops = 3
    message.header.flags = 0x8000
    message.header.hardwareAddressLow = 0x0102_0304_0506_0708
    message.header.hardwareAddressHigh |= 0xbeef
    message.header.nextServerAddress = other
    let reply = try Reply(message)
    #expect(reply.header.transactionID == message.header.transactionID)
    #expect(reply.header.flags == 0x8000)
    #expect(reply.header.hardwareAddressHigh == message.header.hardwareAddressHigh)
    #expect(reply.header.hardwareAddressLow == message.header.hardwareAddressLow)
    #expect(reply.header.nextServerAddress == .any)
  }

  @Test("a client that selects another server gets nothing")
  func otherServer() throws {
    let message = ClientMessage(
      .request, [addressOption(.serverIdentifier, other), addressOption(.requestedAddress, reserved)])
    #expect(respond(message.frame, try guestBinding()) == .drop(.otherServer))
  }

  @Test("a client that selects this server with a wrong address gets a NAK")
  func selectingWrongAddress() throws {
    let message = ClientMessage(
      .request, [addressOption(.serverIdentifier, server), addressOption(.requestedAddress, other)])
    let reply = try Reply(message)
    #expect(reply.outcome == DHCPReply(kind: .nak, state: .selecting, address: other))
  }

  @Test("a NAK has no address, only the options of a NAK, and is broadcast")
  func nak() throws {
    let identifier = DHCPOption(.clientIdentifier, [0xff, 1, 2, 3])
    var message = ClientMessage(.request, [addressOption(.requestedAddress, other), identifier])
    for clientAddress in [IPv4Address.any, other] {
      message.header.clientAddress = clientAddress
      let reply = try Reply(message)
      #expect(reply.type == .nak)
      #expect(reply.header.yourAddress == .any && reply.header.clientAddress == .any)
      #expect(reply.codes == [53, 54, 56, 61])
      #expect(reply[.clientIdentifier] == identifier.value)
      #expect(reply.destination == .broadcast && reply.destinationMAC == .broadcast)
      #expect(reply.header.flags == 0)
    }
  }

  @Test("a client that rebinds its address by broadcast gets an ACK by unicast")
  func rebinding() throws {
    var message = ClientMessage(.request)
    message.header.clientAddress = reserved
    message.source = reserved
    message.header.flags = 0x8000
    let reply = try Reply(message)
    #expect(reply.outcome == DHCPReply(kind: .ack, state: .rebinding, address: reserved))
    #expect(reply.destination == reserved && reply.destinationMAC == guestMAC)
  }

  @Test("a client that renews an address that moved gets a NAK")
  func renewingMoved() throws {
    var message = ClientMessage(.request)
    message.header.clientAddress = other
    message.source = other
    message.destination = server
    let reply = try Reply(message)
    #expect(reply.outcome == DHCPReply(kind: .nak, state: .renewing, address: other))
  }

  @Test("a renewal with a requested address, as some clients send it, is judged by both addresses")
  func renewingWithOption50() throws {
    var message = ClientMessage(.request, [addressOption(.requestedAddress, reserved)])
    message.header.clientAddress = reserved
    #expect(try Reply(message).type == .ack)
    message.options[1] = addressOption(.requestedAddress, other)
    #expect(try Reply(message).type == .nak)
  }

  @Test("a REQUEST that names no address gets nothing")
  func noAddress() throws {
    #expect(respond(ClientMessage(.request).frame, try guestBinding()) == .drop(.noAddress))
    let selecting = ClientMessage(.request, [addressOption(.serverIdentifier, server)])
    #expect(respond(selecting.frame, try guestBinding()) == .drop(.noAddress))
  }

  @Test("an INFORM gets parameters without a lease, by unicast to its own address")
  func inform() throws {
    var message = ClientMessage(.inform)
    message.header.clientAddress = other
    message.header.flags = 0x8000
    let reply = try Reply(message)
    #expect(reply.outcome == DHCPReply(kind: .ack, state: .informing, address: other))
    #expect(reply.codes == [53, 54, 1, 3, 121, 6, 15, 26, 12])
    #expect(reply.header.yourAddress == .any && reply.header.clientAddress == other)
    #expect(reply.destination == other && reply.destinationMAC == guestMAC)
  }

  @Test("an INFORM without an address or from another network gets nothing, never a NAK")
  func badInform() throws {
    var message = ClientMessage(.inform)
    #expect(respond(message.frame, try guestBinding()) == .drop(.noAddress))
    message.header.clientAddress = IPv4Address(192, 168, 0, 1)
    #expect(respond(message.frame, try guestBinding()) == .drop(.foreignAddress))
  }

  @Test("a DECLINE is an event and gets no reply; one of a foreign address is nothing")
  func decline() throws {
    let options = [addressOption(.serverIdentifier, server), addressOption(.requestedAddress, reserved)]
    #expect(respond(ClientMessage(.decline, options).frame, try guestBinding()) == .event(.declined(reserved)))
    let foreign = ClientMessage(.decline, [addressOption(.requestedAddress, other)])
    #expect(respond(foreign.frame, try guestBinding()) == .drop(.foreignAddress))
    #expect(respond(ClientMessage(.decline).frame, try guestBinding()) == .drop(.noAddress))
  }

  @Test("a RELEASE of a foreign address is nothing")
  func release() throws {
    var message = ClientMessage(.release, [addressOption(.serverIdentifier, server)])
    message.header.clientAddress = other
    message.destination = server
    #expect(respond(message.frame, try guestBinding()) == .drop(.foreignAddress))
  }

  @Test("offers are held back after a DECLINE, nothing else is")
  func heldOffers() throws {
    var buffer: [UInt8] = []
    let binding = try guestBinding().compiled
    let discover = ClientMessage(.discover).frame
    let held = DHCPResponder.respond(
      to: discover.span.bytes, binding: binding, serverMAC: serverMAC, holdsOffers: true, into: &buffer)
    #expect(held == .drop(.heldAfterDecline))
    #expect(buffer.isEmpty)
    let request = ClientMessage(.request, [addressOption(.requestedAddress, reserved)]).frame
    let outcome = DHCPResponder.respond(
      to: request.span.bytes, binding: binding, serverMAC: serverMAC, holdsOffers: true, into: &buffer)
    #expect(outcome == .reply(DHCPReply(kind: .ack, state: .initReboot, address: reserved)))
  }

  @Test("the wait after a DECLINE doubles from ten seconds to a limit, and ends with a renewal")
  func backOff() {
    var backOff = DHCPDeclineBackOff()
    #expect(!backOff.holdsOffers(at: .seconds(0)))
    var now = Duration.seconds(100)
    for seconds in [10, 20, 40, 80, 160, 320, 320] {
      backOff.declined(at: now)
      #expect(backOff.holdsOffers(at: now + .seconds(seconds) - .milliseconds(1)))
      #expect(!backOff.holdsOffers(at: now + .seconds(seconds)))
      now += .seconds(1000)
    }
    backOff.declined(at: now)
    backOff.renewed()
    #expect(!backOff.holdsOffers(at: now))
  }
}
