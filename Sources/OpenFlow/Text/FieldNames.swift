/// The names that text has for fields. Some stand for several fields: which one it is, the rest of the match says.
struct FieldNames {
  /// The Ethernet type of the match.
  let etherType: UInt128?
  /// The IP protocol of the match.
  let ipProto: UInt128?

  /// The field that a name means in the match.
  func field(_ name: String) -> Field? {
    let isARP = etherType == 0x0806 || etherType == 0x8035
    switch name {
    case "in_port": return .inPort
    case "nw_src", "ip_src": return isARP ? .arpSPA : .ipv4Src
    case "nw_dst", "ip_dst": return isARP ? .arpTPA : .ipv4Dst
    case "nw_proto", "ip_proto": return isARP ? .arpOp : .ipProto
    case "icmp_type": return isICMPv6 ? .icmpv6Type : .icmpv4Type
    case "icmp_code": return isICMPv6 ? .icmpv6Code : .icmpv4Code
    case "tp_src": return transport?.source
    case "tp_dst": return transport?.destination
    default: return FieldNames.byName[name]
    }
  }

  private var isICMPv6: Bool { etherType == 0x86dd && ipProto == 58 }

  private var transport: (source: Field, destination: Field)? {
    switch ipProto {
    case 6: (.tcpSrc, .tcpDst)
    case 17: (.udpSrc, .udpDst)
    case 132: (FieldNames.sctpSource, FieldNames.sctpDestination)
    // ovs-ofctl has ICMP's type and code there too.
    case 1: (.icmpv4Type, .icmpv4Code)
    case 58: (.icmpv6Type, .icmpv6Code)
    default: nil
    }
  }

  private static let sctpSource = FieldRegistry.known("sctp_src")
  private static let sctpDestination = FieldRegistry.known("sctp_dst")

  /// Other names of the same fields.
  private static let synonyms = [
    "dl_src": "eth_src", "dl_dst": "eth_dst", "dl_type": "eth_type", "nw_src": "ip_src", "nw_dst": "ip_dst",
    "ip_proto": "nw_proto", "ip_ecn": "nw_ecn", "nw_frag": "ip_frag", "tunnel_id": "tun_id", "tp_src": "tcp_src",
    "tp_dst": "tcp_dst", "dl_vlan_pcp": "vlan_pcp", "nsp": "nsh_spi", "nsi": "nsh_si", "nshc1": "nsh_c1",
    "nshc2": "nsh_c2", "nshc3": "nsh_c3", "nshc4": "nsh_c4",
  ]

  /// Every name of the registry and its synonyms.
  static let byName: [String: Field] = {
    var names: [String: Field] = [:]
    for known in FieldRegistry.descriptions { names[known.name] = known.field }
    for (synonym, name) in synonyms { names[synonym] = names[name] }
    return names
  }()

  /// The names that Nicira's actions have, such as `NXM_OF_ETH_SRC`, and the standard's where they are others.
  private static let bySliceName: [String: Field] = {
    var names = byName
    for known in FieldRegistry.descriptions { names[known.sliceName] = known.field }
    for (standard, name) in standardNames { names["OXM_OF_\(standard)"] = FieldRegistry.known(name) }
    names["ONFOXM_ET_TCP_FLAGS"] = .tcpFlags
    return names
  }()

  private static let standardNames = [
    "ETH_SRC": "eth_src", "ETH_DST": "eth_dst", "ETH_TYPE": "eth_type", "IPV4_SRC": "ip_src", "IPV4_DST": "ip_dst",
    "IPV6_SRC": "ipv6_src", "IPV6_DST": "ipv6_dst", "IP_ECN": "nw_ecn", "IPV6_FLABEL": "ipv6_label",
    "IP_PROTO": "nw_proto", "TCP_SRC": "tcp_src", "TCP_DST": "tcp_dst", "UDP_SRC": "udp_src", "UDP_DST": "udp_dst",
    "ICMPV4_TYPE": "icmp_type", "ICMPV4_CODE": "icmp_code", "ICMPV6_TYPE": "icmpv6_type",
    "ICMPV6_CODE": "icmpv6_code", "IPV6_ND_TARGET": "nd_target", "IPV6_ND_SLL": "nd_sll", "IPV6_ND_TLL": "nd_tll",
    "ARP_OP": "arp_op", "ARP_SPA": "arp_spa", "ARP_TPA": "arp_tpa", "ARP_SHA": "arp_sha", "ARP_THA": "arp_tha",
    "TUNNEL_ID": "tun_id",
  ]

  /// The field of a name in an action.
  static func sliceField(_ name: String) -> Field? { bySliceName[name] }

  /// The numbers in a name that is made of them: `oxm_32768_90`, `oxm_65535_8992_4`.
  static func numbered(_ name: String, length: Int) -> Field? {
    let parts = name.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.first == "oxm", parts.count == 3 || parts.count == 4, let length = UInt8(exactly: length),
      let oxmClass = UInt16(parts[1]), let number = UInt8(parts[parts.count - 1]), number < 0x80
    else { return nil }
    guard parts.count == 4 else {
      return oxmClass == 0xffff ? nil : Field(oxmClass: oxmClass, number: number, length: length)
    }
    guard oxmClass == 0xffff, let experimenter = UInt32(parts[2]) else { return nil }
    return Field(oxmClass: oxmClass, number: number, length: length, experimenter: experimenter)
  }
}
