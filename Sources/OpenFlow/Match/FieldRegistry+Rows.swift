// One row each, in the order in which Open vSwitch writes them into a match (`nx_put_raw` of 3.1): every field follows what
// it depends on, and a match that is sent in this order comes back unchanged. The fields behind `metadata` are never in a
// match that is sent: a match says the same with others (`Match.expanded`), only actions have them.

extension FieldRegistry {
  /// Whose a field's number is.
  enum Number {
    case oxm(UInt8), nxmOF(UInt8), nxmNX(UInt8), packetRegister(UInt8), ericsson(UInt8)
    case onf(UInt8), nicira(UInt8), nsh(UInt8)
  }

  struct Row {
    let name: String
    let matchName: String
    let oxmClass: UInt16
    let number: UInt8
    let experimenter: UInt32
    let bits: Int
    let length: UInt8
    let format: Format
    let nxm: (oxmClass: UInt16, number: UInt8)?
    let sliceName: String
    let sliceBits: Int
    let textRank: Int
    let requirement: FieldRequirement
    let isMaskable: Bool
    let isSpoken: Bool
    let isVariable: Bool

    init(
      _ name: String, match: String? = nil, _ number: Number, _ bits: Int, _ format: Format,
      nxm: (UInt16, UInt8)? = nil, _ sliceName: String, text textRank: Int, needs requirement: FieldRequirement = .none,
      maskable: Bool = true, spoken: Bool = true, variable: Bool = false, length: UInt8? = nil, sliceBits: Int? = nil
    ) {
      self.name = name
      self.matchName = match ?? name
      (self.oxmClass, self.number, self.experimenter) =
        switch number {
        case .oxm(let number): (FieldRegistry.oxm, number, 0)
        case .nxmOF(let number): (FieldRegistry.nxmOF, number, 0)
        case .nxmNX(let number): (FieldRegistry.nxmNX, number, 0)
        case .packetRegister(let number): (FieldRegistry.packetRegisters, number, 0)
        case .ericsson(let number): (FieldRegistry.ericsson, number, 0)
        case .onf(let number): (FieldRegistry.experimenter, number, Experimenter.onf)
        case .nicira(let number): (FieldRegistry.experimenter, number, Experimenter.nicira)
        case .nsh(let number): (FieldRegistry.experimenter, number, Experimenter.nsh)
        }
      self.bits = bits
      // A label of 20 bits takes four bytes: only a service instance takes three.
      self.length = length ?? UInt8(bits == 20 ? 4 : (bits + 7) / 8)
      self.format = format
      self.nxm = nxm.map { ($0.0, $0.1) }
      self.sliceName = sliceName
      self.sliceBits = sliceBits ?? bits
      self.textRank = textRank
      self.requirement = requirement
      self.isMaskable = maskable
      self.isSpoken = spoken
      self.isVariable = variable
    }
  }

  static let rows: [Row] = packetRows + tunnelOptionRows + tunnelRows + registerRows + connectionRows + foldedRows

  private static let packetRows: [Row] = [
    Row("packet_type", .oxm(44), 32, .packetType, "OXM_OF_PACKET_TYPE", text: 190, maskable: false),
    Row("dp_hash", .nxmNX(35), 32, .hexadecimal, "NXM_NX_DP_HASH", text: 30),
    Row("recirc_id", .nxmNX(36), 32, .hexadecimal, "NXM_NX_RECIRC_ID", text: 20, maskable: false),
    Row("conj_id", .nxmNX(37), 32, .decimal, "NXM_NX_CONJ_ID", text: 40, maskable: false),
    Row("in_port_oxm", match: "in_port", .oxm(0), 32, .port, "OXM_OF_IN_PORT", text: 600, maskable: false),
    Row(
      "in_phy_port", .oxm(1), 32, .port, "OXM_OF_IN_PHY_PORT", text: 601, needs: .inPort, maskable: false, spoken: false
    ),
    Row("actset_output", .onf(43), 32, .port, "ONFOXM_ET_ACTSET_OUTPUT", text: 45, maskable: false),
    Row("eth_src", match: "dl_src", .oxm(4), 48, .mac, nxm: (nxmOF, 2), "NXM_OF_ETH_SRC", text: 700, needs: .ethernet),
    Row("eth_dst", match: "dl_dst", .oxm(3), 48, .mac, nxm: (nxmOF, 1), "NXM_OF_ETH_DST", text: 710, needs: .ethernet),
    Row(
      "eth_type", match: "dl_type", .oxm(5), 16, .etherType, nxm: (nxmOF, 3), "NXM_OF_ETH_TYPE", text: 720,
      needs: .ethernet, maskable: false),
    Row(
      "vlan_vid", match: "dl_vlan", .oxm(6), 13, .vlanVID, "OXM_OF_VLAN_VID", text: 610, needs: .ethernet, sliceBits: 12
    ),
    Row(
      "vlan_pcp", match: "dl_vlan_pcp", .oxm(7), 3, .decimal, "OXM_OF_VLAN_PCP", text: 620, needs: .vlan,
      maskable: false),
    Row("pbb_isid", .oxm(37), 24, .decimal, "OXM_OF_PBB_ISID", text: 730, needs: .pbb, spoken: false, length: 3),
    Row("mpls_tc", .oxm(35), 3, .decimal, "OXM_OF_MPLS_TC", text: 910, needs: .mpls, maskable: false),
    Row("mpls_bos", .oxm(36), 1, .decimal, "OXM_OF_MPLS_BOS", text: 930, needs: .mpls, maskable: false),
    Row("mpls_ttl", .nxmNX(30), 8, .decimal, "NXM_NX_MPLS_TTL", text: 920, needs: .mpls, maskable: false),
    Row("mpls_label", .oxm(34), 20, .decimal, "OXM_OF_MPLS_LABEL", text: 900, needs: .mpls, maskable: false),
    Row("ip_src", match: "nw_src", .oxm(11), 32, .ipv4, nxm: (nxmOF, 7), "NXM_OF_IP_SRC", text: 800, needs: .ipv4),
    Row("ip_dst", match: "nw_dst", .oxm(12), 32, .ipv4, nxm: (nxmOF, 8), "NXM_OF_IP_DST", text: 810, needs: .ipv4),
    Row("ipv6_src", .oxm(26), 128, .ipv6, nxm: (nxmNX, 19), "NXM_NX_IPV6_SRC", text: 800, needs: .ipv6),
    Row("ipv6_dst", .oxm(27), 128, .ipv6, nxm: (nxmNX, 20), "NXM_NX_IPV6_DST", text: 810, needs: .ipv6),
    Row("ip_frag", match: "nw_frag", .nxmNX(26), 2, .fragment, "NXM_NX_IP_FRAG", text: 890, needs: .ip),
    Row("ip_dscp", match: "nw_tos", .oxm(8), 6, .serviceType, "OXM_OF_IP_DSCP", text: 860, needs: .ip, maskable: false),
    Row("nw_ecn", .oxm(9), 2, .decimal, nxm: (nxmNX, 28), "NXM_NX_IP_ECN", text: 870, needs: .ip, maskable: false),
    Row("nw_ttl", .nxmNX(29), 8, .decimal, "NXM_NX_IP_TTL", text: 880, needs: .ip, maskable: false),
    Row("ipv6_label", .oxm(28), 20, .label, nxm: (nxmNX, 27), "NXM_NX_IPV6_LABEL", text: 820, needs: .ipv6),
    Row("nw_proto", .oxm(10), 8, .decimal, nxm: (nxmOF, 6), "NXM_OF_IP_PROTO", text: 830, needs: .ip, maskable: false),
    Row("ipv6_exthdr", .oxm(39), 9, .hexadecimal, "OXM_OF_IPV6_EXTHDR", text: 840, needs: .ipv6, spoken: false),
    Row("tcp_src", match: "tp_src", .oxm(13), 16, .decimal, nxm: (nxmOF, 9), "NXM_OF_TCP_SRC", text: 940, needs: .tcp),
    Row("tcp_dst", match: "tp_dst", .oxm(14), 16, .decimal, nxm: (nxmOF, 10), "NXM_OF_TCP_DST", text: 950, needs: .tcp),
    Row("tcp_flags", .onf(42), 12, .flags(.tcp), nxm: (nxmNX, 34), "NXM_NX_TCP_FLAGS", text: 990, needs: .tcp),
    Row("udp_src", match: "tp_src", .oxm(15), 16, .decimal, nxm: (nxmOF, 11), "NXM_OF_UDP_SRC", text: 940, needs: .udp),
    Row("udp_dst", match: "tp_dst", .oxm(16), 16, .decimal, nxm: (nxmOF, 12), "NXM_OF_UDP_DST", text: 950, needs: .udp),
    Row("sctp_src", match: "tp_src", .oxm(17), 16, .decimal, "OXM_OF_SCTP_SRC", text: 940, needs: .sctp),
    Row("sctp_dst", match: "tp_dst", .oxm(18), 16, .decimal, "OXM_OF_SCTP_DST", text: 950, needs: .sctp),
    Row(
      "icmp_type", .oxm(19), 8, .decimal, nxm: (nxmOF, 13), "NXM_OF_ICMP_TYPE", text: 940, needs: .icmpv4,
      maskable: false),
    Row(
      "icmp_code", .oxm(20), 8, .decimal, nxm: (nxmOF, 14), "NXM_OF_ICMP_CODE", text: 950, needs: .icmpv4,
      maskable: false),
    Row(
      "icmpv6_type", match: "icmp_type", .oxm(29), 8, .decimal, nxm: (nxmNX, 21), "NXM_NX_ICMPV6_TYPE", text: 940,
      needs: .icmpv6, maskable: false),
    Row(
      "icmpv6_code", match: "icmp_code", .oxm(30), 8, .decimal, nxm: (nxmNX, 22), "NXM_NX_ICMPV6_CODE", text: 950,
      needs: .icmpv6, maskable: false),
    Row(
      "nd_reserved", .ericsson(1), 32, .decimal, "ERICOXM_OF_ICMPV6_ND_RESERVED", text: 984, needs: .neighborDiscovery,
      maskable: false),
    Row("nd_target", .oxm(31), 128, .ipv6, nxm: (nxmNX, 23), "NXM_NX_ND_TARGET", text: 960, needs: .neighborDiscovery),
    Row(
      "nd_options_type", .ericsson(2), 8, .decimal, "ERICOXM_OF_ICMPV6_ND_OPTIONS_TYPE", text: 986,
      needs: .neighborDiscovery, maskable: false),
    Row("nd_sll", .oxm(32), 48, .mac, nxm: (nxmNX, 24), "NXM_NX_ND_SLL", text: 970, needs: .neighborSolicitation),
    Row("nd_tll", .oxm(33), 48, .mac, nxm: (nxmNX, 25), "NXM_NX_ND_TLL", text: 980, needs: .neighborAdvertisement),
    Row("arp_op", .oxm(21), 16, .decimal, nxm: (nxmOF, 15), "NXM_OF_ARP_OP", text: 830, needs: .arp, maskable: false),
    Row("arp_spa", .oxm(22), 32, .ipv4, nxm: (nxmOF, 16), "NXM_OF_ARP_SPA", text: 800, needs: .arp),
    Row("arp_tpa", .oxm(23), 32, .ipv4, nxm: (nxmOF, 17), "NXM_OF_ARP_TPA", text: 810, needs: .arp),
    Row("arp_sha", .oxm(24), 48, .mac, nxm: (nxmNX, 17), "NXM_NX_ARP_SHA", text: 840, needs: .arp),
    Row("arp_tha", .oxm(25), 48, .mac, nxm: (nxmNX, 18), "NXM_NX_ARP_THA", text: 850, needs: .arp),
    Row("tun_id", .oxm(38), 64, .hexadecimal, nxm: (nxmNX, 16), "NXM_NX_TUN_ID", text: 400),
    Row("tun_flags", .nxmNX(104), 1, .flags(.tunnel), "NXM_NX_TUN_FLAGS", text: 460, length: 2),
    Row("tun_src", .nxmNX(31), 32, .ipv4, "NXM_NX_TUN_IPV4_SRC", text: 410),
    Row("tun_dst", .nxmNX(32), 32, .ipv4, "NXM_NX_TUN_IPV4_DST", text: 411),
    Row("tun_ipv6_src", .nxmNX(109), 128, .ipv6, "NXM_NX_TUN_IPV6_SRC", text: 412),
    Row("tun_ipv6_dst", .nxmNX(110), 128, .ipv6, "NXM_NX_TUN_IPV6_DST", text: 413),
    Row("tun_gbp_id", .nxmNX(38), 16, .decimal, "NXM_NX_TUN_GBP_ID", text: 420),
    Row("tun_gbp_flags", .nxmNX(39), 8, .hexadecimal, "NXM_NX_TUN_GBP_FLAGS", text: 421),
  ]

  private static let tunnelOptionRows: [Row] = (0..<64).map { index in
    Row(
      "tun_metadata\(index)", .nxmNX(40 + index), 992, .hexadecimal, "NXM_NX_TUN_METADATA\(index)",
      text: 470, variable: true)
  }

  private static let tunnelRows: [Row] = [
    Row("tun_erspan_idx", .nicira(11), 20, .hexadecimal, "NXOXM_ET_ERSPAN_IDX", text: 431),
    Row("tun_erspan_ver", .nicira(12), 4, .decimal, "NXOXM_ET_ERSPAN_VER", text: 430),
    Row("tun_erspan_dir", .nicira(13), 1, .decimal, "NXOXM_ET_ERSPAN_DIR", text: 432),
    Row("tun_erspan_hwid", .nicira(14), 6, .hexadecimal, "NXOXM_ET_ERSPAN_HWID", text: 433),
    Row("tun_gtpu_flags", .nicira(15), 8, .hexadecimal, "NXOXM_ET_GTPU_FLAGS", text: 440),
    Row("tun_gtpu_msgtype", .nicira(16), 8, .decimal, "NXOXM_ET_GTPU_MSGTYPE", text: 441),
    Row("nsh_flags", .nsh(1), 8, .byte, "NXOXM_NSH_FLAGS", text: 900, needs: .nsh),
    Row("nsh_ttl", .nsh(10), 8, .decimal, "NXOXM_NSH_TTL", text: 901, needs: .nsh, maskable: false),
    Row("nsh_mdtype", .nsh(2), 8, .decimal, "NXOXM_NSH_MDTYPE", text: 902, needs: .nsh, maskable: false),
    Row("nsh_np", .nsh(3), 8, .decimal, "NXOXM_NSH_NP", text: 903, needs: .nsh, maskable: false),
    Row("nsh_spi", .nsh(4), 24, .hexadecimal, "NXOXM_NSH_SPI", text: 904, needs: .nsh, maskable: false, length: 4),
    Row("nsh_si", .nsh(5), 8, .decimal, "NXOXM_NSH_SI", text: 905, needs: .nsh, maskable: false),
    Row("nsh_c1", .nsh(6), 32, .hexadecimal, "NXOXM_NSH_C1", text: 906, needs: .nsh),
    Row("nsh_c2", .nsh(7), 32, .hexadecimal, "NXOXM_NSH_C2", text: 907, needs: .nsh),
    Row("nsh_c3", .nsh(8), 32, .hexadecimal, "NXOXM_NSH_C3", text: 908, needs: .nsh),
    Row("nsh_c4", .nsh(9), 32, .hexadecimal, "NXOXM_NSH_C4", text: 909, needs: .nsh),
  ]

  private static let registerRows: [Row] = (0..<16).map { index in
    Row("reg\(index)", .nxmNX(index), 32, .hexadecimal, "NXM_NX_REG\(index)", text: 200 + Int(index))
  }

  private static let connectionRows: [Row] = [
    Row("pkt_mark", .nxmNX(33), 32, .hexadecimal, "NXM_NX_PKT_MARK", text: 10),
    Row("ct_state", .nxmNX(105), 8, .flags(.connection), "NXM_NX_CT_STATE", text: 50, length: 4, sliceBits: 32),
    Row("ct_zone", .nxmNX(106), 16, .decimal, "NXM_NX_CT_ZONE", text: 60, maskable: false),
    Row("ct_mark", .nxmNX(107), 32, .hexadecimal, "NXM_NX_CT_MARK", text: 70),
    Row("ct_label", .nxmNX(108), 128, .hexadecimal, "NXM_NX_CT_LABEL", text: 80),
    Row("ct_nw_src", .nxmNX(120), 32, .ipv4, "NXM_NX_CT_NW_SRC", text: 90, needs: .connection),
    Row("ct_nw_dst", .nxmNX(121), 32, .ipv4, "NXM_NX_CT_NW_DST", text: 100, needs: .connection),
    Row("ct_ipv6_src", .nxmNX(122), 128, .ipv6, "NXM_NX_CT_IPV6_SRC", text: 90, needs: .connection),
    Row("ct_ipv6_dst", .nxmNX(123), 128, .ipv6, "NXM_NX_CT_IPV6_DST", text: 100, needs: .connection),
    Row("ct_nw_proto", .nxmNX(119), 8, .decimal, "NXM_NX_CT_NW_PROTO", text: 110, needs: .connection, maskable: false),
    Row("ct_tp_src", .nxmNX(124), 16, .decimal, "NXM_NX_CT_TP_SRC", text: 120, needs: .connection),
    Row("ct_tp_dst", .nxmNX(125), 16, .decimal, "NXM_NX_CT_TP_DST", text: 130, needs: .connection),
    Row("metadata", .oxm(2), 64, .hexadecimal, "OXM_OF_METADATA", text: 500),
  ]

  /// Fields that are others under another name.
  private static let foldedRows: [Row] =
    (0..<8).map { index in
      Row("xreg\(index)", .packetRegister(index), 64, .hexadecimal, "OXM_OF_PKT_REG\(index)", text: 200)
    }
    + (0..<4).map { index in
      Row("xxreg\(index)", .nxmNX(111 + index), 128, .hexadecimal, "NXM_NX_XXREG\(index)", text: 200)
    } + [
      Row("in_port", .nxmOF(0), 16, .decimal, "NXM_OF_IN_PORT", text: 600, maskable: false),
      Row("vlan_tci", .nxmOF(4), 16, .hexadecimal, "NXM_OF_VLAN_TCI", text: 610, needs: .ethernet),
      Row("nw_tos", .nxmOF(5), 8, .decimal, "NXM_OF_IP_TOS", text: 860, needs: .ip, maskable: false),
    ]
}
