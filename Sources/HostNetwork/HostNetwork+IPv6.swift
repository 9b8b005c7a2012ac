import CNetlink
import Glibc
import NetworkTypes

/// How far an interface was freed from IPv6.
public enum IPv6Silence: Hashable, Sendable {
  /// IPv6 is off on the interface: no addresses, no neighbor discovery, no multicast reports.
  case disabled
  /// The interface has no IPv6 addresses and the kernel makes none when it comes up, but the protocol is on, because
  /// /proc/sys may not be written.
  case withoutAddresses
  /// The kernel has no IPv6.
  case noIPv6
}

extension HostNetwork {
  /// Keeps the host from speaking IPv6 by itself on the interface.
  ///
  /// Best before the interface is set up, so that it never has a link-local address. Two means are used, because neither
  /// is enough. Netlink turns the generation of addresses off (`IFLA_INET6_ADDR_GEN_MODE` none): that works in a service
  /// whose /proc/sys is read-only (systemd's ProtectKernelTunables), yet a forwarding host still sends multicast
  /// listener reports. `/proc/sys/net/ipv6/conf/IF/disable_ipv6` turns everything off, and is written when it can be,
  /// and when the calling thread is in the network namespace of this value, since /proc shows the thread's.
  @discardableResult
  public func disableIPv6(_ name: String) throws(NetlinkError) -> IPv6Silence {
    guard let link = try link(named: name) else {
      throw NetlinkError(
        code: NLE_NODEV, systemError: 0, attempt: "disable IPv6", subject: "interface \(name)")
    }
    if NetworkNamespace.current() == namespace, namespace != nil, writeDisableIPv6(name) { return .disabled }
    do throws(NetlinkError) {
      try change(name, attempt: "turn IPv6 address generation off") { changes in
        rtnl_link_inet6_set_addr_gen_mode(changes, UInt8(IN6_ADDR_GEN_MODE_NONE.rawValue))
      }
    } catch {
      // Without IPv6 on the interface, which is so for all of them on a kernel without it, or where it is disabled
      // already, the kernel refuses the attribute. Then there are no addresses either.
      guard try ipv6Addresses(of: link).isEmpty, error.kind != .permissionDenied else { throw error }
      return .noIPv6
    }
    for address in try ipv6Addresses(of: link) {
      do throws(NetlinkError) {
        try removeAddress(address.address, prefixLength: address.prefixLength, from: name)
      } catch  where error.kind == .notFound {
        continue  // It went by itself meanwhile.
      }
    }
    return .withoutAddresses
  }

  private func ipv6Addresses(of link: Link) throws(NetlinkError) -> [InterfaceAddress] {
    try addresses(interfaceIndex: link.index).filter { $0.address.v6 != nil }
  }

  /// - Returns: whether IPv6 is off now; false when there is no such file, or it may not be written.
  private func writeDisableIPv6(_ name: String) -> Bool {
    // The kernel has found an interface of this name, so it is neither "." nor ".." and has no slash.
    let descriptor = open("/proc/sys/net/ipv6/conf/\(name)/disable_ipv6", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return write(descriptor, "1", 1) == 1
  }
}
