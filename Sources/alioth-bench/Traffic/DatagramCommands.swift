import ArgumentParser
import CBench
import Glibc
import NetworkTypes

/// Sends every datagram back to whom it came from.
struct DatagramEchoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "datagram-echo", abstract: "Send every UDP datagram back, until it is ended.")

  @Option(help: "The port.") var port: UInt16 = 7007

  func run() throws {
    let socket = try DatagramSocket(port: port)
    var buffer = [UInt8](repeating: 0, count: 2048)
    while true {
      var peer = sockaddr_storage()
      var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
      withUnsafeMutablePointer(to: &peer) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { peer in
          let count = recvfrom(socket.descriptor, &buffer, buffer.count, 0, peer, &length)
          // One that cannot be sent back is lost, as it may be on its way.
          if count >= 0 { _ = sendto(socket.descriptor, buffer, count, 0, peer, length) }
        }
      }
    }
  }
}

/// Measures how many small datagrams go there and back: always as many are on their way, so that neither a queue that is
/// full nor a sender that is late is what is measured.
struct DatagramLoadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "datagram-load",
    abstract: "Keep so many small UDP datagrams on their way to an echo and back, and count them.")

  @Option(help: "Where datagram-echo runs.", transform: DatagramLoadCommand.address) var to: IPv4Address
  @Option(help: "The port.") var port: UInt16 = 7007
  @Option(help: "How many are on their way.") var window = 64
  @Option(help: "The length of their data.") var length = 18
  @Option(help: "For how many seconds.") var seconds = 3.0

  func run() throws {
    let socket = try DatagramSocket()
    try socket.connect(to: to, port: port)
    let datagram = [UInt8](repeating: 0x55, count: length)
    var buffer = [UInt8](repeating: 0, count: 2048)
    let start = Clock.now()
    // What the first ones have to set up on their way is not counted.
    let warm = start + 300_000_000
    let end = warm + UInt64(seconds * 1e9)
    var answers = 0, lost = 0, began = start
    for _ in 0..<window { _ = send(socket.descriptor, datagram, datagram.count, 0) }
    while true {
      let now = Clock.now()
      if now >= end { break }
      if began == start, now >= warm {
        began = now
        answers = 0
        lost = 0
      }
      guard wait_readable(socket.descriptor, 20_000_000) != 0 else {
        // Nothing comes any more: as many are sent anew.
        lost += window
        for _ in 0..<window { _ = send(socket.descriptor, datagram, datagram.count, 0) }
        continue
      }
      while recv(socket.descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT)) >= 0 {
        answers += 1
        _ = send(socket.descriptor, datagram, datagram.count, 0)
      }
    }
    let elapsed = Double(Clock.now() - began) / 1e9
    print("round_trips_per_second=\(Int(Double(answers) / elapsed)) lost=\(lost)")
  }

  private static func address(_ text: String) throws -> IPv4Address {
    guard let address = IPv4Address(text) else { throw ValidationError("'\(text)' is no IPv4 address") }
    return address
  }
}
