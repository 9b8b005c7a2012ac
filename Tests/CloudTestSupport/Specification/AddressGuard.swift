import GoalState
import NetworkTypes

/// From which addresses a guest may send.
struct AddressGuard {
  let cloud: Cloud
  let guest: Cloud.Guest

  /// Whether the frame may leave the guest at all.
  func allows(_ frame: Frame) -> Bool {
    guard guest.port.security.isGuarded else { return !isRouters(frame.source) }
    guard frame.tag == nil, isBound(frame.source) else { return false }
    switch frame.payload {
    case .arp(let message): return allows(message, from: frame.source)
    case .ip(let packet): return allows(packet, from: frame.source)
    case .other: return false
    }
  }

  /// Addresses that only routers have: the network's gateways, and the hosts' own router addresses.
  private func isRouters(_ mac: MACAddress) -> Bool {
    let gateways = cloud.subnets(of: guest.port.networkID).compactMap(\.gateway?.mac)
    let legs = cloud.legs(in: guest.port.networkID).map(\.mac)
    return gateways.contains(mac) || legs.contains(mac) || mac.rawValue >> 32 == 0x0ad2
  }

  private func isBound(_ mac: MACAddress) -> Bool {
    mac == guest.port.mac || guest.bindings.contains { $0.mac == mac }
  }

  private func isBound(_ address: IPAddress, to mac: MACAddress) -> Bool {
    if let v6 = address.v6, v6 == IPv6Address(linkLocalOf: mac) { return true }
    return guest.bindings.contains { $0.mac == mac && $0.prefix.contains(address) }
  }

  private func allows(_ message: ARPMessage, from mac: MACAddress) -> Bool {
    guard message.senderMAC == mac else { return false }
    if isBound(.v4(message.senderAddress), to: mac) { return true }
    // A probe asks without saying who asks (RFC 5227 section 2.1.1). Who has no IPv4 address has nothing to probe.
    return message.isRequest && message.senderAddress == .any
      && guest.bindings.contains { $0.mac == mac && $0.prefix.version == .v4 }
  }

  private func allows(_ packet: IPPacket, from mac: MACAddress) -> Bool {
    // What goes to the host's DHCP alone may come from an address that the guest has no longer: it is to be told so.
    if case .udp(68, 67, _) = packet.content, packet.version == .v4 { return true }
    if packet.source.isUnspecified { return mayBeUnspecified(packet) }
    guard isBound(packet.source, to: mac) else { return false }
    if case .advertisement(let target, _, let link) = packet.content {
      return isBound(.v6(target), to: mac) && (link == nil || link == mac)
    }
    return true
  }

  /// Without an address a guest asks whether somebody else has the one that it means to take, and who its router is.
  private func mayBeUnspecified(_ packet: IPPacket) -> Bool {
    switch packet.content {
    case .solicitation(_, let link): packet.version == .v6 && link == nil
    case .icmp(133, _, _), .icmp(130...132, _, _), .icmp(143, _, _): packet.version == .v6
    default: false
    }
  }
}
