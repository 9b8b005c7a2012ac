import GoalState
import NetworkTypes
import OpenFlow
import PacketFormats

/// An ICMP error for the guest that sent a packet, and whom it comes from.
struct ErrorAnswer: Hashable, Sendable {
  var error: ICMPError
  var sender: ICMPError.Sender

  /// The error for a packet as something to send; nil when nobody may be told of this packet.
  func packetOut(for packet: PuntedPacket) -> PacketOut? {
    guard let frame = error.answer(to: packet.frame.span.bytes, from: sender) else { return nil }
    return PacketOut(actions: [.output(packet.port)], data: frame)
  }
}

extension HostGoalState {
  /// Where a router is in a network: the interface that has this MAC address, or that is in the subnet of `guest`.
  ///
  /// - Parameter mac: nil for any interface.
  func routerInterface(in network: NetworkID, mac: MACAddress?, towards guest: IPAddress) -> Subnet.Gateway? {
    var other: Subnet.Gateway?
    for subnet in members(of: network).subnets.sorted().compactMap({ subnets[$0] }) {
      for router in routers(in: subnet.id).sorted().compactMap({ self.routers[$0] }) {
        for interface in router.interfaces where interface.subnetID == subnet.id {
          guard let found = interface.address ?? subnet.gateway, found.address.version == guest.version,
            mac == nil || found.mac == mac
          else { continue }
          if subnet.prefix.contains(guest) { return found }
          other = other ?? found
        }
      }
    }
    return other
  }
}
