import DHCP
import NetworkTypes
import PacketFormats
import Testing

/// What a binding can say beyond its address.
@Suite("Bindings")
struct BindingTests {
  private func code(_ number: UInt8) -> DHCPOptionCode { DHCPOptionCode(rawValue: number) }

  private func wanting(_ codes: [UInt8], _ type: DHCPMessageType = .discover, _ more: [DHCPOption] = [])
    -> ClientMessage
  {
    ClientMessage(type, [DHCPOption(.parameterRequestList, codes)] + more)
  }

  @Test("further options are sent to who asks for them, in the place of the network's, the last of one code counting")
  func extraOptions() throws {
    var binding = try guestBinding()
    binding.extraOptions = [
      DHCPOption(code(42), [192, 0, 2, 1]), DHCPOption(.domainNameServer, [9, 9, 9, 9]),
      DHCPOption(code(42), [192, 0, 2, 2]), DHCPOption(code(252), Array("http://x/".utf8)),
    ]
    let reply = try Reply(wanting([42, 6, 252]), binding)
    #expect(reply[code(42)] == [192, 0, 2, 2] && reply[code(252)] == Array("http://x/".utf8))
    #expect(reply[.domainNameServer] == [9, 9, 9, 9])
    #expect(try Reply(wanting([1]), binding)[code(42)] == nil)
  }

  @Test(
    "nobody sets what the server decides", arguments: [0, 1, 50, 51, 52, 53, 54, 55, 57, 58, 59, 61, 80, 81, 82, 255])
  func serversOptions(_ number: UInt8) throws {
    var binding = try guestBinding()
    let plain = try Reply(ClientMessage(.discover), binding).bytes
    binding.extraOptions = [DHCPOption(code(number), [1, 2, 3, 4])]
    #expect(try Reply(ClientMessage(.discover), binding).bytes == plain)
  }

  @Test("a DISCOVER with rapid commit gets the lease at once where that is allowed, and an offer elsewhere")
  func rapidCommit() throws {
    var binding = try guestBinding()
    let message = ClientMessage(.discover, [DHCPOption(code(80), [])])
    #expect(try Reply(message, binding).type == .offer)
    binding.allowsRapidCommit = true
    let reply = try Reply(message, binding)
    #expect(reply.type == .ack && reply[code(80)] == [] && reply.header.yourAddress == reserved)
    #expect(reply[.leaseTime] != nil)
    #expect(try Reply(ClientMessage(.discover), binding).type == .offer)
  }

  @Test("IPv6-only preferred goes only to who asks for it by number, and is at least 300 seconds")
  func ipv6Only() throws {
    var binding = try guestBinding()
    binding.ipv6OnlySeconds = 10
    #expect(try Reply(ClientMessage(.discover), binding)[code(108)] == nil)
    #expect(try Reply(wanting([1, 108]), binding)[code(108)] == [0, 0, 1, 44])
    binding.ipv6OnlySeconds = 1800
    #expect(try Reply(wanting([108]), binding)[code(108)] == [0, 0, 7, 8])
  }

  @Test("a guest that boots gets the file of its architecture, in the option and in the field, and iPXE its script")
  func boot() throws {
    var binding = try guestBinding()
    binding.boot = DHCPBoot(
      nextServer: IPv4Address(192, 0, 2, 9), serverName: "boot.example", file: "undionly.kpxe",
      files: [7: "ipxe.efi", 11: "ipxe-arm64.efi"], ipxeFile: "http://boot.example/script")
    let rows: [([DHCPOption], String)] = [
      ([], "undionly.kpxe"), ([DHCPOption(code(93), [0, 0])], "undionly.kpxe"),
      ([DHCPOption(code(93), [0, 7])], "ipxe.efi"), ([DHCPOption(code(93), [0, 11])], "ipxe-arm64.efi"),
      ([DHCPOption(code(93), [0, 7]), DHCPOption(code(77), Array("iPXE".utf8))], "http://boot.example/script"),
      ([DHCPOption(code(77), [4] + Array("iPXE".utf8))], "http://boot.example/script"),
      ([DHCPOption(code(175), [1, 1, 1])], "http://boot.example/script"),
      ([DHCPOption(code(93), [7])], "undionly.kpxe"),
    ]
    for (options, file) in rows {
      let reply = try Reply(wanting([66, 67], .discover, options), binding)
      #expect(reply[code(67)] == Array(file.utf8) && reply[code(66)] == Array("boot.example".utf8))
      #expect(reply.header.nextServerAddress == IPv4Address(192, 0, 2, 9))
      let message = Array(reply.bytes[42...])
      #expect(Array(message[108..<108 + file.utf8.count + 1]) == Array(file.utf8) + [0])
      #expect(Array(message[44..<57]) == Array("boot.example".utf8) + [0])
    }
    let identifier = DHCPOption(code(97), [0] + Array(1...16))
    #expect(try Reply(wanting([67], .discover, [identifier]), binding)[code(97)] == identifier.value)
    #expect(try Reply(wanting([1, 3]), binding)[code(67)] == nil, "it did not ask; the field is filled all the same")
  }

  @Test("a file's name that has no room in its field is in the option only")
  func longFile() throws {
    var binding = try guestBinding()
    binding.boot = DHCPBoot(file: String(repeating: "f", count: 200))
    let reply = try Reply(wanting([67]), binding)
    #expect(reply[code(67)]?.count == 200 && reply.bytes[42 + 108] == 0)
  }

  @Test("the whole name goes to who sent one, in the form that it asked in, with flags that say that nobody updates")
  func fullName() throws {
    let binding = try guestBinding()
    let wire = [6] + Array("guest1".utf8) + [7] + Array("example".utf8) + [4] + Array("test".utf8) + [0]
    let encoded = try Reply(ClientMessage(.discover, [DHCPOption(code(81), [5, 0, 0, 1, 0x61])]), binding)
    #expect(encoded[code(81)] == [0x0e, 255, 255] + wire)
    let text = try Reply(ClientMessage(.discover, [DHCPOption(code(81), [0, 0, 0, 0x61])]), binding)
    #expect(text[code(81)] == [0x08, 255, 255] + Array("guest1.example.test".utf8))
    #expect(try Reply(ClientMessage(.discover), binding)[code(81)] == nil)
    var nameless = binding
    nameless.hostName = nil
    let own = try Reply(ClientMessage(.discover, [DHCPOption(code(81), [1, 0, 0] + Array("mine".utf8))]), nameless)
    #expect(own[code(81)] == [0x0a, 255, 255] + Array("mine".utf8))
    #expect(try Reply(ClientMessage(.discover, [DHCPOption(code(81), [1, 0])]), binding)[code(81)] == nil)
  }

  @Test("what a relay agent asks for is done only where agents are trusted")
  func relayAgent() throws {
    let other = IPv4Address(10, 0, 0, 200)
    var message = ClientMessage(
      .discover, [DHCPOption(.relayAgentInformation, [11, 4] + other.octets + [19, 2, 0, 0])])
    message.header.relayAddress = other
    message.ports.source = 40000
    var binding = try guestBinding()
    #expect(try Reply(message, binding).destinationPort == 67)
    binding.trustsRelayAgents = true
    var buffer: [UInt8] = []
    let frame = message.frame
    let outcome = DHCPResponder.respond(
      to: frame.span.bytes, binding: binding.compiled, serverMAC: serverMAC, into: &buffer)
    guard case .reply = outcome else {
      Issue.record("no reply: \(outcome)")
      return
    }
    #expect(
      Array(buffer[26..<30]) == server.octets,
      "the server calls itself by the agent's address, and answers from its own")
    #expect(Array(buffer[36..<38]) == [0x9c, 0x40])
    let payload = buffer.span.bytes.extracting(42..<buffer.count)
    #expect(try DHCPMessage(parsing: payload).address(.serverIdentifier, in: payload) == other)
  }

  @Test("options in several parts and in opened fields are read as one")
  func joinedRequest() throws {
    var message = ClientMessage(.request)
    message.options = [
      DHCPOption(.requestedAddress, [10, 0]), DHCPOption(.requestedAddress, [0, 55]),
      DHCPOption(.messageType, [3]), DHCPOption(.parameterRequestList, [1]), DHCPOption(.parameterRequestList, [6]),
      DHCPOption(.clientIdentifier, [1, 2]), DHCPOption(.clientIdentifier, [3]),
    ]
    var bytes: [UInt8] = []
    message.header.write(to: &bytes)
    for option in message.options { bytes += [option.code.rawValue, UInt8(option.value.count)] + option.value }
    bytes += [255] + Array(repeating: 0, count: 60)
    let reply = try Reply(message.frame(carrying: bytes))
    #expect(reply.type == .ack && reply.header.yourAddress == reserved)
    #expect(reply[.clientIdentifier] == [1, 2, 3])
    #expect(reply.codes == [53, 54, 51, 1, 58, 59, 6, 61])
  }

  @Test("what a boot program reads in a field stays there when options overflow into the others")
  func bootFieldStays() throws {
    var binding = try guestBinding()
    binding.boot = DHCPBoot(file: "pxelinux.0")
    binding.dnsServers = (1...40).map { IPv4Address(192, 0, 2, $0) }
    binding.domainName = String(repeating: "d", count: 100)
    binding.hostName = String(repeating: "h", count: 60)
    let relay = DHCPOption(.relayAgentInformation, Array(repeating: 7, count: 40))
    let reply = try Reply(wanting([6, 12, 15, 121], .discover, [relay]), binding)
    #expect(reply[.overload] == [2], "only the server's name gives its room")
    #expect(Array(reply.bytes[42 + 108..<42 + 119]) == Array("pxelinux.0".utf8) + [0])
    #expect(reply.messageLength <= 548)
  }

  @Test("a domain of the port's own is a part of its guest's whole name")
  func ownDomain() throws {
    var binding = try guestBinding()
    binding.extraOptions = [DHCPOption(.domainName, Array("own.test".utf8))]
    let text = try Reply(ClientMessage(.discover, [DHCPOption(code(81), [0, 0, 0, 0x61])]), binding)
    #expect(text[code(81)] == [0x08, 255, 255] + Array("guest1.own.test".utf8))
  }

  @Test("routes that are given take the place of both numbers', and a router that is given is the default route")
  func givenRoutes() throws {
    var binding = try guestBinding()
    binding.extraOptions = [DHCPOption(.classlessStaticRoutes, [0, 10, 0, 0, 9])]
    let given = try Reply(wanting([121, 249]), binding)
    #expect(given[.classlessStaticRoutes] == [0, 10, 0, 0, 9] && given[.microsoftClasslessStaticRoutes] == nil)
    binding.extraOptions = [DHCPOption(.router, [10, 0, 0, 8, 10, 0, 0, 7])]
    let router = try Reply(wanting([3, 121]), binding)
    #expect(router[.classlessStaticRoutes]?.suffix(5) == [0, 10, 0, 0, 8])
    #expect(router[.router] == [10, 0, 0, 8, 10, 0, 0, 7])
  }

  @Test("a client's words are found where they are in its frame")
  func notes() throws {
    let name = DHCPOption(.hostName, Array("my-guest".utf8))
    let frame = ClientMessage(.discover, [name, DHCPOption(code(60), Array("udhcp 1.35".utf8))]).frame
    var buffer: [UInt8] = []
    var notes = DHCPClientNotes()
    _ = DHCPResponder.respond(
      to: frame.span.bytes, binding: try guestBinding().compiled, serverMAC: serverMAC, into: &buffer, notes: &notes)
    #expect(Array(frame[notes.hostName]) == Array("my-guest".utf8))
    #expect(Array(frame[notes.vendorClass]) == Array("udhcp 1.35".utf8))
  }

  @Test("ports of one network share what they have in common")
  func sharing() throws {
    var compiler = DHCPBindingCompiler()
    var other = try guestBinding(address: IPv4Address(10, 0, 0, 56))
    other.hostName = "guest2"
    let first = compiler.compile(try guestBinding())
    let second = compiler.compile(other)
    #expect(first.sharesNetworkOptions(with: second))
    other.leaseSeconds = 60
    #expect(!first.sharesNetworkOptions(with: compiler.compile(other)))
  }
}
