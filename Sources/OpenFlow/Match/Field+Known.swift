extension Field {
  /// The port that the packet came in on.
  public static let inPort = FieldRegistry.known("in_port_oxm")
  /// The 64 bits that tables hand to each other.
  public static let metadata = FieldRegistry.known("metadata")
  /// The Ethernet source.
  public static let ethSrc = FieldRegistry.known("eth_src")
  /// The Ethernet destination.
  public static let ethDst = FieldRegistry.known("eth_dst")
  /// The Ethernet type, after VLAN tags.
  public static let ethType = FieldRegistry.known("eth_type")
  /// The VLAN id, with 0x1000 when there is a tag.
  public static let vlanVID = FieldRegistry.known("vlan_vid")
  /// The VLAN priority.
  public static let vlanPCP = FieldRegistry.known("vlan_pcp")
  /// The IPv4 source.
  public static let ipv4Src = FieldRegistry.known("ip_src")
  /// The IPv4 destination.
  public static let ipv4Dst = FieldRegistry.known("ip_dst")
  /// The IPv6 source.
  public static let ipv6Src = FieldRegistry.known("ipv6_src")
  /// The IPv6 destination.
  public static let ipv6Dst = FieldRegistry.known("ipv6_dst")
  /// The fragment bits: 1 a fragment, 2 not the first.
  public static let ipFrag = FieldRegistry.known("ip_frag")
  /// The differentiated services code point.
  public static let ipDSCP = FieldRegistry.known("ip_dscp")
  /// The explicit congestion notification bits.
  public static let ipECN = FieldRegistry.known("nw_ecn")
  /// The TTL or hop limit.
  public static let ipTTL = FieldRegistry.known("nw_ttl")
  /// The IP protocol or next header.
  public static let ipProto = FieldRegistry.known("nw_proto")
  /// The TCP source port.
  public static let tcpSrc = FieldRegistry.known("tcp_src")
  /// The TCP destination port.
  public static let tcpDst = FieldRegistry.known("tcp_dst")
  /// The TCP flags.
  public static let tcpFlags = FieldRegistry.known("tcp_flags")
  /// The UDP source port.
  public static let udpSrc = FieldRegistry.known("udp_src")
  /// The UDP destination port.
  public static let udpDst = FieldRegistry.known("udp_dst")
  /// The SCTP source port.
  public static let sctpSrc = FieldRegistry.known("sctp_src")
  /// The SCTP destination port.
  public static let sctpDst = FieldRegistry.known("sctp_dst")
  /// The ICMP type.
  public static let icmpv4Type = FieldRegistry.known("icmp_type")
  /// The ICMP code.
  public static let icmpv4Code = FieldRegistry.known("icmp_code")
  /// The ICMPv6 type.
  public static let icmpv6Type = FieldRegistry.known("icmpv6_type")
  /// The ICMPv6 code.
  public static let icmpv6Code = FieldRegistry.known("icmpv6_code")
  /// The target of neighbor discovery.
  public static let ndTarget = FieldRegistry.known("nd_target")
  /// The source link-layer address option of neighbor discovery.
  public static let ndSLL = FieldRegistry.known("nd_sll")
  /// The target link-layer address option of neighbor discovery.
  public static let ndTLL = FieldRegistry.known("nd_tll")
  /// What is behind neighbor discovery's checksum: in an advertisement the router, solicited and override flags on top.
  public static let ndReserved = FieldRegistry.known("nd_reserved")
  /// The type of neighbor discovery's first option.
  public static let ndOptionsType = FieldRegistry.known("nd_options_type")
  /// The ARP operation: 1 request, 2 reply.
  public static let arpOp = FieldRegistry.known("arp_op")
  /// The ARP sender's protocol address.
  public static let arpSPA = FieldRegistry.known("arp_spa")
  /// The ARP target's protocol address.
  public static let arpTPA = FieldRegistry.known("arp_tpa")
  /// The ARP sender's hardware address.
  public static let arpSHA = FieldRegistry.known("arp_sha")
  /// The ARP target's hardware address.
  public static let arpTHA = FieldRegistry.known("arp_tha")
  /// The tunnel's key, such as the VNI.
  public static let tunnelID = FieldRegistry.known("tun_id")
  /// The tunnel's IPv4 source.
  public static let tunnelSrc = FieldRegistry.known("tun_src")
  /// The tunnel's IPv4 destination.
  public static let tunnelDst = FieldRegistry.known("tun_dst")
  /// The tunnel's IPv6 source.
  public static let tunnelIPv6Src = FieldRegistry.known("tun_ipv6_src")
  /// The tunnel's IPv6 destination.
  public static let tunnelIPv6Dst = FieldRegistry.known("tun_ipv6_dst")
  /// The packet's mark in the kernel.
  public static let packetMark = FieldRegistry.known("pkt_mark")
  /// The id of a satisfied conjunction.
  public static let conjunctionID = FieldRegistry.known("conj_id")
  /// The connection's state.
  public static let ctState = FieldRegistry.known("ct_state")
  /// The connection's zone.
  public static let ctZone = FieldRegistry.known("ct_zone")
  /// The connection's mark.
  public static let ctMark = FieldRegistry.known("ct_mark")
  /// The connection's label.
  public static let ctLabel = FieldRegistry.known("ct_label")
  /// The IP protocol of the connection's first packet.
  public static let ctProto = FieldRegistry.known("ct_nw_proto")
  /// The IPv4 source of the connection's first packet.
  public static let ctIPv4Src = FieldRegistry.known("ct_nw_src")
  /// The IPv4 destination of the connection's first packet.
  public static let ctIPv4Dst = FieldRegistry.known("ct_nw_dst")
  /// The IPv6 source of the connection's first packet.
  public static let ctIPv6Src = FieldRegistry.known("ct_ipv6_src")
  /// The IPv6 destination of the connection's first packet.
  public static let ctIPv6Dst = FieldRegistry.known("ct_ipv6_dst")
  /// The source port of the connection's first packet, or its ICMP type.
  public static let ctTPSrc = FieldRegistry.known("ct_tp_src")
  /// The destination port of the connection's first packet, or its ICMP code.
  public static let ctTPDst = FieldRegistry.known("ct_tp_dst")

  private static let registers: [Field] = (0..<16).map { FieldRegistry.known("reg\($0)") }

  /// One of Open vSwitch's registers of 32 bits.
  ///
  /// - Precondition: `index` is 0 to 15: it is written in a program, never taken from outside.
  public static func reg(_ index: Int) -> Field {
    precondition(registers.indices.contains(index), "there is no register \(index): Open vSwitch has reg0 to reg15")
    return registers[index]
  }

  private static let doubleRegisters: [Field] = (0..<8).map { FieldRegistry.known("xreg\($0)") }
  private static let quadrupleRegisters: [Field] = (0..<4).map { FieldRegistry.known("xxreg\($0)") }

  /// Two registers as one of 64 bits: `xreg(4)` is reg8 and reg9. In a match they are two.
  ///
  /// - Precondition: `index` is 0 to 7: it is written in a program, never taken from outside.
  public static func xreg(_ index: Int) -> Field {
    precondition(doubleRegisters.indices.contains(index), "there is no xreg\(index): Open vSwitch has xreg0 to xreg7")
    return doubleRegisters[index]
  }

  /// Four registers as one of 128 bits: `xxreg(2)` is reg8 to reg11. In a match they are four.
  ///
  /// - Precondition: `index` is 0 to 3: it is written in a program, never taken from outside.
  public static func xxreg(_ index: Int) -> Field {
    precondition(
      quadrupleRegisters.indices.contains(index), "there is no xxreg\(index): Open vSwitch has xxreg0 to xxreg3")
    return quadrupleRegisters[index]
  }
}
