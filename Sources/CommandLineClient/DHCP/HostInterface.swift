import CPcap
import Glibc
import NetworkTypes

/// The hardware address of an Ethernet interface of this host.
func hardwareAddress(of interface: String) throws -> MACAddress {
  var first: UnsafeMutablePointer<ifaddrs>?
  guard getifaddrs(&first) == 0 else {
    throw CommandFailure("Cannot list the interfaces: \(systemMessage(errno)).")
  }
  defer { freeifaddrs(first) }
  var next = first
  while let entry = next?.pointee {
    next = entry.ifa_next
    guard String(cString: entry.ifa_name) == interface, let address = entry.ifa_addr,
      Int32(address.pointee.sa_family) == AF_PACKET
    else { continue }
    let octets = address.withMemoryRebound(to: sockaddr_ll.self, capacity: 1) { link in
      withUnsafeBytes(of: link.pointee.sll_addr) { Array($0.prefix(Int(link.pointee.sll_halen))) }
    }
    guard octets.count == 6 else {
      throw CommandFailure("Interface \(printable(interface)) is no Ethernet interface.")
    }
    return MACAddress(rawValue: octets.reduce(0) { $0 << 8 | UInt64($1) })
  }
  throw CommandFailure("There is no interface \(printable(interface)) here; 'ip link' lists those that there are.")
}

/// A UDP socket that takes what comes, and drops it: with it the host does not call the port unreachable.
final class UnreadSocket: Sendable {
  private let descriptor: Int32

  /// Binds a port on an interface; where that is not possible, it is left.
  init(port: UInt16, interface: String) {
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var one: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, interface, socklen_t(interface.utf8.count))
    var size: Int32 = 0
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
