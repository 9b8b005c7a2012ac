/// What a field needs before it may be matched on: what Open vSwitch refuses a match without (OpenFlow 1.3.5 section
/// 7.2.2.8, and ovs-fields(7)).
///
/// A requirement is met by fields that come before in the match, so the order of the match's bytes counts.
public enum FieldRequirement: Hashable, Sendable, CaseIterable {
  /// Nothing.
  case none
  /// An Ethernet frame, which packets are unless `packet_type` says otherwise.
  case ethernet
  /// A VLAN tag.
  case vlan
  /// An IPv4 packet.
  case ipv4
  /// An IPv6 packet.
  case ipv6
  /// An IPv4 or IPv6 packet.
  case ip
  /// An ARP or RARP packet.
  case arp
  /// An MPLS packet.
  case mpls
  /// A network service header.
  case nsh
  /// A provider backbone bridging tag.
  case pbb
  /// TCP, in a packet that is not a later fragment.
  case tcp
  /// UDP, in a packet that is not a later fragment.
  case udp
  /// SCTP, in a packet that is not a later fragment.
  case sctp
  /// ICMP over IPv4.
  case icmpv4
  /// ICMP over IPv6.
  case icmpv6
  /// A neighbor solicitation or advertisement.
  case neighborDiscovery
  /// A neighbor solicitation.
  case neighborSolicitation
  /// A neighbor advertisement.
  case neighborAdvertisement
  /// A packet that connection tracking has found valid.
  case connection
  /// A physical port makes sense only together with the port.
  case inPort
}

extension FieldRequirement: CustomStringConvertible {
  /// What a match has to say, as ovs-ofctl has it: `ip_proto=6 (tcp or tcp6)`.
  public var description: String {
    switch self {
    case .none: "nothing"
    case .ethernet: "packet_type=(0,0) (eth)"
    case .vlan: "a tag: vlan_tci=0x1000/0x1000 or dl_vlan"
    case .ipv4: "eth_type=0x0800 (ip)"
    case .ipv6: "eth_type=0x86dd (ipv6)"
    case .ip: "eth_type=0x0800 (ip) or 0x86dd (ipv6)"
    case .arp: "eth_type=0x0806 (arp) or 0x8035 (rarp)"
    case .mpls: "eth_type=0x8847 (mpls) or 0x8848 (mplsm)"
    case .nsh: "eth_type=0x894f"
    case .pbb: "eth_type=0x88e7"
    case .tcp: "ip_proto=6 (tcp or tcp6) without nw_frag=later"
    case .udp: "ip_proto=17 (udp or udp6) without nw_frag=later"
    case .sctp: "ip_proto=132 (sctp or sctp6) without nw_frag=later"
    case .icmpv4: "eth_type=0x0800 and ip_proto=1 (icmp)"
    case .icmpv6: "eth_type=0x86dd and ip_proto=58 (icmp6)"
    case .neighborDiscovery: "icmp6 with icmp_type=135 or 136 and icmp_code=0"
    case .neighborSolicitation: "icmp6 with icmp_type=135 and icmp_code=0"
    case .neighborAdvertisement: "icmp6 with icmp_type=136 and icmp_code=0"
    case .connection: "ct_state with +new, +est, +rel, +rpl, +snat, +dnat or +trk-inv"
    case .inPort: "in_port"
    }
  }
}

extension Field {
  /// What a match on the field needs; nothing for a field that is not known.
  public var requirement: FieldRequirement { FieldRegistry.description(of: self)?.requirement ?? .none }

  /// Whether single bits of the field can be matched on.
  public var isMaskable: Bool { FieldRegistry.description(of: self)?.isMaskable ?? true }

  /// Whether Open vSwitch knows the field; a few of the standard's it does not.
  public var isSpoken: Bool { FieldRegistry.description(of: self)?.isSpoken ?? false }
}
