import DHCP
import Glibc
import NetworkTypes
import PacketFormats

/// A guest that wants its address while the agent of its host is away: it asks until it is offered one.
struct BootGuest {
  private let socket: PacketSocket
  private let frame: [UInt8]
  /// How long it waits for an answer before it asks again: so often that it is seen when it is answered, for as many times as a
  /// guest may ask at once, and then as often as it may in the long run.
  private static let interval: (first: UInt64, then: UInt64, after: Int) = (10_000_000, 50_000_000, 50)

  /// - Parameter interface: Where the guest is plugged in.
  init(_ mac: MACAddress, on interface: String) throws {
    socket = try PacketSocket(link: interface, receiving: true)
    var frame: [UInt8] = []
    let envelope = UDPv4Envelope(
      destinationMAC: .broadcast, sourceMAC: mac, source: .any, destination: .broadcast, sourcePort: 68,
      destinationPort: 67)
    envelope.write(to: &frame) { bytes in
      DHCPMessage.write(
        DHCPHeader(operation: 1, transactionID: 1, mac: mac),
        options: [
          DHCPOption(.messageType, [DHCPMessageType.discover.rawValue]), DHCPOption(.parameterRequestList, [1, 3, 6]),
        ], to: &bytes)
    }
    self.frame = frame
  }

  /// Asks until there is an offer.
  ///
  /// - Returns: When it was there, by ``Clock``.
  func offered(by deadline: UInt64) throws -> UInt64 {
    var batch = try FrameBatch(capacity: 16)
    var next = Clock.now()
    var asked = 0
    while Clock.now() < deadline {
      if Clock.now() >= next {
        batch.append { bytes in
          frame.withUnsafeBytes { bytes.copyMemory(from: $0) }
          return frame.count
        }
        _ = batch.send(on: socket.descriptor)
        asked += 1
        next = Clock.now() + (asked < Self.interval.after ? Self.interval.first : Self.interval.then)
      }
      for number in 0..<(try batch.receive(on: socket.descriptor))
      where ServerReply(batch.frame(number))?.type == DHCPFrame.offer { return Clock.now() }
      usleep(1000)
    }
    throw RawConnection.Failure(description: "the guest has not been offered an address")
  }
}
