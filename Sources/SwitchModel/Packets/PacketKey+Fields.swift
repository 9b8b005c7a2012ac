extension PacketKey {
  /// The value of a field; what the packet does not have is zero.
  subscript(place: KeyField.Place) -> UInt128 {
    get { UInt128(metadataValue(place) ?? headerValue(place)) }
    set { if !setMetadata(place, newValue) { setHeader(place, newValue) } }
  }

  /// The value of some bits of a field.
  func value(of field: KeyField, offset: Int, count: Int) -> UInt128 {
    guard offset >= 0, offset < 128 else { return 0 }
    return self[field.place] >> UInt128(offset) & PacketKey.ones(count)
  }

  /// Writes some bits of a field.
  mutating func set(_ field: KeyField, offset: Int, count: Int, to value: UInt128) {
    guard offset >= 0, offset < 128 else { return }
    let mask = PacketKey.ones(count) << UInt128(offset) & field.allOnes
    self[field.place] = self[field.place] & ~mask | value << UInt128(offset) & mask
  }

  /// A number of this many ones.
  static func ones(_ count: Int) -> UInt128 {
    count >= 128 ? .max : count <= 0 ? 0 : (UInt128(1) << UInt128(count)) - 1
  }

  private func metadataValue(_ place: KeyField.Place) -> UInt128? {
    switch place {
    case .inPort: UInt128(inPort)
    case .inPort16: UInt128(inPort & 0xffff)
    case .metadata: UInt128(metadata)
    case .tunnelID: UInt128(tunnel.id)
    case .tunnelSource: UInt128(tunnel.source)
    case .tunnelDestination: UInt128(tunnel.destination)
    case .tunnelIPv6Source: tunnel.ipv6Source
    case .tunnelIPv6Destination: tunnel.ipv6Destination
    case .tunnelFlags: UInt128(tunnel.flags)
    case .tunnelGroupPolicy: UInt128(tunnel.groupPolicy)
    case .tunnelGroupPolicyFlags: UInt128(tunnel.groupPolicyFlags)
    case .tunnelOption(let index, _):
      tunnel.options[index].flatMap { $0.number(at: max(0, $0.count - 16), count: min(16, $0.count)) } ?? 0
    case .register(let index): register(index)
    case .doubleRegister(let index): register(2 * index) << 32 | register(2 * index + 1)
    case .quadRegister(let index): (0..<4).reduce(0) { $0 << 32 | register(4 * index + $1) }
    case .mark: UInt128(mark)
    case .hash: UInt128(hash)
    case .recirculation: UInt128(recirculation)
    case .conjunction: UInt128(conjunction)
    case .actionSetOutput: UInt128(actionSetOutput)
    case .ctState: UInt128(connection.state.rawValue)
    case .ctZone: UInt128(connection.zone)
    case .ctMark: UInt128(connection.mark)
    case .ctLabel: connection.label
    case .ctProtocol: UInt128(connection.tuple.ipProtocol)
    case .ctIPv4Source: connection.tuple.isIPv6 ? 0 : connection.tuple.source
    case .ctIPv4Destination: connection.tuple.isIPv6 ? 0 : connection.tuple.destination
    case .ctIPv6Source: connection.tuple.isIPv6 ? connection.tuple.source : 0
    case .ctIPv6Destination: connection.tuple.isIPv6 ? connection.tuple.destination : 0
    case .ctSourcePort: UInt128(connection.tuple.sourcePort)
    case .ctDestinationPort: UInt128(connection.tuple.destinationPort)
    default: nil
    }
  }

  private func headerValue(_ place: KeyField.Place) -> UInt128 {
    switch place {
    case .ethernetSource: UInt128(ethernetSource)
    case .ethernetDestination: UInt128(ethernetDestination)
    case .etherType: UInt128(etherType)
    case .vlanControl: UInt128(vlans.control)
    case .vlanID: UInt128(vlans.control & 0x1fff)
    case .vlanPriority: UInt128(vlans.control >> 13)
    case .mplsLabel: UInt128(mpls.top >> 12)
    case .mplsClass: UInt128(mpls.top >> 9 & 7)
    case .mplsBottom: UInt128(mpls.top >> 8 & 1)
    case .mplsTTL: UInt128(mpls.top & 0xff)
    case .ipv4Source, .arpSourceIP: UInt128(ipv4Source)
    case .ipv4Destination, .arpTargetIP: UInt128(ipv4Destination)
    case .ipv6Source: ipv6Source
    case .ipv6Destination: ipv6Destination
    case .flowLabel: UInt128(flowLabel)
    case .fragment: UInt128(fragment)
    case .tos: UInt128(trafficClass & 0xfc)
    case .dscp: UInt128(trafficClass >> 2)
    case .ecn: UInt128(trafficClass & 3)
    case .ttl: UInt128(ttl)
    case .ipProtocol, .arpOperation: UInt128(ipProtocol)
    case .arpSource, .ndSource: UInt128(arpSource)
    case .arpTarget, .ndTargetLink: UInt128(arpTarget)
    case .transportSource, .type: UInt128(transportSource)
    case .transportDestination, .code: UInt128(transportDestination)
    case .tcpFlags: UInt128(tcpFlags)
    case .ndTarget: ndTarget
    case .ndReserved: UInt128(igmpGroup)
    case .ndOptionsType: UInt128(tcpFlags)
    default: 0
    }
  }

  private func register(_ index: Int) -> UInt128 {
    registers.indices.contains(index) ? UInt128(registers[index]) : 0
  }

  private mutating func setRegister(_ index: Int, _ value: UInt128) {
    if registers.indices.contains(index) { registers[index] = UInt32(truncatingIfNeeded: value) }
  }

  private mutating func setMetadata(_ place: KeyField.Place, _ value: UInt128) -> Bool {
    switch place {
    case .inPort: inPort = UInt32(truncatingIfNeeded: value)
    case .inPort16:
      let compact = UInt32(truncatingIfNeeded: value) & 0xffff
      inPort = compact >= 0xff00 ? 0xffff_0000 | compact : compact
    case .metadata: metadata = UInt64(truncatingIfNeeded: value)
    case .tunnelID: tunnel.id = UInt64(truncatingIfNeeded: value)
    case .tunnelSource: tunnel.source = UInt32(truncatingIfNeeded: value)
    case .tunnelDestination: tunnel.destination = UInt32(truncatingIfNeeded: value)
    case .tunnelIPv6Source: tunnel.ipv6Source = value
    case .tunnelIPv6Destination: tunnel.ipv6Destination = value
    case .tunnelFlags: tunnel.flags = UInt16(truncatingIfNeeded: value)
    case .tunnelGroupPolicy: tunnel.groupPolicy = UInt16(truncatingIfNeeded: value)
    case .tunnelGroupPolicyFlags: tunnel.groupPolicyFlags = UInt8(truncatingIfNeeded: value)
    case .tunnelOption(let index, let length):
      // Of an option longer than a number only its last bytes are reached.
      var option = tunnel.options[index] ?? [UInt8](repeating: 0, count: length)
      option.write(value, at: max(0, option.count - 16), count: min(16, option.count))
      tunnel.options[index] = option
    case .register(let index): setRegister(index, value)
    case .doubleRegister(let index):
      setRegister(2 * index, value >> 32)
      setRegister(2 * index + 1, value)
    case .quadRegister(let index):
      for part in 0..<4 { setRegister(4 * index + part, value >> UInt128(32 * (3 - part))) }
    case .mark: mark = UInt32(truncatingIfNeeded: value)
    case .ctMark: connection.mark = UInt32(truncatingIfNeeded: value)
    case .ctLabel: connection.label = value
    case .conjunction: conjunction = UInt32(truncatingIfNeeded: value)
    default: return false
    }
    return true
  }

  private mutating func setHeader(_ place: KeyField.Place, _ value: UInt128) {
    let word = UInt32(truncatingIfNeeded: value)
    let half = UInt16(truncatingIfNeeded: value)
    let octet = UInt8(truncatingIfNeeded: value)
    switch place {
    case .ethernetSource: ethernetSource = UInt64(truncatingIfNeeded: value)
    case .ethernetDestination: ethernetDestination = UInt64(truncatingIfNeeded: value)
    case .vlanControl: vlans.control = half
    case .vlanID: vlans.control = vlans.control & 0xe000 | half & 0x1fff
    case .vlanPriority: vlans.control = vlans.control & 0x1fff | half << 13 | VLANStack.present
    case .mplsLabel: mpls.top = mpls.top & 0xfff | word << 12
    case .mplsClass: mpls.top = mpls.top & 0xffff_f1ff | (word & 7) << 9
    case .mplsTTL: mpls.top = mpls.top & 0xffff_ff00 | word & 0xff
    case .ipv4Source, .arpSourceIP: ipv4Source = word
    case .ipv4Destination, .arpTargetIP: ipv4Destination = word
    case .ipv6Source: ipv6Source = value
    case .ipv6Destination: ipv6Destination = value
    case .flowLabel: flowLabel = word & 0xfffff
    case .tos: trafficClass = trafficClass & 3 | octet & 0xfc
    case .dscp: trafficClass = trafficClass & 3 | octet << 2
    case .ecn: trafficClass = trafficClass & 0xfc | octet & 3
    case .ttl: ttl = octet
    case .arpOperation: ipProtocol = octet
    case .arpSource, .ndSource: arpSource = UInt64(truncatingIfNeeded: value)
    case .arpTarget, .ndTargetLink: arpTarget = UInt64(truncatingIfNeeded: value)
    case .transportSource: transportSource = half
    case .transportDestination: transportDestination = half
    case .type: transportSource = UInt16(octet)
    case .code: transportDestination = UInt16(octet)
    case .ndTarget: ndTarget = value
    case .ndReserved: igmpGroup = word
    case .ndOptionsType: tcpFlags = UInt16(octet)
    default: break
    }
  }
}
