import DHCP
import DHCPServer
import NetworkTypes
import PacketFormats

/// What a probe sends in a guest's place, and how its answer is known.
enum DHCPProbeMessage: Sendable, Hashable {
  /// DISCOVER.
  case discover
  /// SOLICIT, for an address or, where the guest only has prefixes, for a prefix.
  case solicit(prefix: Bool)
  /// INFORMATION-REQUEST.
  case informationRequest
  /// A router solicitation: the guest forms its address of what the answer says.
  case routerSolicitation

  /// An answer, in words.
  struct Answer: Sendable {
    let address: String?
    let summary: String
  }

  /// What the guest of a port would send, in the order of IP versions.
  static func messages(of port: DHCPServedPort) -> [DHCPProbeMessage] {
    var messages: [DHCPProbeMessage] = port.binding == nil ? [] : [.discover]
    guard let ipv6 = port.ipv6 else { return messages }
    switch ipv6.configuration.mode {
    case .stateful: messages.append(.solicit(prefix: ipv6.configuration.addresses.isEmpty))
    case .stateless: messages.append(.informationRequest)
    case .off: if ipv6.advertisement != nil { messages.append(.routerSolicitation) }
    }
    return messages
  }

  var version: IPVersion { self == .discover ? .v4 : .v6 }

  /// What the answers on the guest's interface are among.
  static let filter = "udp src port 67 or udp src port 547 or (icmp6 and ip6[40] = 134)"

  /// What the probe calls itself, for who looks at the packet.
  private static let vendorClass = Array("alioth-probe".utf8)

  /// The whole frame, as the client of the guest with this MAC address sends it.
  ///
  /// - Parameter transaction: 24 bits.
  func frame(_ mac: MACAddress, _ transaction: UInt32) -> [UInt8] {
    switch self {
    case .discover: return DHCPProbeMessage.discover(mac, transaction)
    case .solicit(let prefix):
      let code: DHCPv6OptionCode = prefix ? .iaPD : .iaNA
      return IPv6ClientFrame.message(
        .solicit, transactionID: transaction, mac: mac,
        options: [
          DHCPv6Option(code, .association(iaid: 1, t1: 0, t2: 0, options: [])),
          DHCPv6Option(.elapsedTime, .uint16(0)), DHCPv6Option(.optionRequest, .codes([23, 24])),
        ])
    case .informationRequest:
      return IPv6ClientFrame.message(
        .informationRequest, transactionID: transaction, mac: mac,
        options: [DHCPv6Option(.elapsedTime, .uint16(0)), DHCPv6Option(.optionRequest, .codes([23, 24]))])
    case .routerSolicitation: return IPv6ClientFrame.routerSolicitation(mac: mac)
    }
  }

  private static func discover(_ mac: MACAddress, _ transaction: UInt32) -> [UInt8] {
    var frame: [UInt8] = []
    let envelope = UDPv4Envelope(
      destinationMAC: .broadcast, sourceMAC: mac, source: .any, destination: .broadcast, sourcePort: 68,
      destinationPort: 67)
    envelope.write(to: &frame) { bytes in
      DHCPMessage.write(
        DHCPHeader(operation: 1, transactionID: transaction, mac: mac),
        options: [
          DHCPOption(.messageType, [DHCPMessageType.discover.rawValue]),
          DHCPOption(.parameterRequestList, [1, 3, 6, 15, 26, 51, 54, 121]),
          DHCPOption(DHCPOptionCode(rawValue: 60), vendorClass),
        ], to: &bytes)
    }
    return frame
  }

  /// What a frame on the guest's interface answers; nil when it answers something else.
  ///
  /// - Parameters:
  ///   - mac: the guest's, whose link-local address asked.
  ///   - router: who may advertise itself.
  func answer(in frame: RawSpan, _ transaction: UInt32, port mac: MACAddress, router: IPv6Address?) -> Answer? {
    guard let ethernet = try? EthernetHeader(parsing: frame) else { return nil }
    let packet = frame.extracting(ethernet.length..<frame.byteCount)
    switch version {
    case .v4: return ethernet.etherType == .ipv4 ? offer(in: packet, transaction) : nil
    case .v6: return ethernet.etherType == .ipv6 ? answerV6(in: packet, transaction, mac, router) : nil
    }
  }

  private func offer(in packet: RawSpan, _ transaction: UInt32) -> Answer? {
    guard let ip = try? IPv4Header(parsing: packet), ip.ipProtocol == .udp else { return nil }
    let datagram = packet.extracting(ip.payload)
    guard let udp = try? UDPHeader(parsing: datagram), udp.sourcePort == 67 else { return nil }
    let payload = datagram.extracting(udp.payload)
    guard let message = try? DHCPMessage(parsing: payload), message.header.operation == 2,
      message.header.transactionID == transaction
    else { return nil }
    return Answer(address: "\(message.header.yourAddress)", summary: message.summary(of: payload))
  }

  private func answerV6(
    in packet: RawSpan, _ transaction: UInt32, _ mac: MACAddress, _ router: IPv6Address?
  ) -> Answer? {
    guard let ip = try? IPv6Header(parsing: packet), !ip.isFragment else { return nil }
    let content = packet.extracting(ip.payload)
    if self == .routerSolicitation {
      guard ip.upperProtocol == .icmpv6, content.uint8(at: 0) == 134, ip.source == router,
        ip.destination == IPv6Address(linkLocalOf: mac)
      else { return nil }
      return Answer(address: nil, summary: "router advertisement from \(ip.source)")
    }
    guard ip.upperProtocol == .udp, let udp = try? UDPHeader(parsing: content), udp.sourcePort == 547 else {
      return nil
    }
    let payload = content.extracting(udp.payload)
    guard let message = try? DHCPv6Message(parsing: payload), message.transactionID == transaction,
      message.type == .advertise || message.type == .reply, let options = try? message.decodedOptions(in: payload)
    else { return nil }
    return Answer(
      address: DHCPProbeMessage.leases(in: options).first, summary: DHCPv6Message.summary(of: payload))
  }

  private static func leases(in options: [DHCPv6Option]) -> [String] {
    options.flatMap { option -> [String] in
      switch option.value {
      case .association(_, _, _, let leases): DHCPProbeMessage.leases(in: leases)
      case .address(let address, _, let valid, _) where valid > 0: ["\(address)"]
      case .prefix(let address, let length, _, let valid, _) where valid > 0: ["\(address)/\(length)"]
      default: []
      }
    }
  }
}
