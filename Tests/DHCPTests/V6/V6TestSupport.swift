import DHCP
import NetworkTypes
import PacketFormats
import Testing

func ipv6(_ text: String) throws -> IPv6Address {
  try #require(IPv6Address(text))
}

func prefix6(_ text: String) throws -> IPv6Prefix {
  try #require(IPv6Prefix(text))
}

let guestLinkLocal = IPv6Address(high: 0xfe80_0000_0000_0000, low: 0xf816_3eff_fe11_2233)
let serverLinkLocal = IPv6Address(high: 0xfe80_0000_0000_0000, low: 1)
/// 2001:db8:1::1ee, the address that dhclient was leased when its messages were captured.
let reserved6 = IPv6Address(high: 0x2001_0db8_0001_0000, low: 0x1ee)
let allDHCPServers = IPv6Address(high: 0xff02_0000_0000_0000, low: 0x1_0002)
let serverDUID = DHCPv6DUID(serverMAC)
let clientDUID = DHCPv6DUID.linkLayerTime(hardwareType: 1, time: 0x329a_5223, address: guestMAC.octets)

/// What the golden replies were made with; everything that it can be asked for is set.
func guestConfiguration(_ change: (inout DHCPv6Configuration) -> Void = { _ in }) throws -> DHCPv6Configuration {
  var configuration = DHCPv6Configuration(
    mac: guestMAC, addresses: [reserved6], linkPrefixes: [try prefix6("2001:db8:1::/64")], serverMAC: serverMAC,
    serverAddress: serverLinkLocal, preferredLifetime: 3600, validLifetime: 7200)
  configuration.dnsServers = [try ipv6("2001:db8:1::53")]
  configuration.domainSearch = ["example.test"]
  change(&configuration)
  return configuration
}

func guestBinding6(_ change: (inout DHCPv6Configuration) -> Void = { _ in }) throws -> DHCPv6Binding {
  try DHCPv6Binding(try guestConfiguration(change))
}

/// A client's message, to be changed before it is sent.
struct V6ClientMessage {
  var type: DHCPv6MessageType
  var transactionID: UInt32 = 0xabcdef
  var options: [DHCPv6Option]
  var senderMAC = guestMAC
  var source = guestLinkLocal
  var destination = allDHCPServers
  var port: UInt16 = 547
  var hopLimit: UInt8 = 1
  var tag: VLANTag?

  /// A message with the parties that its type has, and then the given options.
  init(_ type: DHCPv6MessageType, _ options: [DHCPv6Option] = []) {
    self.type = type
    var parties = [DHCPv6Option(.clientID, .duid(clientDUID))]
    if [.request, .renew, .decline, .release].contains(type) {
      parties.append(DHCPv6Option(.serverID, .duid(serverDUID)))
    }
    self.options = parties + options
  }

  /// A captured message, with this server for the one that it was for.
  init(captured frame: [UInt8]) throws {
    let payload = frame.span.bytes.extracting(62..<frame.count)
    let message = try DHCPv6Message(parsing: payload)
    type = message.type
    transactionID = message.transactionID
    options = try message.decodedOptions(in: payload).map { option in
      option.code == .serverID ? DHCPv6Option(.serverID, .duid(serverDUID)) : option
    }
  }

  func without(_ code: DHCPv6OptionCode) -> V6ClientMessage {
    var copy = self
    copy.options.removeAll { $0.code == code }
    return copy
  }

  func with(_ option: DHCPv6Option) -> V6ClientMessage {
    var copy = self
    copy.options.append(option)
    return copy
  }

  var payload: [UInt8] {
    var bytes: [UInt8] = []
    DHCPv6Message.write(type, transactionID: transactionID, options: options, to: &bytes)
    return bytes
  }

  var frame: [UInt8] { frame(carrying: payload) }

  func frame(carrying payload: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    EthernetHeader(
      destination: MACAddress(0x33, 0x33, 0, 1, 0, 2), source: senderMAC, outerTag: tag, etherType: .ipv6
    ).write(to: &bytes)
    IPv6Header(source: source, destination: destination, nextHeader: .udp, hopLimit: hopLimit)
      .write(to: &bytes, payloadLength: payload.count + 8)
    bytes.appendUInt16(546)
    bytes.appendUInt16(port)
    bytes.appendUInt16(UInt16(payload.count + 8))
    bytes.appendUInt16(0)
    return bytes + payload
  }
}

func iaNA(_ iaid: UInt32 = 0x3e11_2233, _ addresses: [IPv6Address] = []) -> DHCPv6Option {
  DHCPv6Option(
    .iaNA,
    .association(
      iaid: iaid, t1: 0, t2: 0,
      options: addresses.map { DHCPv6Option(.iaAddress, .address($0, preferred: 0, valid: 0, options: [])) }))
}

func iaPD(_ iaid: UInt32 = 1, _ prefixes: [IPv6Prefix] = []) -> DHCPv6Option {
  DHCPv6Option(
    .iaPD,
    .association(
      iaid: iaid, t1: 0, t2: 0,
      options: prefixes.map { prefix in
        DHCPv6Option(
          .iaPrefix,
          .prefix(prefix.address, length: UInt8(prefix.length), preferred: 0, valid: 0, options: []))
      }))
}

func iaTA(_ iaid: UInt32 = 2) -> DHCPv6Option {
  DHCPv6Option(.iaTA, .association(iaid: iaid, t1: 0, t2: 0, options: []))
}

func asking(for codes: UInt16...) -> DHCPv6Option {
  DHCPv6Option(.optionRequest, .codes(codes))
}

/// The association as it stands in a reply that gives it addresses.
func granted(
  _ iaid: UInt32, _ addresses: [IPv6Address], preferred: UInt32 = 3600, valid: UInt32 = 7200,
  expired: [IPv6Address] = []
) -> DHCPv6Option {
  let leases = addresses.map {
    DHCPv6Option(.iaAddress, .address($0, preferred: preferred, valid: valid, options: []))
  }
  let ended = expired.map { DHCPv6Option(.iaAddress, .address($0, preferred: 0, valid: 0, options: [])) }
  return DHCPv6Option(
    .iaNA,
    .association(
      iaid: iaid, t1: addresses.isEmpty ? 0 : preferred / 2,
      t2: addresses.isEmpty ? 0 : preferred - preferred / 5, options: leases + ended))
}

/// The association as it stands in a reply that refuses it.
func refused(_ code: DHCPv6OptionCode, _ iaid: UInt32, _ status: DHCPv6StatusCode) -> DHCPv6Option {
  DHCPv6Option(
    code,
    .association(
      iaid: iaid, t1: 0, t2: 0, options: [DHCPv6Option(.statusCode, .status(status, message: ""))]))
}

func respond6(_ frame: [UInt8], _ binding: DHCPv6Binding?, holdsOffers: Bool = false) -> DHCPv6Outcome {
  var buffer: [UInt8] = [1, 2, 3]
  let outcome = DHCPv6Responder.respond(
    to: frame.span.bytes, binding: binding, serverMAC: serverMAC, holdsOffers: holdsOffers, into: &buffer)
  if case .drop = outcome { #expect(buffer.isEmpty) }
  return outcome
}

/// A reply taken apart; reading one checks what every reply must be.
struct V6Reply {
  let bytes: [UInt8]
  let outcome: DHCPv6Reply
  let event: DHCPv6Event?
  let type: DHCPv6MessageType
  let options: [DHCPv6Option]

  init(_ message: V6ClientMessage, _ binding: DHCPv6Binding? = nil) throws {
    try self.init(message.frame, binding)
    let clientID = message.options.first { $0.code == .clientID }
    #expect(options.first { $0.code == .clientID } == clientID)
    #expect(bytes[63..<66].reduce(0) { $0 << 8 | UInt32($1) } == message.transactionID)
  }

  init(_ frame: [UInt8], _ given: DHCPv6Binding? = nil) throws {
    let binding = if let given { given } else { try guestBinding6() }
    var buffer: [UInt8] = [1, 2, 3]
    let result = DHCPv6Responder.respond(
      to: frame.span.bytes, binding: binding, serverMAC: serverMAC, into: &buffer)
    guard case .reply(let outcome, let event) = result else {
      Issue.record("no reply: \(result)")
      throw DHCPv6DropReason.unexpectedMessageType
    }
    self.outcome = outcome
    self.event = event
    bytes = buffer
    let ethernet = try EthernetHeader(parsing: buffer.span.bytes)
    #expect(ethernet.source == serverMAC && ethernet.destination == guestMAC && ethernet.outerTag == nil)
    let ip = try IPv6Header(parsing: buffer.span.bytes.extracting(14..<buffer.count))
    #expect(ip.source == serverLinkLocal && ip.destination == guestLinkLocal && ip.hopLimit == 64)
    #expect(ip.payload == 40..<buffer.count - 14 && ip.nextHeader == .udp)
    let udp = try UDPHeader(parsing: buffer.span.bytes.extracting(54..<buffer.count))
    #expect(udp.sourcePort == 547 && udp.destinationPort == 546 && udp.payload.upperBound == buffer.count - 54)
    var checksum = InternetChecksum()
    checksum.addPseudoHeader(source: ip.source, destination: ip.destination, protocol: .udp, length: buffer.count - 54)
    checksum.add(buffer.span.bytes.extracting(54..<buffer.count))
    #expect(checksum.value == 0 && udp.checksum != 0)
    let payload = buffer.span.bytes.extracting(62..<buffer.count)
    let message = try DHCPv6Message(parsing: payload)
    type = message.type
    options = try message.decodedOptions(in: payload)
    #expect(type == outcome.kind)
    #expect(options.filter { $0.code == .serverID } == [DHCPv6Option(.serverID, .duid(serverDUID))])
  }

  subscript(_ code: DHCPv6OptionCode) -> DHCPv6OptionValue? {
    options.first { $0.code == code }?.value
  }

  /// The associations in their order.
  var associations: [DHCPv6Option] {
    options.filter { [.iaNA, .iaTA, .iaPD].contains($0.code) }
  }

  var codes: [UInt16] { options.map(\.code.rawValue) }
}
