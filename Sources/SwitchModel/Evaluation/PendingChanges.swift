import OpenFlow

/// What has to be written into a packet for it to be what the pipeline made of it.
struct PendingChanges {
  private(set) var actions: [DatapathAction] = []

  /// The actions that make `base` into `key`.
  static func between(_ base: PacketKey, and key: PacketKey) -> [DatapathAction] {
    guard base != key else { return [] }
    var changes = PendingChanges()
    changes.addEthernet(base, key)
    // Without its labels the packet has network and transport layers again, so these come first then.
    let losesLabels = base.isMPLS && !key.isMPLS
    if losesLabels { changes.addLabels(base, key) }
    changes.addNetwork(base, key)
    changes.addTransport(base, key)
    if !losesLabels { changes.addLabels(base, key) }
    changes.addVLANs(base, key)
    if base.queue != key.queue { changes.actions.append(.setQueue(key.queue)) }
    if base.mark != key.mark { changes.actions.append(.setMark(key.mark)) }
    return changes.actions
  }

  private mutating func add<Value: Equatable>(_ old: Value, _ new: Value, _ edit: (Value) -> HeaderEdit) {
    if old != new { actions.append(.set(edit(new))) }
  }

  private mutating func addEthernet(_ base: PacketKey, _ key: PacketKey) {
    add(base.ethernetSource, key.ethernetSource, HeaderEdit.ethernetSource)
    add(base.ethernetDestination, key.ethernetDestination, HeaderEdit.ethernetDestination)
  }

  private mutating func addNetwork(_ base: PacketKey, _ key: PacketKey) {
    guard key.ipProtocol != 0 else { return }
    switch base.etherType {
    case 0x0800:
      add(base.ipv4Source, key.ipv4Source, HeaderEdit.ipv4Source)
      add(base.ipv4Destination, key.ipv4Destination, HeaderEdit.ipv4Destination)
      add(base.trafficClass, key.trafficClass, HeaderEdit.ipv4TOS)
      add(base.ttl, key.ttl, HeaderEdit.ipv4TTL)
    case 0x86dd:
      add(base.ipv6Source, key.ipv6Source, HeaderEdit.ipv6Source)
      add(base.ipv6Destination, key.ipv6Destination, HeaderEdit.ipv6Destination)
      add(base.trafficClass, key.trafficClass, HeaderEdit.ipv6Class)
      add(base.flowLabel, key.flowLabel, HeaderEdit.ipv6Label)
      add(base.ttl, key.ttl, HeaderEdit.ipv6HopLimit)
      if base.ipProtocol == IPNumber.icmpv6 {
        add(base.ndTarget, key.ndTarget, HeaderEdit.ndTarget)
        add(base.arpSource, key.arpSource, HeaderEdit.ndSource)
        add(base.arpTarget, key.arpTarget, HeaderEdit.ndTargetLink)
      }
    case 0x0806:
      add(UInt16(base.ipProtocol), UInt16(key.ipProtocol), HeaderEdit.arpOperation)
      add(base.ipv4Source, key.ipv4Source, HeaderEdit.arpSenderIP)
      add(base.ipv4Destination, key.ipv4Destination, HeaderEdit.arpTargetIP)
      add(base.arpSource, key.arpSource, HeaderEdit.arpSender)
      add(base.arpTarget, key.arpTarget, HeaderEdit.arpTarget)
    default: break
    }
  }

  private mutating func addTransport(_ base: PacketKey, _ key: PacketKey) {
    guard key.ipProtocol != 0, base.isIP else { return }
    let number = key.ipProtocol
    switch number {
    case IPNumber.tcp, IPNumber.udp, IPNumber.sctp:
      add(base.transportSource, key.transportSource) { HeaderEdit.sourcePort($0, protocol: number) }
      add(base.transportDestination, key.transportDestination) { HeaderEdit.destinationPort($0, protocol: number) }
    case IPNumber.icmp where key.isIPv4, IPNumber.icmpv6 where key.isIPv6:
      if base.transportSource != key.transportSource || base.transportDestination != key.transportDestination {
        let type = UInt8(truncatingIfNeeded: key.transportSource)
        let code = UInt8(truncatingIfNeeded: key.transportDestination)
        actions.append(.set(.icmp(type: type, code: code, protocol: number)))
      }
    default: break
    }
  }

  /// Pops the labels that are not common to both, then pushes the new ones; a single one in exchange for another is
  /// rewritten in place.
  private mutating func addLabels(_ base: PacketKey, _ key: PacketKey) {
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
        remaining -= 1
      }
    }
    while remaining < new.count {
      let index = new.count - remaining - 1
      if new.indices.contains(index) { actions.append(.pushLabel(type: key.etherType, entry: new[index])) }
      remaining += 1
    }
  }

  private mutating func addVLANs(_ base: PacketKey, _ key: PacketKey) {
    let old = base.vlans.tags
    let new = key.vlans.tags
    let common = zip(old.reversed(), new.reversed()).prefix { $0 == $1 }.count
    for _ in common..<max(old.count, common) { actions.append(.popVLAN) }
    for tag in new.prefix(new.count - common).reversed() { actions.append(.pushVLAN(tag)) }
  }
}
