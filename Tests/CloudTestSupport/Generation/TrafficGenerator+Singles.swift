import GoalState
import NetworkTypes

extension TrafficGenerator {
  // MARK: Who has an address

  mutating func arp(from sender: Cloud.Guest, _ cloud: Cloud) -> Frame? {
    guard let asked = asked(.v4, by: sender, cloud)?.v4 else { return nil }
    let own = random.pick(sender.addresses.compactMap(\.v4)) ?? .any
    let isRequest = random.chance(75)
    let message = ARPMessage(
      isRequest: isRequest, senderMAC: random.chance(90) ? sender.port.mac : MACAddress(2, 0, 0, 0, 0, 9),
      senderAddress: random.chance(85) ? own : random.pick(of: .any, asked),
      targetMAC: isRequest ? .zero : sender.port.mac, targetAddress: asked)
    let near = random.pick(cloud.guests(in: sender.port.networkID))?.port.mac
    return Frame(
      destination: random.chance(75) ? .broadcast : near ?? .broadcast, source: sender.port.mac, payload: .arp(message))
  }

  mutating func discovery(from sender: Cloud.Guest, _ cloud: Cloud) -> Frame? {
    guard let asked = asked(.v6, by: sender, cloud)?.v6 else { return nil }
    let mac = sender.port.mac
    let linkLocal = IPv6Address(linkLocalOf: mac)
    let own = random.chance(70) ? random.pick(sender.addresses.compactMap(\.v6)) ?? linkLocal : linkLocal
    if random.chance(25) {
      let target = random.chance(70) ? own : asked
      let packet = IPPacket(
        source: .v6(own), destination: .v6(.allNodes), timeToLive: 255,
        content: .advertisement(
          target: target, flags: 0x20, targetLink: random.pick(of: mac, mac, nil, MACAddress(2, 0, 0, 0, 0, 9))))
      return Frame(destination: MACAddress(0x33, 0x33, 0, 0, 0, 1), source: mac, payload: .ip(packet))
    }
    let isProbe = random.chance(15)
    let target = isProbe ? own : asked
    let last = UInt32(truncatingIfNeeded: target.low) & 0xff_ffff
    let packet = IPPacket(
      source: .v6(isProbe ? .any : own),
      destination: .v6(IPv6Address(high: 0xff02 << 48, low: 0x1_ff00_0000 | UInt64(last))), timeToLive: 255,
      content: .solicitation(target: target, sourceLink: isProbe ? nil : mac))
    return Frame(
      destination: MACAddress(rawValue: 0x3333_ff00_0000 | UInt64(last)), source: mac, payload: .ip(packet))
  }

  /// An address that somebody has, here or elsewhere, or nobody. Not one of a guest that is down: its host does not answer
  /// for it, and others do not know that.
  private mutating func asked(_ version: IPVersion, by sender: Cloud.Guest, _ cloud: Cloud) -> IPAddress? {
    let down = cloud.guests(in: sender.port.networkID).filter { !$0.port.adminStateUp }.flatMap(\.addresses)
    var known: [IPAddress]
    switch random.number(0..<10) {
    case 0..<4: known = cloud.guests(in: sender.port.networkID).flatMap(\.addresses)
    case 4: known = sender.addresses
    case 5..<8: known = cloud.legs(in: sender.port.networkID).map(\.address)
    case 8: known = cloud.guests.flatMap(\.addresses)
    default: known = [.outside(version)]
    }
    known.removeAll { $0.version != version || down.contains($0) }
    return random.pick(known)
  }

  // MARK: To many

  mutating func announcement(from sender: Cloud.Guest, _ cloud: Cloud) -> Frame? {
    guard let source = random.pick(sender.addresses) else { return nil }
    let destination: IPAddress
    let mac: MACAddress
    switch source {
    case .v4:
      let isBroadcast = random.chance(50)
      destination = isBroadcast ? .v4(.broadcast) : .v4(IPv4Address(224, 0, 0, 251))
      mac = isBroadcast ? .broadcast : MACAddress(0x01, 0, 0x5e, 0, 0, 251)
    case .v6:
      destination = .v6(.allNodes)
      mac = MACAddress(0x33, 0x33, 0, 0, 0, 1)
    }
    let content: IPContent =
      random.chance(80)
      ? .udp(source: 5353, destination: random.pick(of: 53, 5353, 8080), payload: [1, 2, 3])
      : .other(source.version == .v4 ? 2 : 47, payload: [UInt8](repeating: 0, count: 8))
    return Frame(
      destination: mac, source: sender.port.mac,
      payload: .ip(IPPacket(source: source, destination: destination, timeToLive: 1, content: content)))
  }

  /// What is between a guest and its host, and what only a host may say.
  mutating func service(from sender: Cloud.Guest) -> Frame? {
    let isIPv4 = random.chance(60)
    let linkLocal = IPAddress.v6(IPv6Address(linkLocalOf: sender.port.mac))
    let source = isIPv4 ? random.pick(sender.addresses.filter { $0.version == .v4 }) ?? .v4(.any) : linkLocal
    let content: IPContent =
      switch random.number(0..<5) {
      case 0: .udp(source: isIPv4 ? 68 : 546, destination: isIPv4 ? 67 : 547, payload: [1])
      case 1: .udp(source: isIPv4 ? 67 : 547, destination: isIPv4 ? 68 : 546, payload: [1])
      case 2: .udp(source: 4000, destination: isIPv4 ? 67 : 547, payload: [1])
      case 3 where !isIPv4: .icmp(type: 133, code: 0, body: [0, 0, 0, 0])
      default:
        isIPv4
          ? .udp(source: 68, destination: 67, payload: [2])
          : .icmp(type: random.pick(of: 134, 137), code: 0, body: [UInt8](repeating: 0, count: 36))
      }
    let isFirst = isIPv4 && random.chance(50)
    let packet = IPPacket(
      source: isFirst ? .v4(.any) : source, destination: isIPv4 ? .v4(.broadcast) : .v6(.allNodes), timeToLive: 255,
      content: content)
    return Frame(
      destination: isIPv4 ? .broadcast : MACAddress(0x33, 0x33, 0, 1, 0, 2), source: sender.port.mac,
      payload: .ip(packet))
  }

  // MARK: To routers, and beyond

  mutating func routersOwn(from sender: Cloud.Guest, _ cloud: Cloud) -> Frame? {
    guard let source = random.pick(sender.addresses),
      let near = random.pick(cloud.legs(in: sender.port.networkID)),
      let leg = random.pick(cloud.legs(of: near.router.id).filter { $0.address.version == source.version })
    else { return nil }
    let content: IPContent =
      random.chance(80)
      ? .echo(isReply: false, identifier: 77, payload: [5, 6, 7, 8])
      : .udp(source: 4000, destination: 53, payload: [1])
    var packet = IPPacket(source: source, destination: leg.address, content: content)
    if near.address.version == source.version, random.chance(60) {
      // The last hop of all is the router itself.
      packet.destination = near.address
      packet.timeToLive = random.chance(70) ? 64 : 1
    }
    return Frame(destination: near.mac, source: sender.port.mac, payload: .ip(packet))
  }

  mutating func outside(from sender: Cloud.Guest, _ cloud: Cloud) -> Frame? {
    guard let source = random.pick(sender.addresses) else { return nil }
    let linkLocal = IPAddress.v6(IPv6Address(linkLocalOf: sender.port.mac))
    let isLinkLocal = source.version == .v6 && random.chance(15)
    let nobody = random.pick(cloud.subnets)?.prefix.base.plus(UInt128(random.pick(of: 200, 255, 140)))
    let destination = nobody.flatMap { $0.version == source.version && random.chance(60) ? $0 : nil }
    let packet = IPPacket(
      source: isLinkLocal ? linkLocal : source, destination: destination ?? .outside(source.version),
      content: .udp(source: 4000, destination: random.pick(of: 53, 80), payload: [1, 2]))
    return frame(packet, from: sender, to: nil, cloud)
  }

  /// What belongs to nothing that went before.
  mutating func stray(from sender: Cloud.Guest, _ cloud: Cloud) -> Frame? {
    guard let source = random.pick(sender.addresses), let receiver = random.pick(cloud.guests),
      let destination = random.pick(receiver.addresses.filter { $0.version == source.version })
    else { return nil }
    let content: IPContent =
      switch random.number(0..<4) {
      case 0: .echo(isReply: true, identifier: 99, payload: [1])
      case 1:
        .error(
          type: source.version == .v4 ? 11 : 3, code: 0,
          about: IPPacket(
            source: destination, destination: source, content: .udp(source: 9, destination: 99, payload: [])))
      case 2:
        .tcp(IPContent.TCPSegment(source: 81, destination: 9999, sequence: 1, acknowledgement: 1, flags: 0x12))
      default:
        .tcp(IPContent.TCPSegment(source: 9998, destination: 80, sequence: 1, acknowledgement: 1, flags: 0x10))
      }
    return frame(
      IPPacket(source: source, destination: destination, content: content), from: sender, to: receiver, cloud)
  }
}
