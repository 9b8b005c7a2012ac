import DHCP
import NetworkTypes
import PacketFormats

extension FuzzCheck {
  /// A payload of UDP, as a client's message and as what is shown of it: what is decoded is encoded to bytes that are
  /// decoded to the same; every message has one outcome, the same each time; a reply is a whole frame to the port that is
  /// read, belongs to the exchange, and is no longer than the port takes. And the bytes as a frame, for both responders.
  public static let dhcpv6 = FuzzCheck("dhcpv6") { (bytes) throws(FuzzFinding) in
    var input = FuzzInput(bytes)
    let choice = input.byte()
    let payload = input.take(4096)
    _ = DHCPv6Message.summary(of: payload.span.bytes)
    try requireStable(payload)
    let frame = choice & 1 == 0 ? DHCPv6CheckFrames.frame(carrying: payload) : payload
    guard let binding = DHCPv6CheckFrames.bindings[Int(choice >> 1 & 3)] else {
      throw FuzzFinding("a binding of the check cannot be made")
    }
    var reply: [UInt8] = []
    var again: [UInt8] = [1, 2, 3]
    let outcome = DHCPv6Responder.respond(
      to: frame.span.bytes, binding: binding, serverMAC: DHCPv6CheckFrames.serverMAC, holdsOffers: choice & 8 != 0,
      into: &reply)
    let second = DHCPv6Responder.respond(
      to: frame.span.bytes, binding: binding, serverMAC: DHCPv6CheckFrames.serverMAC, holdsOffers: choice & 8 != 0,
      into: &again)
    try require(outcome == second && reply == again, "\(outcome), and then \(second)")
    switch outcome {
    case .drop: try require(reply.isEmpty, "\(reply.count) bytes are left of \(outcome)")
    case .reply(let words, _):
      try require(reply.count <= 14 + max(1280, Int(binding.configuration.mtu)), "a reply of \(reply.count) bytes")
      try requireWhole(reply, words)
    }
    try requireAdvertisement(frame)
  }

  private static func requireStable(_ payload: [UInt8]) throws(FuzzFinding) {
    guard let message = try? DHCPv6Message(parsing: payload.span.bytes),
      let options = try? message.decodedOptions(in: payload.span.bytes)
    else { return }
    var written: [UInt8] = []
    DHCPv6Message.write(message.type, transactionID: message.transactionID, options: options, to: &written)
    guard let second = try? DHCPv6Message(parsing: written.span.bytes),
      let readAgain = try? second.decodedOptions(in: written.span.bytes)
    else { throw FuzzFinding("\(options) are written to what cannot be read") }
    try require(
      readAgain == options && second.transactionID == message.transactionID,
      "\(options) are read as \(readAgain) again")
  }

  private static func requireWhole(_ frame: [UInt8], _ reply: DHCPv6Reply) throws(FuzzFinding) {
    let packet = frame.span.bytes.extracting(min(14, frame.count)..<frame.count)
    guard let ip = try? IPv6Header(parsing: packet), let udp = try? UDPHeader(parsing: packet.extracting(ip.payload)),
      let message = try? DHCPv6Message(parsing: packet.extracting(ip.payload).extracting(udp.payload))
    else { throw FuzzFinding("\(reply) cannot be read") }
    try require(message.type == reply.kind, "\(reply) is a \(message.type)")
    try require(ip.payload.upperBound == packet.byteCount, "\(packet.byteCount - ip.payload.upperBound) bytes too many")
    var checksum = InternetChecksum()
    checksum.addPseudoHeader(
      source: ip.source, destination: ip.destination, protocol: .udp, length: ip.payload.count)
    checksum.add(packet.extracting(ip.payload))
    try require(checksum.value == 0 && udp.checksum != 0, "the checksum is wrong")
  }

  private static func requireAdvertisement(_ frame: [UInt8]) throws(FuzzFinding) {
    guard let advertiser = DHCPv6CheckFrames.advertiser else { throw FuzzFinding("no advertiser") }
    var reply: [UInt8] = []
    do throws(RouterSolicitationDropReason) {
      try advertiser.respond(to: frame.span.bytes, portMAC: DHCPv6CheckFrames.portMAC, into: &reply)
    } catch {
      return
    }
    let packet = reply.span.bytes.extracting(min(14, reply.count)..<reply.count)
    guard let ip = try? IPv6Header(parsing: packet),
      case .routerAdvertisement? = try? ICMPv6Message(parsing: packet.extracting(ip.payload))
    else { throw FuzzFinding("an advertisement cannot be read") }
  }
}

/// The port that the check asks for, in its configurations.
private enum DHCPv6CheckFrames {
  static let portMAC = MACAddress(0xfa, 0x16, 0x3e, 0x11, 0x22, 0x33)
  static let serverMAC = MACAddress(0x06, 0x37, 0x21, 0x8d, 0x35, 0xb9)
  static let serverAddress = IPv6Address(high: 0xfe80_0000_0000_0000, low: 1)
  static let client = IPv6Address(high: 0xfe80_0000_0000_0000, low: 0xf816_3eff_fe11_2233)

  /// Nothing but an address; everything; parameters only; nothing to give.
  static let bindings: [Int: DHCPv6Binding] = {
    var all = configuration()
    all.delegatedPrefixes = [IPv6Prefix("2001:db8:ff00::/56")].compactMap(\.self)
    all.rapidCommit = true
    all.preference = 255
    all.mtu = 9000
    all.dnsServers = [serverAddress]
    all.domainSearch = ["example.test"]
    all.hostName = "vm.example.test"
    all.timeServers = [serverAddress]
    all.bootFileURL = "tftp://[fe80::1]/x"
    all.bootFileParameters = ["a", "b"]
    all.solMaxRT = 3600
    all.informationRefreshTime = 3600
    var stateless = all
    stateless.mode = .stateless
    var nothing = configuration()
    nothing.addresses = []
    var bindings: [Int: DHCPv6Binding] = [:]
    for (number, configuration) in zip(0..., [configuration(), all, stateless, nothing]) {
      bindings[number] = try? DHCPv6Binding(configuration)
    }
    return bindings
  }()

  static let advertiser = try? RouterAdvertiser(
    RouterAdvertisement(agreeingWith: configuration()), routerMAC: serverMAC, routerAddress: serverAddress)

  private static func configuration() -> DHCPv6Configuration {
    DHCPv6Configuration(
      mac: portMAC, addresses: [IPv6Address(high: 0x2001_0db8_0001_0000, low: 0x1ee)],
      linkPrefixes: [IPv6Prefix("2001:db8:1::/64")].compactMap(\.self), serverMAC: serverMAC,
      serverAddress: serverAddress)
  }

  /// The payload in a datagram from the port to the servers.
  static func frame(carrying payload: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    EthernetHeader(destination: MACAddress(0x33, 0x33, 0, 1, 0, 2), source: portMAC, etherType: .ipv6).write(to: &bytes)
    let group = IPv6Address(high: 0xff02_0000_0000_0000, low: 0x1_0002)
    IPv6Header(source: client, destination: group, nextHeader: .udp).write(to: &bytes, payloadLength: payload.count + 8)
    let length = payload.count + 8
    return bytes + [2, 34, 2, 35, UInt8(length >> 8), UInt8(length & 255), 0, 0] + payload
  }
}
