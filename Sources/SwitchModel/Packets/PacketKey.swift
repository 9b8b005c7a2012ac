import OpenFlow

/// Everything that a flow can match of a packet, its metadata included.
///
/// Header fields that share a place here share it in Open vSwitch too, and that shows: ARP's addresses are the IPv4
/// addresses, its operation is the IP protocol, ICMP's type and code are the ports, the link-layer addresses of
/// neighbor discovery are ARP's, its reserved word is IGMP's group and the type of its option TCP's flags.
struct PacketKey: Hashable, Sendable {
  // Metadata that lives as long as the packet is in the pipeline.
  var tunnel = TunnelMetadata()
  var metadata: UInt64 = 0
  var registers = [UInt32](repeating: 0, count: PacketKey.registerCount)
  var queue: UInt32 = 0
  var mark: UInt32 = 0
  var hash: UInt32 = 0
  var recirculation: UInt32 = 0
  var conjunction: UInt32 = 0
  var inPort: UInt32 = 0
  var actionSetOutput: UInt32 = PacketKey.noOutput
  var connection = ConnectionMetadata()

  // Link layer.
  var ethernetDestination: UInt64 = 0
  var ethernetSource: UInt64 = 0
  /// After VLAN tags. A frame with a length in its place has `etherTypeNone`.
  var etherType: UInt16 = 0
  var vlans = VLANStack()
  var mpls = LabelStack()

  // Network and transport layers.
  var ipv4Source: UInt32 = 0
  var ipv4Destination: UInt32 = 0
  var ipv6Source: UInt128 = 0
  var ipv6Destination: UInt128 = 0
  var flowLabel: UInt32 = 0
  var fragment: UInt8 = 0
  var trafficClass: UInt8 = 0
  var ttl: UInt8 = 0
  var ipProtocol: UInt8 = 0
  var ndTarget: UInt128 = 0
  var arpSource: UInt64 = 0
  var arpTarget: UInt64 = 0
  var tcpFlags: UInt16 = 0
  var transportSource: UInt16 = 0
  var transportDestination: UInt16 = 0
  var igmpGroup: UInt32 = 0

  static let registerCount = 16
  /// No action of the action set outputs (OFPP_UNSET).
  static let noOutput: UInt32 = 0xffff_fff7
  /// The Ethernet type of a frame that has none (OFP_DL_TYPE_NOT_ETH_TYPE).
  static let etherTypeNone: UInt16 = 0x05ff

  /// It is part of a fragmented packet.
  static let anyFragment: UInt8 = 1
  /// It is not the first fragment.
  static let laterFragment: UInt8 = 2
}

extension PacketKey {
  var isIPv4: Bool { etherType == 0x0800 }
  var isIPv6: Bool { etherType == 0x86dd }
  var isIP: Bool { isIPv4 || isIPv6 }
  var isARP: Bool { etherType == 0x0806 || etherType == 0x8035 }
  var isMPLS: Bool { LabelStack.isLabelType(etherType) }
  var isLaterFragment: Bool { fragment & PacketKey.laterFragment != 0 }

  /// Whether it is an IP packet of this protocol; of a later fragment only the protocol is known.
  func isIP(protocol number: UInt8) -> Bool { isIP && ipProtocol == number }

  /// Whether it is neighbor discovery, with `type` when one is asked for.
  func isNeighborDiscovery(type: UInt16? = nil) -> Bool {
    guard isIPv6, ipProtocol == IPNumber.icmpv6, transportDestination == 0, !isLaterFragment else { return false }
    guard let type else { return transportSource == 135 || transportSource == 136 }
    return transportSource == type
  }

  /// Forgets all of the network and transport layers, as a label that is pushed hides them.
  mutating func clearNetworkLayers() {
    let empty = PacketKey()
    ipv4Source = empty.ipv4Source
    ipv4Destination = empty.ipv4Destination
    ipv6Source = empty.ipv6Source
    ipv6Destination = empty.ipv6Destination
    flowLabel = 0
    fragment = 0
    trafficClass = 0
    ttl = 0
    ipProtocol = 0
    ndTarget = 0
    arpSource = 0
    arpTarget = 0
    tcpFlags = 0
    transportSource = 0
    transportDestination = 0
    igmpGroup = 0
    hash = 0
  }
}

/// The IP protocol numbers that evaluation knows.
enum IPNumber {
  static let hopByHop: UInt8 = 0
  static let icmp: UInt8 = 1
  static let igmp: UInt8 = 2
  static let tcp: UInt8 = 6
  static let udp: UInt8 = 17
  static let routing: UInt8 = 43
  static let fragment: UInt8 = 44
  static let authentication: UInt8 = 51
  static let icmpv6: UInt8 = 58
  static let destinationOptions: UInt8 = 60
  static let sctp: UInt8 = 132
}

/// The two outer VLAN tags, as many as Open vSwitch keeps.
struct VLANStack: Hashable, Sendable {
  /// A tag: its Ethernet type, and its control information with bit 12 saying that it is there.
  struct Tag: Hashable, Sendable {
    var type: UInt16 = 0
    var control: UInt16 = 0
    var isPresent: Bool { control & VLANStack.present != 0 }
  }

  static let present: UInt16 = 0x1000
  static let capacity = 2

  private(set) var outer = Tag()
  private(set) var inner = Tag()

  /// How many tags there are, from the outside.
  var count: Int { outer.isPresent ? (inner.isPresent ? 2 : 1) : 0 }

  /// The tags from the outside.
  var tags: [Tag] { Array([outer, inner].prefix(count)) }

  /// Adds a tag outside the others; a third one pushes the innermost out.
  mutating func push(_ tag: Tag) {
    inner = outer
    outer = tag
  }

  /// Takes the outer tag off.
  mutating func pop() {
    outer = inner
    inner = Tag()
  }

  /// Adds a tag inside the others, as parsing finds them.
  mutating func append(_ tag: Tag) {
    if count == 0 { outer = tag } else { inner = tag }
  }

  /// The outer tag's control information. Setting it gives a packet without a tag one, and zero takes the tag away.
  var control: UInt16 {
    get { outer.control }
    set {
      outer.control = newValue
      if newValue == 0 { outer.type = 0 } else if outer.type == 0 { outer.type = 0x8100 }
    }
  }

  /// Whether an Ethernet type announces a tag.
  static func isTagType(_ type: UInt16) -> Bool { type == 0x8100 || type == 0x88a8 }
}

/// The three outer MPLS labels, as many as Open vSwitch keeps. An entry of zero past the others is none.
struct LabelStack: Hashable, Sendable {
  static let capacity = 3
  static let bottom: UInt32 = 0x100

  private(set) var entries: [UInt32] = [0, 0, 0]

  /// The outermost entry.
  var top: UInt32 {
    get { entries.first ?? 0 }
    set { if !entries.isEmpty { entries[0] = newValue } }
  }

  /// How many entries there are.
  var count: Int {
    var count = 0
    for (index, entry) in entries.enumerated() {
      if entry & LabelStack.bottom != 0 { return index + 1 }
      if entry != 0 { count += 1 }
    }
    return count
  }

  /// The entries from the outside.
  var labels: [UInt32] { Array(entries.prefix(count)) }

  /// Replaces all entries.
  mutating func set(_ labels: [UInt32]) {
    entries = Array((labels + [0, 0, 0]).prefix(LabelStack.capacity))
  }

  /// Whether an Ethernet type announces labels.
  static func isLabelType(_ type: UInt16) -> Bool { type == 0x8847 || type == 0x8848 }
}
