import ArgumentParser
import DHCP
import NetworkTypes
import PacketFormats

/// Measures the engine alone: from a client's frame to the reply's, on one core and without an interface.
struct DHCPEngineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dhcp-engine", abstract: "Answer DISCOVERs and REQUESTs in memory, and count time and allocations.")

  @OptionGroup var resultOptions: ResultOptions
  @Option(help: "How many messages in a run.") var messages = 200_000
  @Option(help: "How many runs.") var runs = 15

  func run() throws {
    guard Allocations.areCounted else { throw RawConnection.Failure(description: "allocations are not counted") }
    let guest = EngineGuest()
    guard let binding = guest.binding else { throw RawConnection.Failure(description: "no network") }
    var nanoseconds = Samples(), allocations = Samples()
    var buffer: [UInt8] = []
    buffer.reserveCapacity(2048)
    _ = answer(guest, binding, messages: 1000, &buffer)
    for _ in 0..<runs {
      let before = Allocations.count
      let start = Clock.threadCPU()
      let answered = answer(guest, binding, messages: messages, &buffer)
      nanoseconds.add(Double(Clock.threadCPU() - start) / Double(messages))
      allocations.add(Double(Allocations.count - before) / Double(messages))
      guard answered == messages else {
        throw RawConnection.Failure(description: "\(answered) of \(messages) messages were answered")
      }
    }
    try resultOptions.report(
      Verdict(
        "DHCP engine alone, parse, decide and encode",
        "\(nanoseconds.median().text(0)) ns a packet; \(allocations.median().text(4)) allocations; replies of "
          + "\(buffer.count) bytes",
        limit: "<= 700 ns, 0 allocations", passed: nanoseconds.median() <= 700 && allocations.median() < 0.001))
  }

  /// Returns how many were answered.
  @inline(never)
  private func answer(
    _ guest: EngineGuest, _ binding: DHCPCompiledBinding, messages: Int, _ buffer: inout [UInt8]
  ) -> Int {
    var answered = 0
    for number in 0..<messages {
      let frame = number.isMultiple(of: 2) ? guest.discover : guest.request
      let outcome = DHCPResponder.respond(
        to: frame.span.bytes, binding: binding, serverMAC: EngineGuest.serverMAC, into: &buffer)
      if case .reply = outcome { answered += 1 }
    }
    return answered
  }
}

/// A guest with the usual wishes, in a network with the usual parameters.
private struct EngineGuest {
  static let serverMAC = MACAddress(0x06, 0, 0, 0, 0, 1)
  private static let mac = MACAddress(0xfa, 0x16, 0x3e, 0x11, 0x22, 0x33)
  private static let server = IPv4Address(10, 0, 0, 1)
  private static let address = IPv4Address(10, 0, 0, 55)

  let discover = EngineGuest.frame(.discover, [])
  let request = EngineGuest.frame(
    .request,
    [DHCPOption(.requestedAddress, address.octets), DHCPOption(.serverIdentifier, server.octets)])

  var binding: DHCPCompiledBinding? {
    guard let network = IPv4Prefix("10.0.0.0/24"), let route = IPv4Prefix("192.0.2.0/24") else { return nil }
    return DHCPBinding(
      mac: EngineGuest.mac, address: EngineGuest.address, prefix: network, router: EngineGuest.server,
      serverIdentifier: EngineGuest.server, dnsServers: [IPv4Address(192, 0, 2, 53)], domainName: "example.test",
      hostName: "guest", mtu: 1450, leaseSeconds: 3600,
      routes: [DHCPBinding.Route(destination: route, router: IPv4Address(10, 0, 0, 254))]
    ).compiled
  }

  private static func frame(_ type: DHCPMessageType, _ options: [DHCPOption]) -> [UInt8] {
    let wishes = [
      DHCPOption(.maximumMessageSize, [0x02, 0x40]),
      DHCPOption(.parameterRequestList, [1, 3, 6, 12, 15, 26, 28, 42, 121]),
      DHCPOption(.vendorClassIdentifier, Array("udhcp 1.35.0".utf8)),
      DHCPOption(.clientIdentifier, [1, 0xfa, 0x16, 0x3e, 0x11, 0x22, 0x33]),
    ]
    var bytes: [UInt8] = []
    UDPv4Envelope(
      destinationMAC: .broadcast, sourceMAC: mac, source: .any, destination: .broadcast, sourcePort: 68,
      destinationPort: 67
    ).write(to: &bytes) {
      DHCPMessage.write(
        DHCPHeader(operation: 1, transactionID: 7, mac: mac),
        options: [DHCPOption(.messageType, [type.rawValue])] + options + wishes, to: &$0)
    }
    return bytes
  }
}
