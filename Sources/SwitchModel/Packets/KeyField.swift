import OpenFlow

/// A field of a packet key that can be matched, read and, for most, written; found by its OXM or NXM number.
struct KeyField: Hashable, Sendable {
  /// Where the field is in the key.
  enum Place: Hashable, Sendable {
    case inPort, inPort16, metadata, tunnelID, tunnelSource, tunnelDestination, tunnelIPv6Source, tunnelIPv6Destination
    case tunnelFlags, tunnelGroupPolicy, tunnelGroupPolicyFlags
    case tunnelOption(UInt8, length: Int)
    case register(Int), doubleRegister(Int), quadRegister(Int)
    case mark, hash, recirculation, conjunction, actionSetOutput
    case ctState, ctZone, ctMark, ctLabel, ctProtocol, ctIPv4Source, ctIPv4Destination, ctIPv6Source
    case ctIPv6Destination, ctSourcePort, ctDestinationPort
    case ethernetSource, ethernetDestination, etherType, vlanControl, vlanID, vlanPriority
    case mplsLabel, mplsClass, mplsBottom, mplsTTL
    case ipv4Source, ipv4Destination, ipv6Source, ipv6Destination, flowLabel, fragment, tos, dscp, ecn, ttl, ipProtocol
    case arpOperation, arpSourceIP, arpTargetIP, arpSource, arpTarget
    case transportSource, transportDestination, tcpFlags, type, code, ndTarget, ndSource, ndTargetLink
    case ndReserved, ndOptionsType
  }

  /// What a packet has to be for the field to be in it.
  enum Prerequisite: Hashable, Sendable {
    case none, arp, ipv4, ipv6, ip, vlan, mpls, connection
    case transport(UInt8)
    case icmp, icmpv6, neighborDiscovery, neighborSolicitation, neighborAdvertisement
  }

  let place: Place
  let bits: Int
  let prerequisite: Prerequisite
  let isWritable: Bool

  private init(_ place: Place, _ bits: Int, _ prerequisite: Prerequisite = .none, readOnly: Bool = false) {
    self.place = place
    self.bits = bits
    self.prerequisite = prerequisite
    self.isWritable = !readOnly
  }

  /// All bits.
  var allOnes: UInt128 { bits >= 128 ? .max : (UInt128(1) << UInt128(bits)) - 1 }

  /// Whether the field belongs to the network layer or one above: a label popped just before hides those.
  var isAboveLabels: Bool {
    switch prerequisite {
    case .none, .vlan, .mpls, .connection: false
    default: true
    }
  }

  /// The field of these numbers; nil for one that evaluation does not know.
  init?(_ field: Field) {
    switch (field.oxmClass, field.number) {
    case (0x0001, 40...103):
      self.init(.tunnelOption(field.number - 40, length: Int(field.length)), Int(field.length) * 8)
    default:
      guard let known = KeyField.known[UInt32(field.oxmClass) << 8 | UInt32(field.number)] else { return nil }
      self = known
    }
  }

  /// The fields with their numbers: of those that have several, the OXM number.
  static var numbered: [(oxmClass: UInt16, number: UInt8, field: KeyField)] {
    var byPlace: [Place: (oxmClass: UInt16, number: UInt8, field: KeyField)] = [:]
    for (key, field) in known.sorted(by: { $0.key < $1.key }) {
      byPlace[field.place] = (UInt16(key >> 8), UInt8(key & 0xff), field)
    }
    return byPlace.values.sorted { ($0.oxmClass, $0.number) < ($1.oxmClass, $1.number) }
  }

  private static let known: [UInt32: KeyField] = {
    var table: [UInt32: KeyField] = [:]
    func add(_ numbers: [(UInt32, UInt32)], _ field: KeyField) {
      for (oxmClass, number) in numbers { table[oxmClass << 8 | number] = field }
    }
    let oxm: UInt32 = 0x8000
    let old: UInt32 = 0
    let new: UInt32 = 1
    let registers: UInt32 = 0x8001
    let experimenter: UInt32 = 0xffff
    add([(oxm, 0)], KeyField(.inPort, 32))
    add([(old, 0)], KeyField(.inPort16, 16))
    add([(oxm, 2)], KeyField(.metadata, 64))
    add([(oxm, 38), (new, 16)], KeyField(.tunnelID, 64))
    add([(new, 31)], KeyField(.tunnelSource, 32))
    add([(new, 32)], KeyField(.tunnelDestination, 32))
    add([(new, 109)], KeyField(.tunnelIPv6Source, 128))
    add([(new, 110)], KeyField(.tunnelIPv6Destination, 128))
    add([(new, 104)], KeyField(.tunnelFlags, 16))
    add([(new, 38)], KeyField(.tunnelGroupPolicy, 16))
    add([(new, 39)], KeyField(.tunnelGroupPolicyFlags, 8))
    for index in 0..<UInt32(PacketKey.registerCount) { add([(new, index)], KeyField(.register(Int(index)), 32)) }
    for index in 0..<UInt32(8) { add([(registers, index)], KeyField(.doubleRegister(Int(index)), 64)) }
    for index in 0..<UInt32(4) { add([(new, 111 + index)], KeyField(.quadRegister(Int(index)), 128)) }
    add([(new, 33)], KeyField(.mark, 32))
    add([(new, 35)], KeyField(.hash, 32, readOnly: true))
    add([(new, 36)], KeyField(.recirculation, 32, readOnly: true))
    add([(new, 37)], KeyField(.conjunction, 32, readOnly: true))
    add([(experimenter, 43)], KeyField(.actionSetOutput, 32, readOnly: true))
    add([(new, 105)], KeyField(.ctState, 32, readOnly: true))
    add([(new, 106)], KeyField(.ctZone, 16, readOnly: true))
    add([(new, 107)], KeyField(.ctMark, 32))
    add([(new, 108)], KeyField(.ctLabel, 128))
    add([(new, 119)], KeyField(.ctProtocol, 8, .connection, readOnly: true))
    add([(new, 120)], KeyField(.ctIPv4Source, 32, .connection, readOnly: true))
    add([(new, 121)], KeyField(.ctIPv4Destination, 32, .connection, readOnly: true))
    add([(new, 122)], KeyField(.ctIPv6Source, 128, .connection, readOnly: true))
    add([(new, 123)], KeyField(.ctIPv6Destination, 128, .connection, readOnly: true))
    add([(new, 124)], KeyField(.ctSourcePort, 16, .connection, readOnly: true))
    add([(new, 125)], KeyField(.ctDestinationPort, 16, .connection, readOnly: true))
    add([(oxm, 4), (old, 2)], KeyField(.ethernetSource, 48))
    add([(oxm, 3), (old, 1)], KeyField(.ethernetDestination, 48))
    add([(oxm, 5), (old, 3)], KeyField(.etherType, 16, readOnly: true))
    add([(old, 4)], KeyField(.vlanControl, 16))
    add([(oxm, 6)], KeyField(.vlanID, 13))
    add([(oxm, 7)], KeyField(.vlanPriority, 3, .vlan))
    add([(oxm, 34)], KeyField(.mplsLabel, 20, .mpls))
    add([(oxm, 35)], KeyField(.mplsClass, 3, .mpls))
    add([(oxm, 36)], KeyField(.mplsBottom, 1, .mpls, readOnly: true))
    add([(new, 30)], KeyField(.mplsTTL, 8, .mpls))
    add([(oxm, 11), (old, 7)], KeyField(.ipv4Source, 32, .ipv4))
    add([(oxm, 12), (old, 8)], KeyField(.ipv4Destination, 32, .ipv4))
    add([(oxm, 26), (new, 19)], KeyField(.ipv6Source, 128, .ipv6))
    add([(oxm, 27), (new, 20)], KeyField(.ipv6Destination, 128, .ipv6))
    add([(oxm, 28), (new, 27)], KeyField(.flowLabel, 20, .ipv6))
    add([(new, 26)], KeyField(.fragment, 8, .ip, readOnly: true))
    add([(old, 5)], KeyField(.tos, 8, .ip))
    add([(oxm, 8)], KeyField(.dscp, 6, .ip))
    add([(oxm, 9), (new, 28)], KeyField(.ecn, 2, .ip))
    add([(new, 29)], KeyField(.ttl, 8, .ip))
    add([(oxm, 10), (old, 6)], KeyField(.ipProtocol, 8, .ip, readOnly: true))
    add([(oxm, 21), (old, 15)], KeyField(.arpOperation, 16, .arp))
    add([(oxm, 22), (old, 16)], KeyField(.arpSourceIP, 32, .arp))
    add([(oxm, 23), (old, 17)], KeyField(.arpTargetIP, 32, .arp))
    add([(oxm, 24), (new, 17)], KeyField(.arpSource, 48, .arp))
    add([(oxm, 25), (new, 18)], KeyField(.arpTarget, 48, .arp))
    add([(oxm, 13), (old, 9)], KeyField(.transportSource, 16, .transport(IPNumber.tcp)))
    add([(oxm, 14), (old, 10)], KeyField(.transportDestination, 16, .transport(IPNumber.tcp)))
    add([(experimenter, 42), (new, 34)], KeyField(.tcpFlags, 12, .transport(IPNumber.tcp), readOnly: true))
    add([(oxm, 15), (old, 11)], KeyField(.transportSource, 16, .transport(IPNumber.udp)))
    add([(oxm, 16), (old, 12)], KeyField(.transportDestination, 16, .transport(IPNumber.udp)))
    add([(oxm, 17)], KeyField(.transportSource, 16, .transport(IPNumber.sctp)))
    add([(oxm, 18)], KeyField(.transportDestination, 16, .transport(IPNumber.sctp)))
    add([(oxm, 19), (old, 13)], KeyField(.type, 8, .icmp))
    add([(oxm, 20), (old, 14)], KeyField(.code, 8, .icmp))
    add([(oxm, 29), (new, 21)], KeyField(.type, 8, .icmpv6))
    add([(oxm, 30), (new, 22)], KeyField(.code, 8, .icmpv6))
    add([(oxm, 31), (new, 23)], KeyField(.ndTarget, 128, .neighborDiscovery))
    add([(oxm, 32), (new, 24)], KeyField(.ndSource, 48, .neighborSolicitation))
    add([(oxm, 33), (new, 25)], KeyField(.ndTargetLink, 48, .neighborAdvertisement))
    add([(0x1000, 1)], KeyField(.ndReserved, 32, .neighborDiscovery))
    add([(0x1000, 2)], KeyField(.ndOptionsType, 8, .neighborDiscovery))
    return table
  }()
}

extension PacketKey {
  /// Whether the packet has what a field needs.
  func satisfies(_ prerequisite: KeyField.Prerequisite) -> Bool {
    switch prerequisite {
    case .none: true
    case .arp: isARP
    case .ipv4: isIPv4
    case .ipv6: isIPv6
    case .ip: isIP
    case .vlan: vlans.outer.isPresent
    case .mpls: isMPLS
    case .connection: !connection.state.isDisjoint(with: [.new, .established, .reply])
    case .transport(let number): isIP(protocol: number) && !isLaterFragment
    case .icmp: isIPv4 && ipProtocol == IPNumber.icmp
    case .icmpv6: isIPv6 && ipProtocol == IPNumber.icmpv6
    case .neighborDiscovery: isNeighborDiscovery()
    case .neighborSolicitation: isNeighborDiscovery(type: 135)
    case .neighborAdvertisement: isNeighborDiscovery(type: 136)
    }
  }
}
