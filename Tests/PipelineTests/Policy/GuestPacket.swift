import NetworkTypes
import OpenFlow

/// A guest as packets and flows know it.
struct Guest: Sendable {
  let name: String
  /// The last octet of its addresses 10.0.0.n and 2001:db8::n, and of its MAC address.
  let number: UInt8
  let port: OFPort

  var mac: MACAddress { MACAddress(2, 0, 0, 0, 0, number) }
  var v4: IPv4Address { IPv4Address(10, 0, 0, number) }
  var v6: IPv6Address { IPv6Address(high: 0x2001_0db8 << 32, low: UInt64(number)) }

  static let web = Guest(name: "web", number: 10, port: OFPort(5))
  static let db = Guest(name: "db", number: 20, port: OFPort(6))
}

/// A packet between two guests of one network.
struct GuestPacket: Sendable {
  enum Content: Sendable {
    case tcp(from: UInt16, to: UInt16, flags: UInt8)
    case udp(from: UInt16, to: UInt16)
    case sctp(from: UInt16, to: UInt16)
    /// Of ICMP or, in IPv6, of ICMPv6.
    case icmp(type: UInt8, code: UInt8, rest: [UInt8])
    /// Any other protocol.
    case other(UInt8)
    /// The second fragment of a datagram of this protocol; IPv4 only.
    case fragment(UInt8)
  }

  enum Flags {
    static let syn: UInt8 = 2
    static let ack: UInt8 = 0x10
    static let synAck: UInt8 = 0x12
  }

  var source: Guest
  var destination: Guest
  var version: IPVersion
  var content: Content

  init(_ content: Content, _ version: IPVersion = .v4, from source: Guest = .web, to destination: Guest = .db) {
    self.source = source
    self.destination = destination
    self.version = version
    self.content = content
  }

  static func echo(_ version: IPVersion = .v4, from source: Guest = .web, to destination: Guest = .db) -> GuestPacket {
    GuestPacket(
      .icmp(type: version == .v4 ? 8 : 128, code: 0, rest: [0, 7, 0, 1]), version, from: source, to: destination)
  }

  static func syn(_ port: UInt16, _ version: IPVersion = .v4, from source: Guest = .web, to destination: Guest = .db)
    -> GuestPacket
  {
    GuestPacket(.tcp(from: 40000, to: port, flags: Flags.syn), version, from: source, to: destination)
  }

  static func udp(_ port: UInt16, _ version: IPVersion = .v4, from source: Guest = .web, to destination: Guest = .db)
    -> GuestPacket
  {
    GuestPacket(.udp(from: 40000, to: port), version, from: source, to: destination)
  }

  /// What the other side says to it.
  var answer: GuestPacket {
    var answer = self
    swap(&answer.source, &answer.destination)
    switch content {
    case .tcp(let from, let to, let flags):
      answer.content = .tcp(from: to, to: from, flags: flags == Flags.syn ? Flags.synAck : Flags.ack)
    case .udp(let from, let to): answer.content = .udp(from: to, to: from)
    case .sctp(let from, let to): answer.content = .sctp(from: to, to: from)
    case .icmp(let type, let code, let rest):
      answer.content = .icmp(type: type == 8 ? 0 : type == 128 ? 129 : type, code: code, rest: rest)
    case .other, .fragment: break
    }
    return answer
  }

  /// The next of a TCP connection in the same direction.
  var next: GuestPacket {
    var next = self
    if case .tcp(let from, let to, _) = content { next.content = .tcp(from: from, to: to, flags: Flags.ack) }
    return next
  }

  /// "Port unreachable" about the packet, from who received it.
  var unreachable: GuestPacket {
    let type: (UInt8, UInt8) = version == .v4 ? (3, 3) : (1, 4)
    return GuestPacket(
      .icmp(type: type.0, code: type.1, rest: [0, 0, 0, 0] + packet), version, from: destination, to: source)
  }

  var frame: [UInt8] {
    octets(destination.mac.rawValue, 6) + octets(source.mac.rawValue, 6)
      + octets(version == .v4 ? 0x0800 : 0x86dd, 2) + packet
  }

  private var addresses: [UInt8] {
    switch version {
    case .v4: octets(UInt64(source.v4.rawValue), 4) + octets(UInt64(destination.v4.rawValue), 4)
    case .v6:
      octets(source.v6.high, 8) + octets(source.v6.low, 8) + octets(destination.v6.high, 8)
        + octets(destination.v6.low, 8)
    }
  }

  private var packet: [UInt8] {
    let payload = payload
    switch version {
    case .v4:
      var fragment: UInt64 = 0
      if case .fragment = content { fragment = 185 }
      var header =
        [0x45, 0] + octets(UInt64(20 + payload.count), 2) + [0, 1] + octets(fragment, 2) + [64, number, 0, 0]
        + addresses
      header.replaceSubrange(10..<12, with: checksum(header))
      return header + payload
    case .v6:
      let hopLimit: UInt8 = if case .icmp = content { 255 } else { 64 }
      return [0x60, 0, 0, 0] + octets(UInt64(payload.count), 2) + [number, hopLimit] + addresses + payload
    }
  }

  private var number: UInt8 {
    switch content {
    case .tcp: 6
    case .udp: 17
    case .sctp: 132
    case .icmp: version == .v4 ? 1 : 58
    case .other(let number), .fragment(let number): number
    }
  }

  private var payload: [UInt8] {
    switch content {
    case .tcp(let from, let to, let flags):
      // Both sides count from 1000, so that every segment but the first is within the other's window.
      let sequence: UInt64 = flags & Flags.syn == 0 ? 1001 : 1000
      let acknowledged: UInt64 = flags & Flags.ack == 0 ? 0 : 1001
      return withChecksum(
        octets(UInt64(from), 2) + octets(UInt64(to), 2) + octets(sequence, 4) + octets(acknowledged, 4)
          + [0x50, flags, 0x20, 0, 0, 0, 0, 0], at: 16)
    case .udp(let from, let to):
      return withChecksum(octets(UInt64(from), 2) + octets(UInt64(to), 2) + [0, 8, 0, 0], at: 6)
    case .sctp(let from, let to):
      return octets(UInt64(from), 2) + octets(UInt64(to), 2) + Array(repeating: 0, count: 12)
    case .icmp(let type, let code, let rest):
      let message = [type, code, 0, 0] + rest
      if version == .v6 { return withChecksum(message, at: 2) }
      var whole = message
      whole.replaceSubrange(2..<4, with: checksum(message))
      return whole
    case .other, .fragment: return Array(repeating: 1, count: 24)
    }
  }

  private func withChecksum(_ payload: [UInt8], at offset: Int) -> [UInt8] {
    var payload = payload
    let pseudo = addresses + octets(UInt64(payload.count), 4) + [0, 0, 0, number]
    payload.replaceSubrange(offset..<(offset + 2), with: checksum(pseudo + payload))
    return payload
  }

  private func checksum(_ bytes: [UInt8]) -> [UInt8] {
    var sum: UInt64 = 0
    for (index, byte) in bytes.enumerated() { sum += index % 2 == 0 ? UInt64(byte) << 8 : UInt64(byte) }
    while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
    return octets(~sum, 2)
  }

  private func octets(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
  }
}
