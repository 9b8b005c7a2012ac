import NetworkTypes

extension MatchField {
  /// The port that the packet came in on.
  public static func inPort(_ port: OFPort) -> MatchField { MatchField(.inPort, value: UInt128(port.rawValue)) }

  /// The 64 bits that tables hand to each other.
  public static func metadata(_ value: UInt64, mask: UInt64 = .max) -> MatchField {
    MatchField(.metadata, value: UInt128(value), mask: UInt128(mask))
  }

  /// The Ethernet source.
  public static func ethSrc(_ address: MACAddress, mask: MACAddress = .broadcast) -> MatchField {
    MatchField(.ethSrc, value: UInt128(address.rawValue), mask: UInt128(mask.rawValue))
  }

  /// The Ethernet destination.
  public static func ethDst(_ address: MACAddress, mask: MACAddress = .broadcast) -> MatchField {
    MatchField(.ethDst, value: UInt128(address.rawValue), mask: UInt128(mask.rawValue))
  }

  /// The Ethernet type.
  public static func ethType(_ type: UInt16) -> MatchField { MatchField(.ethType, value: UInt128(type)) }

  /// Tagged with this VLAN id (12 bits).
  public static func vlanVID(_ vid: UInt16) -> MatchField {
    MatchField(.vlanVID, value: UInt128(0x1000 | vid & 0xfff))
  }

  /// Tagged, with whatever VLAN id.
  public static let vlanTagged = MatchField(.vlanVID, value: 0x1000, mask: 0x1000)
  /// Without a VLAN tag.
  public static let vlanUntagged = MatchField(.vlanVID, value: 0)

  /// The VLAN priority (3 bits); needs a VLAN id.
  public static func vlanPCP(_ pcp: UInt8) -> MatchField { MatchField(.vlanPCP, value: UInt128(pcp)) }

  /// The IP protocol or next header; needs an Ethernet type of IPv4 or IPv6.
  public static func ipProto(_ number: UInt8) -> MatchField { MatchField(.ipProto, value: UInt128(number)) }

  /// The differentiated services code point (6 bits).
  public static func ipDSCP(_ value: UInt8) -> MatchField { MatchField(.ipDSCP, value: UInt128(value)) }

  /// The TTL or hop limit.
  public static func ipTTL(_ value: UInt8) -> MatchField { MatchField(.ipTTL, value: UInt128(value)) }

  /// The fragment bits: 1 a fragment, 2 not the first.
  public static func ipFrag(_ value: UInt8, mask: UInt8 = 3) -> MatchField {
    MatchField(.ipFrag, value: UInt128(value), mask: UInt128(mask))
  }

  /// The IPv4 source.
  public static func ipv4Src(_ prefix: IPv4Prefix) -> MatchField { ipv4(.ipv4Src, prefix) }
  /// The IPv4 source.
  public static func ipv4Src(_ address: IPv4Address) -> MatchField { ipv4(.ipv4Src, address) }
  /// The IPv4 destination.
  public static func ipv4Dst(_ prefix: IPv4Prefix) -> MatchField { ipv4(.ipv4Dst, prefix) }
  /// The IPv4 destination.
  public static func ipv4Dst(_ address: IPv4Address) -> MatchField { ipv4(.ipv4Dst, address) }

  /// The IPv6 source.
  public static func ipv6Src(_ prefix: IPv6Prefix) -> MatchField { ipv6(.ipv6Src, prefix) }
  /// The IPv6 source.
  public static func ipv6Src(_ address: IPv6Address) -> MatchField { ipv6(.ipv6Src, address) }
  /// The IPv6 destination.
  public static func ipv6Dst(_ prefix: IPv6Prefix) -> MatchField { ipv6(.ipv6Dst, prefix) }
  /// The IPv6 destination.
  public static func ipv6Dst(_ address: IPv6Address) -> MatchField { ipv6(.ipv6Dst, address) }

  /// The TCP source port.
  public static func tcpSrc(_ port: UInt16, mask: UInt16 = .max) -> MatchField { transport(.tcpSrc, port, mask) }
  /// The TCP destination port.
  public static func tcpDst(_ port: UInt16, mask: UInt16 = .max) -> MatchField { transport(.tcpDst, port, mask) }
  /// The TCP flags (12 bits).
  public static func tcpFlags(_ flags: UInt16, mask: UInt16 = 0xfff) -> MatchField { transport(.tcpFlags, flags, mask) }
  /// The UDP source port.
  public static func udpSrc(_ port: UInt16, mask: UInt16 = .max) -> MatchField { transport(.udpSrc, port, mask) }
  /// The UDP destination port.
  public static func udpDst(_ port: UInt16, mask: UInt16 = .max) -> MatchField { transport(.udpDst, port, mask) }
  /// The SCTP source port.
  public static func sctpSrc(_ port: UInt16, mask: UInt16 = .max) -> MatchField { transport(.sctpSrc, port, mask) }
  /// The SCTP destination port.
  public static func sctpDst(_ port: UInt16, mask: UInt16 = .max) -> MatchField { transport(.sctpDst, port, mask) }

  /// The ICMP type.
  public static func icmpv4Type(_ type: UInt8) -> MatchField { MatchField(.icmpv4Type, value: UInt128(type)) }
  /// The ICMP code.
  public static func icmpv4Code(_ code: UInt8) -> MatchField { MatchField(.icmpv4Code, value: UInt128(code)) }
  /// The ICMPv6 type.
  public static func icmpv6Type(_ type: UInt8) -> MatchField { MatchField(.icmpv6Type, value: UInt128(type)) }
  /// The ICMPv6 code.
  public static func icmpv6Code(_ code: UInt8) -> MatchField { MatchField(.icmpv6Code, value: UInt128(code)) }
  /// The target of neighbor discovery.
  public static func ndTarget(_ address: IPv6Address) -> MatchField { ipv6(.ndTarget, address) }
  /// The target of neighbor discovery.
  public static func ndTarget(_ prefix: IPv6Prefix) -> MatchField { ipv6(.ndTarget, prefix) }
  /// The source link-layer address option of a neighbor solicitation.
  public static func ndSLL(_ address: MACAddress) -> MatchField { MatchField(.ndSLL, value: UInt128(address.rawValue)) }
  /// The target link-layer address option of a neighbor advertisement.
  public static func ndTLL(_ address: MACAddress) -> MatchField { MatchField(.ndTLL, value: UInt128(address.rawValue)) }

  /// The ARP operation: 1 request, 2 reply.
  public static func arpOp(_ operation: UInt16) -> MatchField { MatchField(.arpOp, value: UInt128(operation)) }
  /// The ARP sender's protocol address.
  public static func arpSPA(_ address: IPv4Address) -> MatchField { ipv4(.arpSPA, address) }
  /// The ARP sender's protocol address.
  public static func arpSPA(_ prefix: IPv4Prefix) -> MatchField { ipv4(.arpSPA, prefix) }
  /// The ARP target's protocol address.
  public static func arpTPA(_ address: IPv4Address) -> MatchField { ipv4(.arpTPA, address) }
  /// The ARP target's protocol address.
  public static func arpTPA(_ prefix: IPv4Prefix) -> MatchField { ipv4(.arpTPA, prefix) }
  /// The ARP sender's hardware address.
  public static func arpSHA(_ address: MACAddress) -> MatchField {
    MatchField(.arpSHA, value: UInt128(address.rawValue))
  }
  /// The ARP target's hardware address.
  public static func arpTHA(_ address: MACAddress) -> MatchField {
    MatchField(.arpTHA, value: UInt128(address.rawValue))
  }

  /// The tunnel's key, such as the VNI.
  public static func tunnelID(_ id: UInt64, mask: UInt64 = .max) -> MatchField {
    MatchField(.tunnelID, value: UInt128(id), mask: UInt128(mask))
  }

  /// The tunnel's IPv4 source.
  public static func tunnelSrc(_ address: IPv4Address) -> MatchField { ipv4(.tunnelSrc, address) }
  /// The tunnel's IPv4 destination.
  public static func tunnelDst(_ address: IPv4Address) -> MatchField { ipv4(.tunnelDst, address) }
  /// The tunnel's IPv6 source.
  public static func tunnelIPv6Src(_ address: IPv6Address) -> MatchField { ipv6(.tunnelIPv6Src, address) }
  /// The tunnel's IPv6 destination.
  public static func tunnelIPv6Dst(_ address: IPv6Address) -> MatchField { ipv6(.tunnelIPv6Dst, address) }

  /// One of Open vSwitch's registers, 0 to 15.
  public static func reg(_ index: Int, _ value: UInt32, mask: UInt32 = .max) -> MatchField {
    MatchField(.reg(index), value: UInt128(value), mask: UInt128(mask))
  }

  /// The connection's state: 1 new, 2 established, 4 related, 8 reply, 16 invalid, 32 tracked, 64 snat, 128 dnat.
  public static func ctState(_ value: UInt32, mask: UInt32) -> MatchField {
    MatchField(.ctState, value: UInt128(value), mask: UInt128(mask))
  }

  /// The connection's mark.
  public static func ctMark(_ value: UInt32, mask: UInt32 = .max) -> MatchField {
    MatchField(.ctMark, value: UInt128(value), mask: UInt128(mask))
  }

  /// The connection's zone.
  public static func ctZone(_ zone: UInt16) -> MatchField { MatchField(.ctZone, value: UInt128(zone)) }

  /// The IP protocol of the connection's first packet; needs a state that is tracked and valid, as the next ones do.
  public static func ctProto(_ number: UInt8) -> MatchField { MatchField(.ctProto, value: UInt128(number)) }
  /// The IPv4 source of the connection's first packet.
  public static func ctIPv4Src(_ prefix: IPv4Prefix) -> MatchField { ipv4(.ctIPv4Src, prefix) }
  /// The IPv4 destination of the connection's first packet.
  public static func ctIPv4Dst(_ prefix: IPv4Prefix) -> MatchField { ipv4(.ctIPv4Dst, prefix) }
  /// The IPv6 source of the connection's first packet.
  public static func ctIPv6Src(_ prefix: IPv6Prefix) -> MatchField { ipv6(.ctIPv6Src, prefix) }
  /// The IPv6 destination of the connection's first packet.
  public static func ctIPv6Dst(_ prefix: IPv6Prefix) -> MatchField { ipv6(.ctIPv6Dst, prefix) }
  /// The source port of the connection's first packet, or its ICMP type.
  public static func ctTPSrc(_ port: UInt16, mask: UInt16 = .max) -> MatchField { transport(.ctTPSrc, port, mask) }
  /// The destination port of the connection's first packet, or its ICMP code.
  public static func ctTPDst(_ port: UInt16, mask: UInt16 = .max) -> MatchField { transport(.ctTPDst, port, mask) }

  /// The id of a satisfied conjunction.
  public static func conjunctionID(_ id: UInt32) -> MatchField { MatchField(.conjunctionID, value: UInt128(id)) }

  private static func ipv4(_ field: Field, _ address: IPv4Address) -> MatchField {
    MatchField(field, value: UInt128(address.rawValue))
  }

  private static func ipv4(_ field: Field, _ prefix: IPv4Prefix) -> MatchField {
    MatchField(field, value: UInt128(prefix.address.rawValue), mask: UInt128(prefix.mask.rawValue))
  }

  private static func ipv6(_ field: Field, _ address: IPv6Address) -> MatchField {
    MatchField(field, value: UInt128(address.high) << 64 | UInt128(address.low))
  }

  private static func ipv6(_ field: Field, _ prefix: IPv6Prefix) -> MatchField {
    let address = UInt128(prefix.address.high) << 64 | UInt128(prefix.address.low)
    return MatchField(field, value: address, mask: prefix.length == 0 ? 0 : .max << UInt128(128 - prefix.length))
  }

  private static func transport(_ field: Field, _ value: UInt16, _ mask: UInt16) -> MatchField {
    MatchField(field, value: UInt128(value), mask: UInt128(mask))
  }
}
