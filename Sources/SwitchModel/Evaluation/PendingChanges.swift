import OpenFlow

/// What has to be written into a packet for it to be what the pipeline made of it.
///
/// What is below a label cannot be written, and so what is known of it stays as it was: when the label goes again it is
/// compared with that.
struct PendingChanges {
  private(set) var actions: [DatapathAction] = []
  /// The packet as the actions leave it.
  private(set) var base: PacketKey
  private let key: PacketKey

  /// The actions that make `old` into `key`, as far as it can be done.
  init(from old: PacketKey, to key: PacketKey) {
    base = old
    self.key = key
    guard base != key else { return }
    Self.write(&base.ethernetSource, key.ethernetSource, to: &actions, HeaderEdit.ethernetSource)
    Self.write(&base.ethernetDestination, key.ethernetDestination, to: &actions, HeaderEdit.ethernetDestination)
    // Without its labels the packet has network and transport layers again, so these come first then.
    let losesLabels = base.isMPLS && !key.isMPLS
    if losesLabels { writeLabels() }
    writeNetwork()
    writeTransport()
    if !losesLabels { writeLabels() }
    writeVLANs()
    if base.queue != key.queue { actions.append(.setQueue(key.queue)) }
    if base.mark != key.mark { actions.append(.setMark(key.mark)) }
    base.queue = key.queue
    base.mark = key.mark
  }

  private static func write<Value: Equatable>(
    _ old: inout Value, _ new: Value, to actions: inout [DatapathAction], _ edit: (Value) -> HeaderEdit
  ) {
    guard old != new else { return }
    old = new
    actions.append(.set(edit(new)))
  }

  private mutating func writeNetwork() {
    guard key.ipProtocol != 0 else { return }
    switch base.etherType {
    case 0x0800:
      Self.write(&base.ipv4Source, key.ipv4Source, to: &actions, HeaderEdit.ipv4Source)
      Self.write(&base.ipv4Destination, key.ipv4Destination, to: &actions, HeaderEdit.ipv4Destination)
      Self.write(&base.trafficClass, key.trafficClass, to: &actions, HeaderEdit.ipv4TOS)
      Self.write(&base.ttl, key.ttl, to: &actions, HeaderEdit.ipv4TTL)
    case 0x86dd:
      Self.write(&base.ipv6Source, key.ipv6Source, to: &actions, HeaderEdit.ipv6Source)
      Self.write(&base.ipv6Destination, key.ipv6Destination, to: &actions, HeaderEdit.ipv6Destination)
      Self.write(&base.trafficClass, key.trafficClass, to: &actions, HeaderEdit.ipv6Class)
      Self.write(&base.flowLabel, key.flowLabel, to: &actions, HeaderEdit.ipv6Label)
      Self.write(&base.ttl, key.ttl, to: &actions, HeaderEdit.ipv6HopLimit)
      if base.ipProtocol == IPNumber.icmpv6 {
        writeNeighborExtensions()
        Self.write(&base.ndTarget, key.ndTarget, to: &actions, HeaderEdit.ndTarget)
        Self.write(&base.arpSource, key.arpSource, to: &actions, HeaderEdit.ndSource)
        Self.write(&base.arpTarget, key.arpTarget, to: &actions, HeaderEdit.ndTargetLink)
      }
    case 0x0806:
      Self.write(&base.ipProtocol, key.ipProtocol, to: &actions) { HeaderEdit.arpOperation(UInt16($0)) }
      Self.write(&base.ipv4Source, key.ipv4Source, to: &actions, HeaderEdit.arpSenderIP)
      Self.write(&base.ipv4Destination, key.ipv4Destination, to: &actions, HeaderEdit.arpTargetIP)
      Self.write(&base.arpSource, key.arpSource, to: &actions, HeaderEdit.arpSender)
      Self.write(&base.arpTarget, key.arpTarget, to: &actions, HeaderEdit.arpTarget)
    default: break
    }
  }

  /// Before the link-layer addresses: it says which of the two the option has.
  private mutating func writeNeighborExtensions() {
    guard base.igmpGroup != key.igmpGroup || base.tcpFlags != key.tcpFlags else { return }
    base.igmpGroup = key.igmpGroup
    base.tcpFlags = key.tcpFlags
    actions.append(
      .set(.ndExtensions(reserved: key.igmpGroup, optionsType: UInt8(truncatingIfNeeded: key.tcpFlags))))
  }

  private mutating func writeTransport() {
    guard key.ipProtocol != 0, base.isIP else { return }
    let number = key.ipProtocol
    switch number {
    case IPNumber.tcp, IPNumber.udp, IPNumber.sctp:
      Self.write(&base.transportSource, key.transportSource, to: &actions) {
        HeaderEdit.sourcePort($0, protocol: number)
      }
      Self.write(&base.transportDestination, key.transportDestination, to: &actions) {
        HeaderEdit.destinationPort($0, protocol: number)
      }
    case IPNumber.icmp where key.isIPv4, IPNumber.icmpv6 where key.isIPv6:
      if base.transportSource != key.transportSource || base.transportDestination != key.transportDestination {
        base.transportSource = key.transportSource
        base.transportDestination = key.transportDestination
        let type = UInt8(truncatingIfNeeded: key.transportSource)
        let code = UInt8(truncatingIfNeeded: key.transportDestination)
        actions.append(.set(.icmp(type: type, code: code, protocol: number)))
      }
    default: break
    }
  }

  /// Pops the labels that are not common to both, then pushes the new ones; a single one in exchange for another is
  /// rewritten in place.
  private mutating func writeLabels() {
    let old = base.isMPLS ? base.mpls.labels : []
    let new = key.isMPLS ? key.mpls.labels : []
    var common = zip(old.reversed(), new.reversed()).prefix { $0 == $1 }.count
    var remaining = old.count
    while remaining > common {
      if remaining - 1 == common && new.count > common {
        let index = new.count - remaining
        if new.indices.contains(index) { actions.append(.setLabel(new[index])) }
        common += 1
      } else {
        let type = !key.isMPLS && remaining > 1 ? 0x8847 : key.etherType
        actions.append(.popLabel(type: type))
        base.etherType = key.etherType
        remaining -= 1
      }
    }
    while remaining < new.count {
      let index = new.count - remaining - 1
      if new.indices.contains(index) { actions.append(.pushLabel(type: key.etherType, entry: new[index])) }
      base.etherType = key.etherType
      remaining += 1
    }
    // With equal labels there is nothing to note; entries past those that count stay then, too.
    guard old != new else { return }
    if key.isMPLS { base.mpls = key.mpls } else { base.mpls.set([]) }
  }

  private mutating func writeVLANs() {
    let old = base.vlans.tags
    let new = key.vlans.tags
    let common = zip(old.reversed(), new.reversed()).prefix { $0 == $1 }.count
    for _ in common..<max(old.count, common) { actions.append(.popVLAN) }
    for tag in new.prefix(new.count - common).reversed() { actions.append(.pushVLAN(tag)) }
    base.vlans = key.vlans
  }
}
