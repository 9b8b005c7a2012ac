import NetworkTypes

/// An IPv4 or IPv6 packet without options or extension headers.
struct IPPacket: Hashable, Sendable {
  var source: IPAddress
  var destination: IPAddress
  /// The time to live, or hop limit.
  var timeToLive: UInt8 = 64
  var content: IPContent

  var version: IPVersion { source.version }

  var bytes: [UInt8] {
    let body = content.bytes(between: source, destination)
    let number = content.protocolNumber(version)
    guard version == .v4 else {
      return Wire.octets(UInt32(6) << 28, 4) + Wire.octets(body.count, 2) + [number, timeToLive] + source.octets
        + destination.octets + body
    }
    var header: [UInt8] =
      [0x45, 0] + Wire.octets(20 + body.count, 2) + [0x12, 0x34, 0x40, 0, timeToLive, number, 0, 0] + source.octets
      + destination.octets
    header.replaceSubrange(10..<12, with: Wire.octets(Wire.checksum(header), 2))
    return header + body
  }
}

extension IPPacket: CustomStringConvertible {
  var description: String { "\(source) > \(destination) ttl \(timeToLive) \(content)" }
}

extension IPAddress {
  var octets: [UInt8] { v4?.octets ?? v6?.octets ?? [] }

  var isMulticast: Bool { v4?.isMulticast ?? v6?.isMulticast ?? false }

  var isUnspecified: Bool { value == 0 }
}

/// What an IP packet carries. ICMP is that of the packet's version.
indirect enum IPContent: Hashable, Sendable {
  case tcp(TCPSegment)
  case udp(source: UInt16, destination: UInt16, payload: [UInt8])
  case sctp(source: UInt16, destination: UInt16)
  case echo(isReply: Bool, identifier: UInt16, payload: [UInt8])
  /// An ICMP error about a packet, which it quotes.
  case error(type: UInt8, code: UInt8, about: IPPacket)
  /// Neighbor solicitation with the source link-layer address option, where one is given (RFC 4861 section 4.3).
  case solicitation(target: IPv6Address, sourceLink: MACAddress?)
  /// Neighbor advertisement with the target link-layer address option, where one is given (RFC 4861 section 4.4).
  case advertisement(target: IPv6Address, flags: UInt8, targetLink: MACAddress?)
  /// Any other ICMP message.
  case icmp(type: UInt8, code: UInt8, body: [UInt8])
  /// Any other protocol.
  case other(UInt8, payload: [UInt8])

  /// What a segment says; sequence numbers are those of a conversation that loses nothing.
  struct TCPSegment: Hashable, Sendable {
    var source: UInt16
    var destination: UInt16
    var sequence: UInt32
    var acknowledgement: UInt32
    var flags: UInt8
    var payload: [UInt8] = []

    static let syn: UInt8 = 0x02
    static let ack: UInt8 = 0x10
    static let push: UInt8 = 0x08
  }

  func protocolNumber(_ version: IPVersion) -> UInt8 {
    switch self {
    case .tcp: 6
    case .udp: 17
    case .sctp: 132
    case .echo, .error, .solicitation, .advertisement, .icmp: version == .v4 ? 1 : 58
    case .other(let number, _): number
    }
  }

  /// The ICMP type and code; nil for what is not ICMP.
  func icmpKind(_ version: IPVersion) -> (type: UInt8, code: UInt8)? {
    switch self {
    case .echo(let isReply, _, _): (version == .v4 ? (isReply ? 0 : 8) : (isReply ? 129 : 128), 0)
    case .error(let type, let code, _), .icmp(let type, let code, _): (type, code)
    case .solicitation: (135, 0)
    case .advertisement: (136, 0)
    case .tcp, .udp, .sctp, .other: nil
    }
  }

  /// The transport ports; nil for what has none.
  var ports: (source: UInt16, destination: UInt16)? {
    switch self {
    case .tcp(let segment): (segment.source, segment.destination)
    case .udp(let source, let destination, _), .sctp(let source, let destination): (source, destination)
    default: nil
    }
  }

  /// Whether it is what every IPv6 link needs to work: neighbor discovery (RFC 4861), and who listens to which multicasts
  /// (RFC 2710, RFC 3810).
  func isLinkUpkeep(_ version: IPVersion) -> Bool {
    guard version == .v6, let kind = icmpKind(.v6) else { return false }
    return (130...137).contains(kind.type) || kind.type == 143
  }
}
