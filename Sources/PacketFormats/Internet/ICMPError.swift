import NetworkTypes

/// Why a router gives a packet up, as it tells the sender (RFC 792; RFC 4443 section 3).
public enum ICMPError: Hashable, Sendable {
  /// It has been routed too often.
  case timeExceeded
  /// There is no route to its destination.
  case networkUnreachable
  /// Nobody has its destination's address.
  case hostUnreachable
  /// It is larger than what is next on its way takes: at most so many octets (RFC 1191 section 4).
  case tooBig(mtu: Int)

  /// Whom an error comes from and whom it goes to.
  public struct Sender: Hashable, Sendable {
    /// The address of the router, of the packet's version.
    public var address: IPAddress
    /// The router's MAC address.
    public var mac: MACAddress
    /// The MAC address that the error goes to.
    public var destinationMAC: MACAddress

    /// All parts.
    public init(address: IPAddress, mac: MACAddress, destinationMAC: MACAddress) {
      self.address = address
      self.mac = mac
      self.destinationMAC = destinationMAC
    }
  }

  /// What an IPv4 host has to be able to take in one piece (RFC 1812 section 4.3.2.3).
  private static let largestIPv4 = 576
  /// What every link of IPv6 takes (RFC 4443 section 2.4 (c)).
  private static let largestIPv6 = 1280

  /// The frame that tells the sender of a packet.
  ///
  /// - Parameters:
  ///   - frame: The packet with its Ethernet header.
  ///   - sender: Whom the error comes from; its address has to be of the packet's version.
  /// - Returns: nil when nobody may be told: the packet is an error itself, a later fragment, for several hosts, from nobody
  ///   in particular, or no IP (RFC 1122 section 3.2.2, RFC 4443 section 2.4 (e)); or it may be cut into fragments.
  public func answer(to frame: RawSpan, from sender: Sender) -> [UInt8]? {
    guard let ethernet = try? EthernetHeader(parsing: frame) else { return nil }
    let packet = frame.extracting(ethernet.length..<frame.byteCount)
    let body: [UInt8]?
    switch (ethernet.etherType, sender.address) {
    case (.ipv4, .v4(let address)) where !ethernet.destination.isMulticast: body = ipv4(packet, from: address)
    case (.ipv6, .v6(let address)):
      body = ipv6(packet, from: address, toGroup: ethernet.destination.isMulticast)
    default: return nil
    }
    guard let body else { return nil }
    var answer: [UInt8] = []
    answer.reserveCapacity(EthernetHeader.untaggedLength + body.count)
    EthernetHeader(destination: sender.destinationMAC, source: sender.mac, etherType: ethernet.etherType)
      .write(to: &answer)
    return answer + body
  }

  // MARK: IPv4

  private func ipv4(_ packet: RawSpan, from address: IPv4Address) -> [UInt8]? {
    guard let header = try? IPv4Header(parsing: packet, acceptsCutPayload: true), header.fragmentOffset == 0,
      header.source.isHostAddress, header.destination.isHostAddress
    else { return nil }
    if header.ipProtocol == .icmp {
      guard let type = packet.uint8(at: header.payload.lowerBound), ICMPError.isQuery(icmp: type) else { return nil }
    }
    if case .tooBig = self, !header.dontFragment { return nil }
    let (kind, code, rest) = icmp
    let limit = ICMPError.largestIPv4 - IPv4Header.minimumLength - ICMPMessage.headerLength
    let quoted = packet.extracting(0..<min(header.payload.upperBound, limit))
    var bytes: [UInt8] = []
    // Internetwork control (RFC 1812 section 4.3.2.5).
    IPv4Header(source: address, destination: header.source, protocol: .icmp, trafficClass: 0xc0)
      .write(to: &bytes, payloadLength: ICMPMessage.headerLength + quoted.byteCount)
    ICMPMessage(kind: kind, code: code, rest: rest).write(to: &bytes, data: quoted)
    return bytes
  }

  private var icmp: (kind: ICMPMessage.Kind, code: UInt8, rest: UInt32) {
    switch self {
    case .timeExceeded: (.timeExceeded, 0, 0)
    case .networkUnreachable: (.destinationUnreachable, 0, 0)
    case .hostUnreachable: (.destinationUnreachable, 1, 0)
    case .tooBig(let mtu): (.destinationUnreachable, 4, UInt32(UInt16(clamping: mtu)))
    }
  }

  /// Whether a message is known not to be an error: echo, router discovery, timestamp, information and address mask, and
  /// their answers (RFC 1122 section 3.2.2).
  private static func isQuery(icmp type: UInt8) -> Bool {
    switch type {
    case 0, 8, 9, 10, 13...18: true
    default: false
    }
  }

  // MARK: IPv6

  private func ipv6(_ packet: RawSpan, from address: IPv6Address, toGroup: Bool) -> [UInt8]? {
    guard let header = try? IPv6Header(parsing: packet, acceptsCutPayload: true), header.startsUpperLayer,
      header.source.isHostAddress
    else { return nil }
    if header.upperProtocol == .icmpv6 {
      // Errors have the lower numbers, and a redirect counts as one.
      guard let type = packet.uint8(at: header.payload.lowerBound), type >= 128, type != 137 else { return nil }
    }
    var isTooBig = false
    if case .tooBig = self { isTooBig = true }
    guard isTooBig || (!toGroup && !header.destination.isMulticast) else { return nil }
    let (type, code, rest) = icmpv6
    let limit = ICMPError.largestIPv6 - IPv6Header.length - 8
    let quoted = packet.extracting(0..<min(header.payload.upperBound, limit))
    var bytes: [UInt8] = []
    IPv6Header(source: address, destination: header.source, nextHeader: .icmpv6)
      .write(to: &bytes, payloadLength: 8 + quoted.byteCount)
    let start = bytes.count
    bytes.append(type)
    bytes.append(code)
    bytes.appendUInt16(0)
    bytes.appendUInt32(rest)
    bytes.append(quoted, 0..<quoted.byteCount)
    var checksum = InternetChecksum()
    checksum.addPseudoHeader(
      source: address, destination: header.source, protocol: .icmpv6, length: bytes.count - start)
    checksum.add(bytes.span.bytes.extracting(start..<bytes.count))
    bytes.setUInt16(checksum.value, at: start + 2)
    return bytes
  }

  private var icmpv6: (type: UInt8, code: UInt8, rest: UInt32) {
    switch self {
    case .timeExceeded: (3, 0, 0)
    case .networkUnreachable: (1, 0, 0)
    case .hostUnreachable: (1, 3, 0)
    case .tooBig(let mtu): (2, 0, UInt32(clamping: mtu))
    }
  }
}
