import OpenFlow

/// A packet on its way through the datapath: its bytes, where its layers are, and what is known of it besides.
struct DatapathPacket: Sendable {
  var bytes: [UInt8]
  var layout: PacketLayout
  var tunnel: TunnelMetadata
  var inPort: UInt32
  var queue: UInt32 = 0
  var mark: UInt32 = 0
  var connection = ConnectionMetadata()
  /// The connection that the last tracking found, and the direction: what Open vSwitch keeps until the addresses change.
  var cached: CachedConnection?
  /// How many bytes the next output cuts off.
  var cut = 0

  init(bytes: [UInt8], inPort: UInt32, tunnel: TunnelMetadata, mark: UInt32 = 0, vlanLimit: Int) {
    self.bytes = bytes
    self.inPort = inPort
    self.tunnel = tunnel
    self.mark = mark
    self.layout = PacketParser.parse(bytes, metadata: PacketKey(), vlanLimit: vlanLimit).layout
  }

  /// Parses the packet again, as it is now.
  mutating func extractKey(vlanLimit: Int) -> PacketKey {
    var key = PacketKey()
    key.tunnel = tunnel
    key.inPort = inPort
    key.queue = queue
    key.mark = mark
    if !connection.state.isEmpty { key.connection = connection }
    let parsed = PacketParser.parse(bytes, metadata: key, vlanLimit: vlanLimit)
    layout = parsed.layout
    key = parsed.key
    // The original tuple is of the connection's address family; a packet of the other one has none.
    if key.connection.tuple.isIPv6 != key.isIPv6 || !key.isIP { key.connection.tuple = ConnectionTuple() }
    return key
  }

  /// What a length check compares: the link's padding behind an IP packet does not count, nor what is to be cut off.
  var lengthToCheck: Int { min(bytes.count, layout.end) - cut }

  // MARK: Tags and labels

  mutating func pushVLAN(_ tag: VLANStack.Tag) {
    guard bytes.count >= 12 else { return }
    let control = tag.control & ~VLANStack.present
    bytes.insert(
      [
        UInt8(truncatingIfNeeded: tag.type >> 8), UInt8(truncatingIfNeeded: tag.type),
        UInt8(truncatingIfNeeded: control >> 8), UInt8(truncatingIfNeeded: control),
      ], at: 12)
    shift(by: 4, labels: true)
  }

  mutating func popVLAN() {
    guard bytes.count >= 18, let type = bytes.uint16(at: 12), VLANStack.isTagType(type) else { return }
    bytes.remove(at: 12, count: 4)
    shift(by: -4, labels: true)
  }

  mutating func pushLabel(type: UInt16, entry: UInt32) {
    guard LabelStack.isLabelType(type), let network = layout.network else { return }
    let labels = layout.labels ?? network
    setEtherType(type)
    bytes.insert((0..<4).map { UInt8(truncatingIfNeeded: entry >> (24 - 8 * $0)) }, at: labels)
    shift(by: 4, labels: false)
    layout.labels = labels
    cached = nil
  }

  mutating func popLabel(type: UInt16) {
    guard isLabeled, let labels = layout.labels, let entry = bytes.uint32(at: labels) else { return }
    setEtherType(type)
    bytes.remove(at: labels, count: 4)
    shift(by: -4, labels: false)
    if entry & LabelStack.bottom != 0 { layout.labels = nil }
  }

  mutating func setLabel(_ entry: UInt32) {
    guard isLabeled, let labels = layout.labels else { return }
    bytes.write(UInt128(entry), at: labels, count: 4)
  }

  private var isLabeled: Bool { layout.labels != nil }

  /// The Ethernet type right before the labels or the network header.
  private mutating func setEtherType(_ type: UInt16) {
    guard let outer = bytes.uint16(at: 12) else { return }
    if VLANStack.isTagType(outer), let next = layout.labels ?? layout.network {
      bytes.write(type, at: next - 2)
    } else {
      bytes.write(type, at: 12)
    }
  }

  private mutating func shift(by distance: Int, labels: Bool) {
    if labels { layout.labels = layout.labels.map { $0 + distance } }
    layout.network = layout.network.map { $0 + distance }
    layout.transport = layout.transport.map { $0 + distance }
    layout.end += distance
  }
}

/// A connection that tracking found for a packet.
struct CachedConnection: Hashable, Sendable {
  var connection: Connection
  var isReply: Bool
  var isRelated: Bool
}
