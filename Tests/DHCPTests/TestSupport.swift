import DHCP
import NetworkTypes
import PacketFormats
import Testing

/// The bytes of `text`: hexadecimal pairs, `00*N` for N zero bytes, `#` up to the end of a line a comment.
func frame(_ text: String) -> [UInt8] {
  var bytes: [UInt8] = []
  for line in text.split(separator: "\n") {
    for word in line.prefix(while: { $0 != "#" }).split(separator: " ") {
      let parts = word.split(separator: "*")
      if parts.count == 2, let count = Int(parts[1]) {
        bytes += Array(repeating: 0, count: count)
        continue
      }
      let digits = word.utf8.compactMap(hexDigitValue)
      precondition(digits.count == word.utf8.count && digits.count.isMultiple(of: 2), "bad test data: \(word)")
      bytes += stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
  }
  return bytes
}

/// A small seeded generator (SplitMix64), so that a failure can be had again.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }
}

let guestMAC = MACAddress(0xfa, 0x16, 0x3e, 0x11, 0x22, 0x33)
let serverMAC = MACAddress(0x06, 0x37, 0x21, 0x8d, 0x35, 0xb9)
let server = IPv4Address(10, 0, 0, 1)
let reserved = IPv4Address(10, 0, 0, 55)

func network(_ text: String) throws -> IPv4Prefix {
  try #require(IPv4Prefix(text))
}

/// The reservation that the golden replies were made with.
func guestBinding(address: IPv4Address = reserved) throws -> DHCPBinding {
  DHCPBinding(
    mac: guestMAC, address: address, prefix: try network("10.0.0.0/24"), router: server, serverIdentifier: server,
    dnsServers: [IPv4Address(192, 0, 2, 53)], domainName: "example.test", hostName: "guest1", mtu: 1450,
    leaseSeconds: 3600,
    routes: [DHCPBinding.Route(destination: try network("192.0.2.0/24"), router: IPv4Address(10, 0, 0, 254))])
}

/// A client's message, to be changed before it is sent.
struct ClientMessage {
  var header = DHCPHeader(operation: 1, transactionID: 0x1234_5678, mac: guestMAC)
  var options: [DHCPOption]
  var source = IPv4Address.any
  var destination = IPv4Address.broadcast
  var ports: (source: UInt16, destination: UInt16) = (68, 67)
  var tag: VLANTag?

  init(_ type: DHCPMessageType, _ options: [DHCPOption] = []) {
    self.options = [DHCPOption(.messageType, [type.rawValue])] + options
  }

  var payload: [UInt8] {
    var bytes: [UInt8] = []
    DHCPMessage.write(header, options: options, to: &bytes)
    return bytes
  }

  var frame: [UInt8] { frame(carrying: payload) }

  func frame(carrying payload: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    UDPv4Envelope(
      destinationMAC: .broadcast, sourceMAC: guestMAC, source: source, destination: destination,
      sourcePort: ports.source, destinationPort: ports.destination
    ).write(to: &bytes) { $0 += payload }
    guard let tag else { return bytes }
    var tagged: [UInt8] = []
    EthernetHeader(destination: .broadcast, source: guestMAC, outerTag: tag, etherType: .ipv4).write(to: &tagged)
    return tagged + bytes[14...]
  }
}

func addressOption(_ code: DHCPOptionCode, _ address: IPv4Address) -> DHCPOption {
  DHCPOption(code, address.octets)
}

func respond(_ frame: [UInt8], _ binding: DHCPBinding?) -> DHCPOutcome {
  var buffer: [UInt8] = []
  return DHCPResponder.respond(
    to: frame.span.bytes, binding: binding?.compiled, serverMAC: serverMAC, into: &buffer)
}

/// A reply taken apart; reading one checks what every reply must be.
struct Reply {
  let bytes: [UInt8]
  let outcome: DHCPReply
  let destinationMAC: MACAddress
  let destination: IPv4Address
  let destinationPort: UInt16
  let header: DHCPHeader
  let type: DHCPMessageType
  let options: [DHCPOption]
  let messageLength: Int

  init(_ message: ClientMessage, _ binding: DHCPBinding? = nil) throws {
    try self.init(message.frame, binding)
  }

  init(_ frame: [UInt8], _ givenBinding: DHCPBinding? = nil) throws {
    let binding = if let givenBinding { givenBinding } else { try guestBinding() }
    var buffer: [UInt8] = [1, 2, 3]
    let result = DHCPResponder.respond(
      to: frame.span.bytes, binding: binding.compiled, serverMAC: serverMAC, into: &buffer)
    guard case .reply(let outcome) = result else {
      Issue.record("no reply: \(result)")
      throw DHCPDropReason.notRequest
    }
    self.outcome = outcome
    bytes = buffer
    let ethernet = try EthernetHeader(parsing: buffer.span.bytes)
    #expect(ethernet.source == serverMAC && ethernet.outerTag == nil)
    let ip = try IPv4Header(parsing: buffer.span.bytes.extracting(14..<buffer.count))
    #expect(ip.checksumIsValid && ip.source == binding.serverIdentifier && ip.payload.upperBound == buffer.count - 14)
    let udp = try UDPHeader(parsing: buffer.span.bytes.extracting(34..<buffer.count))
    var checksum = InternetChecksum()
    checksum.addPseudoHeader(source: ip.source, destination: ip.destination, protocol: .udp, length: buffer.count - 34)
    checksum.add(buffer.span.bytes.extracting(34..<buffer.count))
    #expect(checksum.value == 0 && udp.checksum != 0 && udp.sourcePort == 67)
    let payload = buffer.span.bytes.extracting(42..<buffer.count)
    let message = try DHCPMessage(parsing: payload)
    #expect(message.header.operation == 2 && message.header.hops == 0 && message.header.seconds == 0)
    #expect(try message.address(.serverIdentifier, in: payload) == binding.serverIdentifier)
    type = try #require(try message.messageType(in: payload))
    #expect(type == outcome.kind)
    destinationMAC = ethernet.destination
    destination = ip.destination
    destinationPort = udp.destinationPort
    header = message.header
    options = message.options(in: payload)
    messageLength = payload.byteCount
    #expect(messageLength >= 300)
  }

  subscript(_ code: DHCPOptionCode) -> [UInt8]? {
    options.first { $0.code == code }?.value
  }

  var codes: [UInt8] { options.map(\.code.rawValue) }
}
