/// What a connection is told apart by: its zone, protocol and both ends, in one direction.
public struct ConnectionKey: Hashable, Sendable {
  /// One end.
  public struct Endpoint: Hashable, Sendable {
    /// The address; an IPv4 address is in the low 32 bits.
    public var address: UInt128
    /// The port, or ICMP's identifier.
    public var port: UInt16
    /// The ICMP type that this end sends.
    public var icmpType: UInt8

    /// An end.
    public init(address: UInt128, port: UInt16 = 0, icmpType: UInt8 = 0) {
      self.address = address
      self.port = port
      self.icmpType = icmpType
    }
  }

  /// The zone.
  public var zone: UInt16
  /// Whether the addresses are IPv6.
  public var isIPv6: Bool
  /// The IP protocol.
  public var ipProtocol: UInt8
  /// Where packets of this direction come from.
  public var source: Endpoint
  /// Where they go.
  public var destination: Endpoint

  /// The key of a direction.
  public init(zone: UInt16, isIPv6: Bool, ipProtocol: UInt8, source: Endpoint, destination: Endpoint) {
    self.zone = zone
    self.isIPv6 = isIPv6
    self.ipProtocol = ipProtocol
    self.source = source
    self.destination = destination
  }

  /// The other direction.
  public var reversed: ConnectionKey {
    ConnectionKey(zone: zone, isIPv6: isIPv6, ipProtocol: ipProtocol, source: destination, destination: source)
  }

  var isICMP: Bool { ipProtocol == (isIPv6 ? IPNumber.icmpv6 : IPNumber.icmp) }
  var hasPorts: Bool { ipProtocol == IPNumber.tcp || ipProtocol == IPNumber.udp }

  /// What the ct_nw and ct_tp fields show.
  var tuple: ConnectionTuple {
    ConnectionTuple(
      isIPv6: isIPv6, ipProtocol: ipProtocol, source: source.address, destination: destination.address,
      sourcePort: isICMP ? UInt16(source.icmpType) : source.port,
      destinationPort: isICMP ? 0 : destination.port)
  }
}

/// Reading a connection's key from a packet.
struct ConnectionKeyReader {
  private let bytes: [UInt8]
  private let zone: UInt16

  /// The packet's key and whether it is an ICMP error about a packet of that connection (then the key is that of the
  /// error's direction); nil for a packet that belongs to no connection: a fragment, a wrong checksum, a short header.
  static func read(_ packet: DatapathPacket, zone: UInt16) -> (key: ConnectionKey, isRelated: Bool)? {
    guard let network = packet.layout.network, packet.layout.transport != nil, packet.bytes.count >= packet.layout.end
    else { return nil }
    let reader = ConnectionKeyReader(bytes: packet.bytes, zone: zone)
    let end = packet.layout.end
    let outer: Header?
    switch packet.layout.etherType {
    case 0x0800: outer = reader.ipv4(at: network, end: end, validates: true)
    case 0x86dd: outer = reader.ipv6(at: network, end: end)
    default: outer = nil
    }
    guard let outer else { return nil }
    return reader.transport(outer, end: end, isInner: false)
  }

  private typealias Header = (key: ConnectionKey, transport: Int)

  private func ipv4(at offset: Int, end: Int, validates: Bool) -> Header? {
    guard end - offset >= 20, let version = bytes.byte(at: offset), let fragment = bytes.uint16(at: offset + 6),
      let ipProtocol = bytes.byte(at: offset + 9), let source = bytes.uint32(at: offset + 12),
      let destination = bytes.uint32(at: offset + 16)
    else { return nil }
    let length = Int(version & 0xf) * 4
    guard length >= 20, end - offset >= length, fragment & 0x3fff == 0 else { return nil }
    if validates, Checksum.finish(Checksum.sum(bytes[offset..<(offset + length)])) != 0 { return nil }
    let key = ConnectionKey(
      zone: zone, isIPv6: false, ipProtocol: ipProtocol, source: .init(address: UInt128(source)),
      destination: .init(address: UInt128(destination)))
    return (key, offset + length)
  }

  private func ipv6(at offset: Int, end: Int) -> Header? {
    guard end - offset >= 40, let source = bytes.number(at: offset + 8, count: 16),
      let destination = bytes.number(at: offset + 24, count: 16), var next = bytes.byte(at: offset + 6)
    else { return nil }
    var position = offset + 40
    while true {
      let length: Int
      switch next {
      case IPNumber.hopByHop, IPNumber.routing, IPNumber.destinationOptions:
        length = (Int(bytes.byte(at: position + 1) ?? 0) + 1) * 8
      case IPNumber.authentication: length = (Int(bytes.byte(at: position + 1) ?? 0) + 2) * 4
      case IPNumber.fragment:
        guard bytes.uint16(at: position + 2) == 0 else { return nil }
        length = 8
      default:
        let key = ConnectionKey(
          zone: zone, isIPv6: true, ipProtocol: next, source: .init(address: source),
          destination: .init(address: destination))
        return (key, position)
      }
      guard end - position >= max(length, 8), let following = bytes.byte(at: position) else { return nil }
      next = following
      position += length
    }
  }

  /// Adds the ports or ICMP's identity. The packet within an ICMP error is not checked, and of one within an ICMPv4 error
  /// eight bytes suffice.
  private func transport(
    _ header: Header, end: Int, isInner: Bool
  ) -> (key: ConnectionKey, isRelated: Bool)? {
    var key = header.key
    let offset = header.transport
    let size = end - offset
    guard size >= 0 else { return nil }
    switch key.ipProtocol {
    case IPNumber.tcp:
      guard size >= (isInner && !key.isIPv6 ? 8 : 20) else { return nil }
      if !isInner {
        let length = Int((bytes.byte(at: offset + 12) ?? 0) >> 4) * 4
        guard length >= 20, length <= size, hasRightChecksum(key, at: offset, end: end) else { return nil }
      }
      return withPorts(key, at: offset)
    case IPNumber.udp:
      guard size >= 8 else { return nil }
      if !isInner {
        let length = Int(bytes.uint16(at: offset + 4) ?? 0)
        guard length >= 8, length <= size else { return nil }
        let hasNone = bytes.uint16(at: offset + 6) == 0 && !key.isIPv6
        guard hasNone || hasRightChecksum(key, at: offset, end: end) else { return nil }
      }
      return withPorts(key, at: offset)
    case IPNumber.icmp where !key.isIPv6, IPNumber.icmpv6 where key.isIPv6:
      guard size >= 8 else { return nil }
      if !isInner {
        let pseudo = key.isIPv6 ? pseudoHeader(key, length: size) : 0
        guard Checksum.finish(Checksum.sum(bytes[offset..<end], initial: pseudo)) == 0 else { return nil }
      }
      return icmp(&key, at: offset, end: end, isInner: isInner)
    default: return (key, false)
    }
  }

  private func withPorts(_ key: ConnectionKey, at offset: Int) -> (key: ConnectionKey, isRelated: Bool)? {
    guard let source = bytes.uint16(at: offset), let destination = bytes.uint16(at: offset + 2), source != 0,
      destination != 0
    else { return nil }
    var key = key
    key.source.port = source
    key.destination.port = destination
    return (key, false)
  }

  private func icmp(
    _ key: inout ConnectionKey, at offset: Int, end: Int, isInner: Bool
  ) -> (key: ConnectionKey, isRelated: Bool)? {
    guard let type = bytes.byte(at: offset), let code = bytes.byte(at: offset + 1) else { return nil }
    if let reply = ICMPType.reversed(type, isIPv6: key.isIPv6) {
      guard code == 0, let id = bytes.uint16(at: offset + 4) else { return nil }
      key.source.port = id
      key.destination.port = id
      key.source.icmpType = type
      key.destination.icmpType = reply
      return (key, false)
    }
    guard ICMPType.isError(type, isIPv6: key.isIPv6), !isInner else { return nil }
    // An error carries the packet that it is about, which went the other way: from where the error goes to.
    let inner = key.isIPv6 ? ipv6(at: offset + 8, end: end) : ipv4(at: offset + 8, end: end, validates: false)
    guard let inner, inner.key.source.address == key.destination.address,
      let about = transport(inner, end: end, isInner: true)
    else { return nil }
    return (about.key.reversed, true)
  }

  private func hasRightChecksum(_ key: ConnectionKey, at offset: Int, end: Int) -> Bool {
    let sum = Checksum.sum(bytes[offset..<end], initial: pseudoHeader(key, length: end - offset))
    return Checksum.finish(sum) == 0
  }

  private func pseudoHeader(_ key: ConnectionKey, length: Int) -> UInt64 {
    Checksum.pseudoHeader(
      source: key.source.address, destination: key.destination.address, ipProtocol: key.ipProtocol, length: length)
  }
}

extension Checksum {
  /// The sum of the pseudo header of TCP, UDP and ICMPv6; IPv4 addresses are numbers of 32 bits.
  static func pseudoHeader(source: UInt128, destination: UInt128, ipProtocol: UInt8, length: Int) -> UInt64 {
    var sum = UInt64(ipProtocol) + UInt64(clamping: length)
    for address in [source, destination] {
      for word in 0..<8 { sum += UInt64(UInt16(truncatingIfNeeded: address >> UInt128(16 * word))) }
    }
    return sum
  }
}

/// What ICMP's types are to connection tracking.
enum ICMPType {
  /// The type that answers a query, or that an answer is to; nil for one that is neither.
  static func reversed(_ type: UInt8, isIPv6: Bool) -> UInt8? {
    if isIPv6 {
      switch type {
      case 128: return 129
      case 129: return 128
      default: return nil
      }
    }
    switch type {
    case 8: return 0
    case 0: return 8
    case 13: return 14
    case 14: return 13
    case 15: return 16
    case 16: return 15
    default: return nil
    }
  }

  static func isError(_ type: UInt8, isIPv6: Bool) -> Bool {
    isIPv6 ? (1...4).contains(type) : [3, 4, 5, 11, 12].contains(type)
  }

  /// Whether a packet of this type may begin a connection.
  static func isQuery(_ type: UInt8, isIPv6: Bool) -> Bool {
    isIPv6 ? type == 128 : [8, 13, 15].contains(type)
  }
}
