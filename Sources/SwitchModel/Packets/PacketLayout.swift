/// Where the layers of a frame begin, as parsing found them; nil for one that is not there.
struct PacketLayout: Hashable, Sendable {
  /// The Ethernet type of the network header.
  var etherType: UInt16 = 0
  /// The first MPLS label.
  var labels: Int?
  /// The network header, or what stands in its place.
  var network: Int?
  /// The transport header, behind options and extension headers; only in IP packets.
  var transport: Int?
  /// The end of the network packet: padding of the link comes after it.
  var end: Int = 0

  /// The number of bytes from the transport header to the end of the packet.
  var transportLength: Int { transport.map { max(end - $0, 0) } ?? 0 }
}

/// A frame, parsed: where its layers are, and the header fields of its key. The metadata of the key stays as it is given.
struct PacketParser {
  private let bytes: [UInt8]
  private var offset = 0
  private var key: PacketKey
  private var layout = PacketLayout()

  /// Parses `bytes` on top of the metadata in `key`, with at most `vlanLimit` VLAN tags looked through.
  static func parse(
    _ bytes: [UInt8], metadata key: PacketKey, vlanLimit: Int
  ) -> (key: PacketKey, layout: PacketLayout) {
    var parser = PacketParser(bytes: bytes, key: key)
    parser.layout.end = bytes.count
    parser.parseLink(vlanLimit: vlanLimit)
    return (parser.key, parser.layout)
  }

  private init(bytes: [UInt8], key: PacketKey) {
    self.bytes = bytes
    self.key = key
  }

  private var remaining: Int { max(layout.end - offset, 0) }

  private mutating func parseLink(vlanLimit: Int) {
    guard let destination = bytes.uint48(at: 0), let source = bytes.uint48(at: 6), bytes.count >= 14 else { return }
    key.ethernetDestination = destination
    key.ethernetSource = source
    offset = 12
    while let type = bytes.uint16(at: offset), VLANStack.isTagType(type),
      key.vlans.count < min(vlanLimit, VLANStack.capacity), remaining >= 6, let control = bytes.uint16(at: offset + 2)
    {
      key.vlans.append(VLANStack.Tag(type: type, control: control | VLANStack.present))
      offset += 4
    }
    key.etherType = parseEtherType()
    layout.etherType = key.etherType
    if key.isMPLS {
      layout.labels = offset
      parseLabels()
    }
    layout.network = offset
    switch key.etherType {
    case 0x0800: parseIPv4()
    case 0x86dd: parseIPv6()
    case 0x0806, 0x8035: parseARP()
    default: break
    }
  }

  /// The Ethernet type, or the one behind an LLC and SNAP header when there is a length (IEEE 802.3).
  private mutating func parseEtherType() -> UInt16 {
    guard let type = bytes.uint16(at: offset) else { return PacketKey.etherTypeNone }
    offset += 2
    guard type < 0x0600 else { return type }
    guard remaining >= 8, bytes.number(at: offset, count: 6) == 0xaaaa_0300_0000,
      let inner = bytes.uint16(at: offset + 6)
    else { return PacketKey.etherTypeNone }
    offset += 8
    return inner >= 0x0600 ? inner : PacketKey.etherTypeNone
  }

  private mutating func parseLabels() {
    var labels: [UInt32] = []
    while remaining >= 4, let entry = bytes.uint32(at: offset) {
      offset += 4
      if labels.count < LabelStack.capacity { labels.append(entry) }
      if entry & LabelStack.bottom != 0 { break }
    }
    key.mpls.set(labels)
  }

  private mutating func parseARP() {
    // Ethernet and IPv4 only; an operation of more than 8 bits cannot be matched.
    guard remaining >= 28, bytes.uint16(at: offset) == 1, bytes.uint16(at: offset + 2) == 0x0800,
      bytes.uint16(at: offset + 4) == 0x0604, let operation = bytes.uint16(at: offset + 6)
    else { return }
    key.arpSource = bytes.uint48(at: offset + 8) ?? 0
    key.ipv4Source = bytes.uint32(at: offset + 14) ?? 0
    key.arpTarget = bytes.uint48(at: offset + 18) ?? 0
    key.ipv4Destination = bytes.uint32(at: offset + 24) ?? 0
    if operation <= 0xff { key.ipProtocol = UInt8(truncatingIfNeeded: operation) }
  }

  private mutating func parseIPv4() {
    guard remaining >= 20, let version = bytes.byte(at: offset), let total = bytes.uint16(at: offset + 2) else {
      return
    }
    let headerLength = Int(version & 0x0f) * 4
    guard headerLength >= 20, remaining >= headerLength, Int(total) <= remaining, headerLength <= Int(total) else {
      return
    }
    layout.end = offset + Int(total)
    key.ipv4Source = bytes.uint32(at: offset + 12) ?? 0
    key.ipv4Destination = bytes.uint32(at: offset + 16) ?? 0
    key.trafficClass = bytes.byte(at: offset + 1) ?? 0
    key.ttl = bytes.byte(at: offset + 8) ?? 0
    key.ipProtocol = bytes.byte(at: offset + 9) ?? 0
    let fragment = bytes.uint16(at: offset + 6) ?? 0
    if fragment & 0x3fff != 0 {
      key.fragment = PacketKey.anyFragment
      if fragment & 0x1fff != 0 { key.fragment |= PacketKey.laterFragment }
    }
    offset += headerLength
    parseTransport()
  }

  private mutating func parseIPv6() {
    guard remaining >= 40, let first = bytes.uint32(at: offset), let payload = bytes.uint16(at: offset + 4),
      Int(payload) + 40 <= remaining
    else { return }
    layout.end = offset + 40 + Int(payload)
    key.ipv6Source = bytes.number(at: offset + 8, count: 16) ?? 0
    key.ipv6Destination = bytes.number(at: offset + 24, count: 16) ?? 0
    var next = bytes.byte(at: offset + 6) ?? 0
    let ttl = bytes.byte(at: offset + 7) ?? 0
    offset += 40
    guard parseExtensionHeaders(&next) else { return }
    key.flowLabel = first & 0xfffff
    key.trafficClass = UInt8(truncatingIfNeeded: first >> 20)
    key.ttl = ttl
    key.ipProtocol = next
    parseTransport()
  }

  /// Passes over extension headers; false when one is cut off, which hides all but the addresses.
  private mutating func parseExtensionHeaders(_ next: inout UInt8) -> Bool {
    while true {
      let length: Int
      switch next {
      case IPNumber.hopByHop, IPNumber.routing, IPNumber.destinationOptions:
        guard remaining >= 8, let units = bytes.byte(at: offset + 1) else { return false }
        length = (Int(units) + 1) * 8
      case IPNumber.authentication:
        guard remaining >= 8, let units = bytes.byte(at: offset + 1) else { return false }
        length = (Int(units) + 2) * 4
      case IPNumber.fragment:
        guard remaining >= 8, let position = bytes.uint16(at: offset + 2) else { return false }
        length = 8
        if position != 0 {
          key.fragment = PacketKey.anyFragment
          if position & 0xfff8 != 0 {
            key.fragment |= PacketKey.laterFragment
            next = IPNumber.fragment
            offset += length
            return true
          }
        }
      default: return true
      }
      guard remaining >= length, let following = bytes.byte(at: offset) else { return false }
      next = following
      offset += length
    }
  }

  private mutating func parseTransport() {
    layout.transport = offset
    guard !key.isLaterFragment else { return }
    switch key.ipProtocol {
    case IPNumber.tcp:
      guard remaining >= 20, let control = bytes.uint16(at: offset + 12) else { return }
      let headerLength = Int(control >> 12) * 4
      guard headerLength >= 20, remaining >= headerLength else { return }
      key.tcpFlags = control & 0x0fff
      readPorts()
    case IPNumber.udp: if remaining >= 8 { readPorts() }
    case IPNumber.sctp: if remaining >= 12 { readPorts() }
    case IPNumber.icmp: if remaining >= 8 { readTypeAndCode() }
    case IPNumber.igmp:
      guard remaining >= 8 else { return }
      readTypeAndCode()
      key.igmpGroup = bytes.uint32(at: offset + 4) ?? 0
    case IPNumber.icmpv6:
      guard remaining >= 8 else { return }
      readTypeAndCode()
      if key.isNeighborDiscovery() { parseNeighborDiscovery() }
    default: break
    }
  }

  private mutating func readPorts() {
    key.transportSource = bytes.uint16(at: offset) ?? 0
    key.transportDestination = bytes.uint16(at: offset + 2) ?? 0
  }

  private mutating func readTypeAndCode() {
    key.transportSource = UInt16(bytes.byte(at: offset) ?? 0)
    key.transportDestination = UInt16(bytes.byte(at: offset + 1) ?? 0)
  }

  /// The target and the link-layer address options (RFC 4861 section 4.3); an option that is there twice makes all of
  /// it unreadable.
  private mutating func parseNeighborDiscovery() {
    key.igmpGroup = bytes.uint32(at: offset + 4) ?? 0
    guard remaining >= 24, let target = bytes.number(at: offset + 8, count: 16) else { return }
    key.ndTarget = target
    var position = offset + 24
    var optionType: UInt16 = 0
    while layout.end - position >= 8, let type = bytes.byte(at: position), let units = bytes.byte(at: position + 1) {
      let length = Int(units) * 8
      guard length > 0, length <= layout.end - position else { return }
      if type == 1 || type == 2, length == 8, let address = bytes.uint48(at: position + 2) {
        let isRepeated = type == 1 ? key.arpSource != 0 : key.arpTarget != 0
        if isRepeated {
          key.ndTarget = 0
          key.arpSource = 0
          key.arpTarget = 0
          key.tcpFlags = optionType
          return
        }
        if type == 1 { key.arpSource = address } else { key.arpTarget = address }
        if optionType == 0 { optionType = UInt16(type) }
      }
      key.tcpFlags = optionType
      position += length
    }
  }
}
