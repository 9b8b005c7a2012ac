import Glibc
import NetworkTypes

/// A UDP socket that blocks.
struct DatagramSocket: ~Copyable {
  let descriptor: Int32

  /// - Parameter port: The port to receive at; nil for any.
  init(port: UInt16? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw RawConnection.Failure.system("socket") }
    guard let port else { return }
    var address = DatagramSocket.address(IPv4Address(rawValue: 0), port)
    guard DatagramSocket.with(&address, { bind(descriptor, $0, $1) }) == 0 else {
      throw RawConnection.Failure.system("bind to port \(port)")
    }
  }

  deinit { close(descriptor) }

  /// Sends to, and receives from, this address only.
  func connect(to host: IPv4Address, port: UInt16) throws {
    var address = DatagramSocket.address(host, port)
    guard DatagramSocket.with(&address, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
      throw RawConnection.Failure.system("connect to \(host)")
    }
  }

  private static func address(_ host: IPv4Address, _ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = host.rawValue.bigEndian
    return address
  }

  private static func with(
    _ address: inout sockaddr_in, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}
