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
    let interfaces = members(of: network).subnets.sorted().compactMap { subnets[$0] }.flatMap { subnet in
      routers(in: subnet.id).sorted().compactMap { self.routers[$0] }.flatMap { router in
        router.interfaces.filter { $0.subnetID == subnet.id }.compactMap { interface in
          (interface.address ?? subnet.gateway).map { (subnet: subnet, address: $0) }
        }
      }
    }
    let candidates = interfaces.filter {
      $0.address.address.version == guest.version && (mac == nil || $0.address.mac == mac)
    }
    return (candidates.first { $0.subnet.prefix.contains(guest) } ?? candidates.first)?.address
  }
}
