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
}
