import GoalState
import NetworkTypes
import OpenFlow

/// What a host's routers say that they are towards other hosts: a MAC address of the host's own.
///
/// Guests know a router by one MAC address on all hosts. A frame with it as the source must not come out of a tunnel: other
/// hosts' switches and physical ones would learn a different place for it with each packet. So it is put back on the host
/// that the packet goes to.
enum DistributedRouter {
  private static let prefix = MACAddress(0x0a, 0xd2, 0, 0, 0, 0)
  private static let mask = MACAddress(0xff, 0xff, 0, 0, 0, 0)

  /// A frame that a host's router has sent.
  static let source = MatchField.ethSrc(prefix, mask: mask)

  /// What another host's router has sent to where this host knows no router, or knows it no longer: without this guests would
  /// see that host's address.
  static let unknownRouter = Flow(
    table: .routed, priority: Priority.low / 2, cookie: FlowCookie(.host, drop: .noRoute), match: [source])

  /// What another host's router has sent to a subnet comes from the router that the subnet's guests know.
  static func restoring(_ interface: RouterInterface, cookie: FlowCookie) -> Flow {
    let prefix = interface.subnet.prefix
    return Flow(
      table: .routed, priority: Priority.normal + UInt16(truncatingIfNeeded: prefix.length), cookie: cookie,
      match: [
        source, .ethType(interface.etherType), .destination(prefix), .network(interface.network.vni),
      ], instructions: [.applyActions([.setField(.ethSrc(interface.mac))]), .goto(.forwarding)])
  }

  /// What another host's router has sent through a guest to elsewhere, to no subnet of the network's, comes from a router that the
  /// guest knows.
  static func restoring(_ interface: RouterInterface, through attached: AttachedPort) -> Flow {
    Flow(
      table: .routed, priority: Priority.low, cookie: attached.cookie,
      match: [
        source, .ethDst(attached.port.mac), .ethType(interface.etherType), .network(interface.network.vni),
      ], instructions: [.applyActions([.setField(.ethSrc(interface.mac))]), .goto(.forwarding)])
  }
}
