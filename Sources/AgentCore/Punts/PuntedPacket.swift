import NetworkTypes
import OpenFlow
import PacketFormats
import Pipeline

/// A packet that a flow handed to the agent, and what the flows before had found out about it.
struct PuntedPacket: Hashable, Sendable {
  /// What for.
  let kind: Punt.Kind
  /// The port of the guest that sent it.
  let port: OFPort
  /// The network that it was in, or was on its way to when a router had it.
  let network: VNI
  /// The first 32 bits of the next hop, and the other 96.
  private let nextHopWords: [UInt32]
  /// The frame, as it would go on.
  let frame: [UInt8]

  /// - Returns: nil for a packet that is not whole, or not of a guest's.
  init?(_ packet: PacketIn2) {
    let register = { (register: Register) in PuntedPacket.register(register.rawValue, of: packet) }
    guard let kind = Punt.kind(userdata: packet.userdata), let port = packet.inPort, port.isPhysical,
      register(.source) == port.rawValue, let network = VNI(Int(register(.network))),
      packet.fullLength.map({ Int($0) == packet.packet.count }) ?? true
    else { return nil }
    self.kind = kind
    self.port = port
    self.network = network
    nextHopWords = (0..<4).map { PuntedPacket.register(Register.nextHop.rawValue + $0, of: packet) }
    frame = packet.packet
  }

  /// A register that is 0 does not come with the packet.
  private static func register(_ index: Int, of packet: PacketIn2) -> UInt32 {
    packet.metadata[.reg(index)]?.value.map { UInt32(truncatingIfNeeded: $0) } ?? 0
  }

  /// Its Ethernet header; nil when there is none that can be read.
  var ethernet: EthernetHeader? { try? EthernetHeader(parsing: frame.span.bytes) }

  /// The source of the IP packet in it.
  var source: IPAddress? {
    guard let ethernet else { return nil }
    let bytes = frame.span.bytes
    switch ethernet.etherType {
    case .ipv4: return bytes.ipv4Address(at: ethernet.length + 12).map { .v4($0) }
    case .ipv6: return bytes.ipv6Address(at: ethernet.length + 8).map { .v6($0) }
    default: return nil
    }
  }

  /// The destination of the IP packet in it.
  var destination: IPAddress? {
    guard let ethernet else { return nil }
    let bytes = frame.span.bytes
    switch ethernet.etherType {
    case .ipv4: return bytes.ipv4Address(at: ethernet.length + 16).map { .v4($0) }
    case .ipv6: return bytes.ipv6Address(at: ethernet.length + 24).map { .v6($0) }
    default: return nil
    }
  }

  /// Where its router would send it.
  var nextHop: IPAddress? {
    switch ethernet?.etherType {
    case .ipv4?: .v4(IPv4Address(rawValue: nextHopWords[0]))
    case .ipv6?: .v6(IPv6Address(value: nextHopWords.reduce(UInt128(0)) { $0 << 32 | UInt128($1) }))
    default: nil
    }
  }

  /// The address that it asks for, by ARP or neighbor discovery. Nil for an announcement, which asks nothing.
  var askedAddress: IPAddress? {
    guard let ethernet else { return nil }
    let body = frame.span.bytes.extracting(ethernet.length..<frame.count)
    switch ethernet.etherType {
    case .arp:
      guard let arp = try? ARPPacket(parsing: body), arp.operation == .request, !arp.isGratuitous else { return nil }
      return .v4(arp.targetAddress)
    case .ipv6:
      guard let header = try? IPv6Header(parsing: body), header.upperProtocol == .icmpv6,
        case .neighborSolicitation(let target, _)? = try? ICMPv6Message(parsing: body.extracting(header.payload))
      else { return nil }
      return .v6(target)
    default: return nil
    }
  }
}
