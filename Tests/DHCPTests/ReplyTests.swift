import DHCP
import NetworkTypes
import PacketFormats
import Testing

@Suite("Replies")
struct ReplyTests {
  private func requestList(_ codes: [UInt8]) -> DHCPOption {
    DHCPOption(.parameterRequestList, codes)
  }

  @Test("the broadcast flag makes the reply a broadcast, and none makes it a unicast to the new address")
  func broadcastFlag() throws {
    var message = ClientMessage(.discover)
    let unicast = try Reply(message)
    #expect(unicast.destination == reserved && unicast.destinationMAC == guestMAC)
    message.header.flags = 0x8000
    let broadcast = try Reply(message)
    #expect(broadcast.destination == .broadcast && broadcast.destinationMAC == .broadcast)
    #expect(broadcast.destinationPort == 68)
  }

  @Test("replies go to port 68 whatever port the request came from")
  func sourcePort() throws {
    var message = ClientMessage(.discover)
    message.ports.source = 40000
    #expect(try Reply(message).destinationPort == 68)
  }

  @Test("a reply through a relay goes to its port 67, and a NAK there has the broadcast flag")
  func relay() throws {
    let relay = IPv4Address(10, 0, 0, 200)
    var message = ClientMessage(.discover)
    message.header.relayAddress = relay
    let offer = try Reply(message)
    #expect(offer.destination == relay && offer.destinationPort == 67 && offer.destinationMAC == guestMAC)
    #expect(offer.header.relayAddress == relay)
    var request = ClientMessage(.request, [addressOption(.requestedAddress, relay)])
    request.header.relayAddress = relay
    let nak = try Reply(request)
    #expect(nak.type == .nak && nak.destination == relay && nak.header.flags == 0x8000)
  }

  @Test("a priority tag is taken and not answered with a tag; a VLAN is refused")
  func vlan() throws {
    var message = ClientMessage(.discover)
    message.tag = VLANTag(controlInformation: 0xe000)
    #expect(try Reply(message).type == .offer)
    message.tag = VLANTag(controlInformation: 0xe001)
    #expect(respond(message.frame, try guestBinding()) == .drop(.foreignVLAN))
  }

  @Test("only options on the parameter request list are sent besides those of the lease")
  func parameterRequestList() throws {
    #expect(try Reply(ClientMessage(.discover, [requestList([1])])).codes == [53, 54, 51, 1, 58, 59])
    #expect(try Reply(ClientMessage(.discover, [requestList([26, 6])])).codes == [53, 54, 51, 1, 58, 59, 6, 26])
    #expect(try Reply(ClientMessage(.discover)).codes == [53, 54, 51, 1, 3, 121, 58, 59, 6, 15, 26, 12])
  }

  @Test("classless routes have the fewest octets and end with the default route")
  func routes() throws {
    var binding = try guestBinding()
    let router = IPv4Address(10, 0, 0, 254)
    binding.routes = [
      .init(destination: try network("10.128.0.0/9"), router: router),
      .init(destination: try network("192.0.2.128/25"), router: router),
      .init(destination: try network("169.254.169.254/32"), router: router),
    ]
    let expected: [UInt8] =
      [9, 10, 128, 10, 0, 0, 254] + [25, 192, 0, 2, 128, 10, 0, 0, 254]
      + [32, 169, 254, 169, 254, 10, 0, 0, 254] + [0, 10, 0, 0, 1]
    let reply = try Reply(ClientMessage(.discover, [requestList([3, 121, 249])]), binding)
    #expect(reply[.classlessStaticRoutes] == expected)
    #expect(reply[.microsoftClasslessStaticRoutes] == expected)
    #expect(reply[.router] == server.octets)
    #expect(try Reply(ClientMessage(.discover), binding)[.microsoftClasslessStaticRoutes] == nil)
    #expect(try Reply(ClientMessage(.discover, [requestList([249])]), binding)[.classlessStaticRoutes] == nil)
  }

  @Test("a default route among the routes is not given twice, and a network without a router has none")
  func defaultRoute() throws {
    var binding = try guestBinding()
    binding.routes = [.init(destination: try network("0.0.0.0/0"), router: IPv4Address(10, 0, 0, 2))]
    #expect(try Reply(ClientMessage(.discover), binding)[.classlessStaticRoutes] == [0, 10, 0, 0, 2])
    binding.router = nil
    binding.routes = [.init(destination: try network("10.0.0.0/8"), router: IPv4Address(10, 0, 0, 2))]
    let reply = try Reply(ClientMessage(.discover), binding)
    #expect(reply[.classlessStaticRoutes] == [8, 10, 10, 0, 0, 2])
    #expect(reply[.router] == nil)
  }

  @Test("what a network does not have is not sent")
  func bareBinding() throws {
    let binding = DHCPBinding(
      mac: guestMAC, address: reserved, prefix: try network("10.0.0.0/24"), serverIdentifier: server, domainName: "",
      hostName: "", mtu: 60, leaseSeconds: .max)
    let reply = try Reply(ClientMessage(.discover), binding)
    #expect(reply.codes == [53, 54, 51, 1], "a lease without end has no renewal times, and no MTU is below 68")
    #expect(reply[.leaseTime] == [255, 255, 255, 255])
  }

  @Test("client identifier and relay information are echoed verbatim, the latter last")
  func echoes() throws {
    let identifier = DHCPOption(.clientIdentifier, [0xff] + Array(1...18))
    let relay = DHCPOption(.relayAgentInformation, [1, 4, 0, 1, 2, 3])
    let reply = try Reply(ClientMessage(.discover, [relay, identifier]))
    #expect(reply[.clientIdentifier] == identifier.value)
    #expect(reply.options.last == relay)
  }

  @Test("a reply fits into 576 bytes unless the client takes more: other fields are used, then the last options go")
  func sizeLimit() throws {
    var binding = try guestBinding()
    binding.dnsServers = (1...40).map { IPv4Address(192, 0, 2, $0) }
    binding.domainName = String(repeating: "d", count: 100)
    binding.hostName = String(repeating: "h", count: 60)
    let relay = DHCPOption(.relayAgentInformation, Array(repeating: 7, count: 40))
    let small = try Reply(ClientMessage(.discover, [relay]), binding)
    #expect(small.messageLength <= 548)
    #expect(small[.overload] == [3])
    #expect(small[.domainName]?.count == 100)
    #expect(small[.hostName]?.count == 60)
    #expect(small[.domainNameServer]?.count == 160)
    #expect(small[.relayAgentInformation] == relay.value)
    #expect(Array(small.codes.prefix(3)) == [53, 52, 54])

    let large = ClientMessage(.discover, [relay, DHCPOption(.maximumMessageSize, [0x05, 0xdc])])
    let whole = try Reply(large, binding)
    #expect(whole[.overload] == nil && whole.messageLength <= 1450 - 28)
    #expect(whole.options.last == relay)

    binding.dnsServers = (1...63).map { IPv4Address(192, 0, 2, $0) }
    binding.domainName = String(repeating: "d", count: 200)
    let dropped = try Reply(ClientMessage(.discover, [relay]), binding)
    #expect(dropped.messageLength <= 548)
    #expect(dropped[.domainNameServer] == nil, "252 bytes of it have room in no field")
    #expect(dropped[.relayAgentInformation] == relay.value)
    #expect(dropped[.leaseTime] != nil && dropped[.subnetMask] != nil)
  }

  @Test("a stated size below 576 or beyond the MTU is not believed", arguments: [UInt16(0), 300, 575, 9000, 65535])
  func statedSize(_ size: UInt16) throws {
    var binding = try guestBinding()
    binding.mtu = 600
    binding.dnsServers = (1...100).map { IPv4Address(192, 0, 2, $0) }
    let option = DHCPOption(.maximumMessageSize, [UInt8(size >> 8), UInt8(size & 255)])
    #expect(try Reply(ClientMessage(.discover, [option]), binding).messageLength <= (size < 576 ? 548 : 572))
  }

  @Test("an option longer than 255 bytes goes out in parts that join to the whole")
  func longOption() throws {
    var binding = try guestBinding()
    binding.dnsServers = (1...100).map { IPv4Address(192, 0, 2, $0) }
    let reply = try Reply(ClientMessage(.discover, [DHCPOption(.maximumMessageSize, [0x05, 0xdc])]), binding)
    #expect(reply[.domainNameServer] == binding.dnsServers.flatMap(\.octets))
  }

  @Test("replies in every state satisfy the invariants for random wishes", arguments: [UInt64(11), 12, 13])
  func randomWishes(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<150 {
      var binding = try guestBinding()
      binding.dnsServers = (0..<Int.random(in: 0...80, using: &generator)).map { .init(192, 0, 2, UInt8($0)) }
      binding.hostName = String(repeating: "h", count: Int.random(in: 0...300, using: &generator))
      binding.mtu = UInt16.random(in: 0...9000, using: &generator)
      var message = ClientMessage([.discover, .request, .inform].randomElement(using: &generator) ?? .discover)
      message.header.clientAddress = message.options[0].value == [1] ? .any : reserved
      message.header.flags = Bool.random(using: &generator) ? 0x8000 : 0
      for code in [DHCPOptionCode.clientIdentifier, .relayAgentInformation, .parameterRequestList] {
        guard Bool.random(using: &generator) else { continue }
        message.options.append(DHCPOption(code, generator.bytes(Int.random(in: 1...300, using: &generator))))
      }
      let size = UInt16.random(in: 0...2000, using: &generator)
      message.options.append(DHCPOption(.maximumMessageSize, [UInt8(size >> 8), UInt8(size & 255)]))
      let reply = try Reply(message, binding)
      #expect(reply.messageLength + 28 <= max(576, min(Int(size), Int(binding.mtu ?? 0))), "seed \(seed)")
      #expect(reply[.subnetMask] == [255, 255, 255, 0])
    }
  }
}
