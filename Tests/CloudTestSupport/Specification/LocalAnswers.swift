import GoalState
import NetworkTypes
import Pipeline

/// What a guest asks that its host answers, or that is for nobody else's ears: who has an address, DHCP, who the router is.
struct LocalAnswers {
  let cloud: Cloud
  let guest: Cloud.Guest

  /// What comes of the frame here; nil when it goes on.
  func outcome(of frame: Frame) -> Outcome? {
    switch frame.payload {
    case .arp(let message): answer(message, to: frame)
    case .ip(let packet): service(packet) ?? discovery(packet, frame)
    case .other: nil
    }
  }

  // MARK: ARP and neighbor discovery

  private func answer(_ message: ARPMessage, to frame: Frame) -> Outcome? {
    guard message.isRequest else { return nil }
    let address = IPAddress.v4(message.targetAddress)
    if guest.addresses.contains(address) { return .dropped(.ownAddress) }
    guard let holder = holder(of: address) else { return nil }
    let reply = ARPMessage(
      isRequest: false, senderMAC: holder.mac, senderAddress: message.targetAddress, targetMAC: message.senderMAC,
      targetAddress: message.senderAddress)
    return .delivered(Frame(destination: frame.source, source: holder.mac, payload: .arp(reply)), to: guest.id)
  }

  private func discovery(_ packet: IPPacket, _ frame: Frame) -> Outcome? {
    guard case .solicitation(let target, let link) = packet.content else { return nil }
    let address = IPAddress.v6(target)
    // Duplicates are looked for at everybody's (RFC 4862 section 5.4).
    if packet.source.isUnspecified { return nil }
    if guest.addresses.contains(address) { return .dropped(.ownAddress) }
    // Who asks without saying what its MAC address is knows the holder's: the holder answers.
    guard link != nil, let holder = holder(of: address) else { return nil }
    let flags: UInt8 = holder.isRouter ? 0xe0 : 0x60
    let reply = IPPacket(
      source: address, destination: packet.source, timeToLive: 255,
      content: .advertisement(target: target, flags: flags, targetLink: holder.mac))
    return .delivered(Frame(destination: frame.source, source: holder.mac, payload: .ip(reply)), to: guest.id)
  }

  /// Who has an address in the guest's network: another guest, a router, or the host's own services in a gateway's name.
  private func holder(of address: IPAddress) -> (mac: MACAddress, isRouter: Bool)? {
    let guests = cloud.guests(in: guest.port.networkID)
    if let other = guests.first(where: { $0.addresses.contains(address) }) { return (other.port.mac, false) }
    for leg in cloud.legs(in: guest.port.networkID) {
      let linkLocal = leg.address.v6 == nil ? nil : IPAddress.v6(IPv6Address(linkLocalOf: leg.mac))
      if leg.address == address || linkLocal == address { return (leg.mac, true) }
    }
    for subnet in cloud.subnets(of: guest.port.networkID) where subnet.dhcpEnabled && subnet.prefix.version == .v4 {
      if let gateway = subnet.gateway, gateway.address == address { return (gateway.mac, true) }
    }
    return nil
  }

  // MARK: DHCP and router discovery

  private func service(_ packet: IPPacket) -> Outcome? {
    switch (packet.version, packet.content) {
    case (.v4, .udp(68, 67, _)) where isServed: Outcome(served: [guest.id])
    case (.v4, .udp(67, _, _)), (.v6, .udp(547, _, _)), (.v6, .icmp(134, _, _)), (.v6, .icmp(137, _, _)):
      .dropped(.guestServer)
    case (.v4, .udp(_, 67, _)), (.v6, .udp(_, 547, _)), (.v6, .icmp(133, _, _)): .dropped(.nobodyServes)
    default: nil
    }
  }

  private var isServed: Bool {
    guest.port.fixedIPs.contains { fixedIP in
      guard fixedIP.address.version == .v4, let subnet = cloud.subnet(fixedIP.subnetID) else { return false }
      return subnet.dhcpEnabled
    }
  }
}
