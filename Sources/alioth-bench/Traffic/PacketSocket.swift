import CBench
import Glibc

/// A link as a place to put frames and to take them from.
final class PacketSocket {
  let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: 2048)

  /// Opens the link of this name for frames of one Ethernet type.
  init(link: String, etherType: UInt16) throws {
    let index = if_nametoindex(link)
    guard index > 0 else { throw RawConnection.Failure.system("link \(link)") }
    descriptor = socket(AF_PACKET, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), Int32(etherType.bigEndian))
    guard descriptor >= 0 else { throw RawConnection.Failure.system("packet socket") }
    var address = sockaddr_ll()
    address.sll_family = UInt16(AF_PACKET)
    address.sll_protocol = etherType.bigEndian
    address.sll_ifindex = Int32(index)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_ll>.size))
      }
    }
    guard bound == 0 else { throw RawConnection.Failure.system("bind to \(link)") }
    // What is received must not be lost here, or it would count as lost on the way.
    var size: Int32 = 8 << 20
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(descriptor) }

  /// Sends a frame; false when the link would not take it.
  func send(_ frame: [UInt8]) -> Bool {
    Glibc.send(descriptor, frame, frame.count, 0) == frame.count
  }

  /// The next frame that is there; nil when there is none.
  func receive() -> ArraySlice<UInt8>? {
    let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    return count > 0 ? buffer[..<count] : nil
  }
}
