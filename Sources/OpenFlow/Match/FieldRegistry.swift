/// The fields that are known by name, one row each, in the order in which Open vSwitch writes them into a match
/// (`nx_put_raw` of 3.1): every field follows what it depends on, and a match that is sent in this order comes back
/// unchanged.
enum FieldRegistry {
  /// How a value is written in text.
  enum Format {
    case decimal, hexadecimal, mac, ipv4, ipv6, port, etherType, vlanVID
  }

  /// What is known of a field.
  struct Description: Sendable {
    /// Open vSwitch's name in actions, such as `ip_src`.
    let name: String
    /// The name in a match, which is often older, such as `nw_src`.
    let matchName: String
    let format: Format
    /// The field as matches and set-field have it.
    let field: Field
    /// The field as Nicira's actions name it: Open vSwitch prefers the NXM number there.
    let sliceField: Field
    /// The name of `sliceField`.
    let sliceName: String
    /// The place in ovs-ofctl's text of a match.
    let textRank: Int
  }

  struct Key: Hashable {
    let oxmClass: UInt16
    let number: UInt8
    let experimenter: UInt32
  }

  static let unknownRank = 1000

  static let oxm: UInt16 = 0x8000
  static let nxmOF: UInt16 = 0x0000
  static let nxmNX: UInt16 = 0x0001
  /// The class of experimenters' fields; all that are known here are the ONF's.
  static let onf: UInt16 = 0xffff

  private struct Row {
    let name: String
    let matchName: String
    let oxmClass: UInt16
    let number: UInt8
    let bits: Int
    let format: Format
    let nxm: (oxmClass: UInt16, number: UInt8)?
    let sliceName: String
    let textRank: Int

    init(
      _ name: String, match: String? = nil, _ oxmClass: UInt16, _ number: UInt8, _ bits: Int, _ format: Format,
      nxm: (UInt16, UInt8)? = nil, _ sliceName: String, text textRank: Int
    ) {
      self.name = name
      self.matchName = match ?? name
      self.oxmClass = oxmClass
      self.number = number
      self.bits = bits
      self.format = format
      self.nxm = nxm.map { ($0.0, $0.1) }
      self.sliceName = sliceName
      self.textRank = textRank
    }
  }

  private static let rows: [Row] =
    [
      Row("dp_hash", nxmNX, 35, 32, .hexadecimal, "NXM_NX_DP_HASH", text: 3),
      Row("recirc_id", nxmNX, 36, 32, .hexadecimal, "NXM_NX_RECIRC_ID", text: 2),
      Row("conj_id", nxmNX, 37, 32, .decimal, "NXM_NX_CONJ_ID", text: 4),
      Row("in_port_oxm", match: "in_port", oxm, 0, 32, .port, "OXM_OF_IN_PORT", text: 60),
      Row("eth_src", match: "dl_src", oxm, 4, 48, .mac, nxm: (nxmOF, 2), "NXM_OF_ETH_SRC", text: 70),
      Row("eth_dst", match: "dl_dst", oxm, 3, 48, .mac, nxm: (nxmOF, 1), "NXM_OF_ETH_DST", text: 71),
      Row("eth_type", match: "dl_type", oxm, 5, 16, .etherType, nxm: (nxmOF, 3), "NXM_OF_ETH_TYPE", text: 72),
      Row("vlan_vid", match: "dl_vlan", oxm, 6, 13, .vlanVID, "OXM_OF_VLAN_VID", text: 61),
      Row("vlan_pcp", match: "dl_vlan_pcp", oxm, 7, 3, .decimal, "OXM_OF_VLAN_PCP", text: 62),
      Row("mpls_tc", oxm, 35, 3, .decimal, "OXM_OF_MPLS_TC", text: 91),
      Row("mpls_bos", oxm, 36, 1, .decimal, "OXM_OF_MPLS_BOS", text: 92),
      Row("mpls_ttl", nxmNX, 30, 8, .decimal, "NXM_NX_MPLS_TTL", text: 93),
      Row("mpls_label", oxm, 34, 20, .decimal, "OXM_OF_MPLS_LABEL", text: 90),
      Row("ip_src", match: "nw_src", oxm, 11, 32, .ipv4, nxm: (nxmOF, 7), "NXM_OF_IP_SRC", text: 80),
      Row("ip_dst", match: "nw_dst", oxm, 12, 32, .ipv4, nxm: (nxmOF, 8), "NXM_OF_IP_DST", text: 81),
      Row("ipv6_src", oxm, 26, 128, .ipv6, nxm: (nxmNX, 19), "NXM_NX_IPV6_SRC", text: 80),
      Row("ipv6_dst", oxm, 27, 128, .ipv6, nxm: (nxmNX, 20), "NXM_NX_IPV6_DST", text: 81),
      Row("ip_frag", match: "nw_frag", nxmNX, 26, 2, .hexadecimal, "NXM_NX_IP_FRAG", text: 89),
      Row("ip_dscp", oxm, 8, 6, .decimal, "OXM_OF_IP_DSCP", text: 86),
      Row("nw_ecn", oxm, 9, 2, .decimal, nxm: (nxmNX, 28), "NXM_NX_IP_ECN", text: 87),
      Row("nw_ttl", nxmNX, 29, 8, .decimal, "NXM_NX_IP_TTL", text: 88),
      Row("ipv6_label", oxm, 28, 20, .hexadecimal, nxm: (nxmNX, 27), "NXM_NX_IPV6_LABEL", text: 82),
      Row("nw_proto", oxm, 10, 8, .decimal, nxm: (nxmOF, 6), "NXM_OF_IP_PROTO", text: 83),
      Row("tcp_src", match: "tp_src", oxm, 13, 16, .decimal, nxm: (nxmOF, 9), "NXM_OF_TCP_SRC", text: 94),
      Row("tcp_dst", match: "tp_dst", oxm, 14, 16, .decimal, nxm: (nxmOF, 10), "NXM_OF_TCP_DST", text: 95),
      Row("tcp_flags", onf, 42, 12, .hexadecimal, nxm: (nxmNX, 34), "NXM_NX_TCP_FLAGS", text: 99),
      Row("udp_src", match: "tp_src", oxm, 15, 16, .decimal, nxm: (nxmOF, 11), "NXM_OF_UDP_SRC", text: 94),
      Row("udp_dst", match: "tp_dst", oxm, 16, 16, .decimal, nxm: (nxmOF, 12), "NXM_OF_UDP_DST", text: 95),
      Row("sctp_src", match: "tp_src", oxm, 17, 16, .decimal, "OXM_OF_SCTP_SRC", text: 94),
      Row("sctp_dst", match: "tp_dst", oxm, 18, 16, .decimal, "OXM_OF_SCTP_DST", text: 95),
      Row("icmp_type", oxm, 19, 8, .decimal, nxm: (nxmOF, 13), "NXM_OF_ICMP_TYPE", text: 94),
      Row("icmp_code", oxm, 20, 8, .decimal, nxm: (nxmOF, 14), "NXM_OF_ICMP_CODE", text: 95),
      Row("icmpv6_type", match: "icmp_type", oxm, 29, 8, .decimal, nxm: (nxmNX, 21), "NXM_NX_ICMPV6_TYPE", text: 94),
      Row("icmpv6_code", match: "icmp_code", oxm, 30, 8, .decimal, nxm: (nxmNX, 22), "NXM_NX_ICMPV6_CODE", text: 95),
      Row("nd_target", oxm, 31, 128, .ipv6, nxm: (nxmNX, 23), "NXM_NX_ND_TARGET", text: 96),
      Row("nd_sll", oxm, 32, 48, .mac, nxm: (nxmNX, 24), "NXM_NX_ND_SLL", text: 97),
      Row("nd_tll", oxm, 33, 48, .mac, nxm: (nxmNX, 25), "NXM_NX_ND_TLL", text: 98),
      Row("arp_op", oxm, 21, 16, .decimal, nxm: (nxmOF, 15), "NXM_OF_ARP_OP", text: 83),
      Row("arp_spa", oxm, 22, 32, .ipv4, nxm: (nxmOF, 16), "NXM_OF_ARP_SPA", text: 80),
      Row("arp_tpa", oxm, 23, 32, .ipv4, nxm: (nxmOF, 17), "NXM_OF_ARP_TPA", text: 81),
      Row("arp_sha", oxm, 24, 48, .mac, nxm: (nxmNX, 17), "NXM_NX_ARP_SHA", text: 84),
      Row("arp_tha", oxm, 25, 48, .mac, nxm: (nxmNX, 18), "NXM_NX_ARP_THA", text: 85),
      Row("tun_id", oxm, 38, 64, .hexadecimal, nxm: (nxmNX, 16), "NXM_NX_TUN_ID", text: 40),
      Row("tun_src", nxmNX, 31, 32, .ipv4, "NXM_NX_TUN_IPV4_SRC", text: 41),
      Row("tun_dst", nxmNX, 32, 32, .ipv4, "NXM_NX_TUN_IPV4_DST", text: 42),
      Row("tun_ipv6_src", nxmNX, 109, 128, .ipv6, "NXM_NX_TUN_IPV6_SRC", text: 43),
      Row("tun_ipv6_dst", nxmNX, 110, 128, .ipv6, "NXM_NX_TUN_IPV6_DST", text: 44),
    ]
    + (0..<16).map { (index: UInt8) in
      Row("reg\(index)", nxmNX, index, 32, .hexadecimal, "NXM_NX_REG\(index)", text: 20 + Int(index))
    } + [
      Row("pkt_mark", nxmNX, 33, 32, .hexadecimal, "NXM_NX_PKT_MARK", text: 1),
      Row("ct_state", nxmNX, 105, 32, .hexadecimal, "NXM_NX_CT_STATE", text: 5),
      Row("ct_zone", nxmNX, 106, 16, .hexadecimal, "NXM_NX_CT_ZONE", text: 6),
      Row("ct_mark", nxmNX, 107, 32, .hexadecimal, "NXM_NX_CT_MARK", text: 7),
      Row("ct_label", nxmNX, 108, 128, .hexadecimal, "NXM_NX_CT_LABEL", text: 8),
      Row("ct_nw_src", nxmNX, 120, 32, .ipv4, "NXM_NX_CT_NW_SRC", text: 9),
      Row("ct_nw_dst", nxmNX, 121, 32, .ipv4, "NXM_NX_CT_NW_DST", text: 10),
      Row("ct_ipv6_src", nxmNX, 122, 128, .ipv6, "NXM_NX_CT_IPV6_SRC", text: 9),
      Row("ct_ipv6_dst", nxmNX, 123, 128, .ipv6, "NXM_NX_CT_IPV6_DST", text: 10),
      Row("ct_nw_proto", nxmNX, 119, 8, .decimal, "NXM_NX_CT_NW_PROTO", text: 11),
      Row("ct_tp_src", nxmNX, 124, 16, .decimal, "NXM_NX_CT_TP_SRC", text: 12),
      Row("ct_tp_dst", nxmNX, 125, 16, .decimal, "NXM_NX_CT_TP_DST", text: 13),
      Row("metadata", oxm, 2, 64, .hexadecimal, "OXM_OF_METADATA", text: 50),
    ]

  /// All known fields.
  static let descriptions: [Description] = rows.enumerated().map { rank, row in
    // A label of 20 bits takes four bytes: no field takes three.
    let length = UInt8(row.bits == 20 ? 4 : (row.bits + 7) / 8)
    let field = Field(
      oxmClass: row.oxmClass, number: row.number, length: length,
      experimenter: row.oxmClass == onf ? Experimenter.onf : 0, bits: row.bits, rank: rank)
    let sliceField = row.nxm.map {
      Field(oxmClass: $0.oxmClass, number: $0.number, length: length, experimenter: 0, bits: row.bits, rank: rank)
    }
    return Description(
      name: row.name, matchName: row.matchName, format: row.format, field: field, sliceField: sliceField ?? field,
      sliceName: row.sliceName, textRank: row.textRank)
  }

  /// The known fields by their numbers, under the OXM and under the NXM number: both give the one `Field`.
  static let byKey: [Key: Description] = {
    var table: [Key: Description] = [:]
    for description in descriptions {
      for field in [description.field, description.sliceField] {
        table[Key(oxmClass: field.oxmClass, number: field.number, experimenter: field.experimenter)] = description
      }
    }
    return table
  }()

  static func description(of field: Field) -> Description? {
    field.rank < descriptions.count ? descriptions[field.rank] : nil
  }

  /// The known field of this name. The names are those of the rows above, so the numbers are in one place only.
  static func known(_ name: String) -> Field {
    descriptions.first { $0.name == name }?.field
      ?? Field(oxmClass: 0, number: 0, length: 0, experimenter: 0, bits: 0, rank: unknownRank)
  }
}
