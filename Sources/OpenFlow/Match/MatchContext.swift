/// What the fields of a match so far say of the packet: what later fields depend on.
struct MatchContext {
  /// Namespace and number of the packet's type; zero is Ethernet.
  private var packetType: UInt32 = 0
  private(set) var etherType: UInt16 = 0
  private var vlan: UInt16 = 0
  private var ipProto: UInt8 = 0
  private var fragment: UInt8 = 0
  /// Type and code of ICMPv6. A code that nothing was said of counts as zero.
  private var icmpv6: (type: UInt8, code: UInt8) = (0, 0)
  private var connection: (state: UInt32, mask: UInt32) = (0, 0)
  private var hasInPort = false

  /// Takes note of a field.
  mutating func take(_ entry: MatchField) {
    guard let value = entry.value, let mask = entry.mask else { return }
    switch entry.field {
    case FieldRegistry.packetType: packetType = UInt32(truncatingIfNeeded: value)
    case .ethType: etherType = UInt16(truncatingIfNeeded: value)
    case .vlanVID: vlan = UInt16(truncatingIfNeeded: value)
    case .ipProto: ipProto = UInt8(truncatingIfNeeded: value)
    case .ipFrag: fragment = UInt8(truncatingIfNeeded: value)
    case .icmpv6Type: icmpv6.type = UInt8(truncatingIfNeeded: value)
    case .icmpv6Code: icmpv6.code = UInt8(truncatingIfNeeded: value)
    case .ctState: connection = (UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: mask))
    case .inPort: hasInPort = true
    default: break
    }
  }

  /// Whether what the fields so far say is enough.
  func meets(_ requirement: FieldRequirement) -> Bool {
    switch requirement {
    case .none: true
    case .ethernet: packetType == 0
    case .vlan: vlan & 0x1000 != 0
    case .ipv4: type == 0x0800
    case .ipv6: type == 0x86dd
    case .ip: isIP
    case .arp: type == 0x0806 || type == 0x8035
    case .mpls: type == 0x8847 || type == 0x8848
    case .nsh: type == 0x894f
    case .pbb: type == 0x88e7
    case .tcp: isTransport(6)
    case .udp: isTransport(17)
    case .sctp: isTransport(132)
    case .icmpv4: type == 0x0800 && ipProto == 1
    case .icmpv6: isICMPv6
    case .neighborDiscovery: isDiscovery(135) || isDiscovery(136)
    case .neighborSolicitation: isDiscovery(135)
    case .neighborAdvertisement: isDiscovery(136)
    case .connection: isConnection
    case .inPort: hasInPort
    }
  }

  /// The Ethernet type, which a packet without an Ethernet header has in its packet type.
  private var type: UInt16 {
    if packetType == 0 { return etherType }
    return packetType >> 16 == 1 ? UInt16(truncatingIfNeeded: packetType) : 0
  }

  private var isIP: Bool { type == 0x0800 || type == 0x86dd }

  private func isTransport(_ number: UInt8) -> Bool { isIP && ipProto == number && fragment & 2 == 0 }

  private var isICMPv6: Bool { type == 0x86dd && ipProto == 58 }

  private func isDiscovery(_ type: UInt8) -> Bool { isICMPv6 && icmpv6.type == type && icmpv6.code == 0 }

  /// A state that only a valid connection has, or one that says that it is not invalid.
  private var isConnection: Bool {
    let (state, mask) = connection
    let valid: UInt32 = 0x01 | 0x02 | 0x04 | 0x08 | 0x40 | 0x80
    return state & valid != 0 || (state & 0x20 != 0 && mask & 0x10 != 0 && state & 0x10 == 0)
  }
}
