import DHCP
import Logging
import NetworkTypes
import PacketFormats
import Testing

@testable import DHCPServer
@testable import PacketCapture

/// What the responder's thread does with frames, without a thread and an interface.
@Suite("The responder's session")
struct SessionTests {
  private let serverMAC = MACAddress(0x0a, 0xd1, 0, 0, 0, 7)
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private func mac(_ number: UInt8) -> MACAddress { MACAddress(0x02, 0, 0, 0, 0, number) }

  private func port(_ number: UInt8, _ history: DHCPPortHistory = DHCPPortHistory()) throws -> DHCPServedPort {
    let binding = DHCPBinding(
      mac: mac(number), address: IPv4Address(10, 0, 0, number), prefix: try #require(IPv4Prefix("10.0.0.0/24")),
      serverIdentifier: IPv4Address(10, 0, 0, 1))
    return DHCPServedPort(name: "port\(number)", serverMAC: serverMAC, binding: binding.compiled, history: history)
  }

  private func frame(
    _ type: DHCPMessageType, from number: UInt8, _ options: [DHCPOption] = [], client: IPv4Address = .any
  ) -> [UInt8] {
    var header = DHCPHeader(operation: 1, transactionID: 7, mac: mac(number))
    header.clientAddress = client
    var bytes: [UInt8] = []
    UDPv4Envelope(
      destinationMAC: .broadcast, sourceMAC: mac(number), source: client, destination: .broadcast, sourcePort: 68,
      destinationPort: 67
    ).write(to: &bytes) {
      DHCPMessage.write(header, options: [DHCPOption(.messageType, [type.rawValue])] + options, to: &$0)
    }
    return bytes
  }

  private func run(
    _ frames: [[UInt8]], _ snapshot: DHCPSnapshot, _ limit: DHCPRateLimit = .none
  ) -> (session: DHCPSession, counters: DHCPCounters) {
    var session = DHCPSession(limit: limit, logger: logger)
    var counters = DHCPCounters()
    session.begin()
    for frame in frames { session.answer(frame.span.bytes, from: snapshot, &counters) }
    return (session, counters)
  }

  @Test("answers go into one batch, each to who asked; who is not known gets nothing and leaves nothing")
  func batch() throws {
    let snapshot = DHCPSnapshot([mac(5): try port(5), mac(6): try port(6)], key: .source)
    let (session, counters) = run([5, 9, 6].map { frame(.discover, from: $0) } + [[1, 2, 3]], snapshot)
    #expect(session.batch.count == 2 && counters.replies == [.offer: 2] && counters.strays == 2)
  }

  @Test("a port is told by the destination where the switch writes it there")
  func destination() throws {
    let snapshot = DHCPSnapshot([serverMAC: try port(5)], key: .destination)
    var bytes = frame(.discover, from: 5)
    bytes.replaceSubrange(0..<6, with: [0x0a, 0xd1, 0, 0, 0, 7])
    #expect(run([bytes], snapshot).session.batch.count == 1)
    #expect(run([frame(.discover, from: 5)], snapshot).counters.strays == 1)
  }

  @Test("a guest that floods is limited, and the others are not")
  func flood() throws {
    let snapshot = DHCPSnapshot([mac(5): try port(5), mac(6): try port(6)], key: .source)
    let frames = Array(repeating: frame(.discover, from: 5), count: 1000) + [frame(.discover, from: 6)]
    let (_, counters) = run(frames, snapshot, DHCPRateLimit(perSecond: 10, burst: 20))
    #expect(counters.replies == [.offer: 21] && counters.limited == 980)
  }

  @Test("a lease tells the last message, and what the guest says of itself, safe to show")
  func lease() throws {
    let served = try port(5)
    let snapshot = DHCPSnapshot([mac(5): served], key: .source)
    #expect(served.history.lease(.v4) == nil)
    let words = [
      DHCPOption(.hostName, Array("web\u{1b}[31m".utf8)),
      DHCPOption(.vendorClassIdentifier, Array(String(repeating: "v", count: 200).utf8)),
    ]
    _ = run([frame(.discover, from: 5, words)], snapshot)
    let offered = try #require(served.history.lease(.v4))
    #expect(offered.lastMessage == "OFFER" && offered.acknowledged == nil)
    #expect(offered.hostName == "web.[31m" && offered.vendorClass == String(repeating: "v", count: 64))
    let request = DHCPOption(.requestedAddress, [10, 0, 0, 5])
    _ = run([frame(.request, from: 5, [request])], snapshot)
    #expect(served.history.lease(.v4)?.lastMessage == "ACK" && served.history.lease(.v4)?.acknowledged != nil)
    #expect(served.history.lease(.v4)?.hostName == "web.[31m", "what it does not say again stays")
    _ = run([frame(.request, from: 5, [DHCPOption(.requestedAddress, [10, 0, 0, 9])])], snapshot)
    #expect(
      served.history.lease(.v4)?.lastMessage == "NAK"
        && served.history.lease(.v4)?.address == .v4(IPv4Address(10, 0, 0, 9)))
  }

  @Test("a declined address is a conflict until the guest renews it, and is not offered at once again")
  func decline() throws {
    let served = try port(5)
    let snapshot = DHCPSnapshot([mac(5): served], key: .source)
    let address = DHCPOption(.requestedAddress, [10, 0, 0, 5])
    let (_, counters) = run([frame(.decline, from: 5, [address]), frame(.discover, from: 5)], snapshot)
    #expect(counters.declines == 1 && counters.drops == [.heldAfterDecline: 1])
    #expect(served.history.lease(.v4)?.isInConflict == true)
    _ = run([frame(.request, from: 5, client: IPv4Address(10, 0, 0, 5))], snapshot)
    #expect(served.history.lease(.v4)?.isInConflict == false)
    #expect(run([frame(.discover, from: 5)], snapshot).counters.replies == [.offer: 1])
  }

  @Test("there is news when more has changed than the time")
  func news() throws {
    let snapshot = DHCPSnapshot([mac(5): try port(5)], key: .source)
    let request = frame(.request, from: 5, [DHCPOption(.requestedAddress, [10, 0, 0, 5])])
    var news: [Bool] = []
    for frame in [
      frame(.discover, from: 5), request, request, frame(.release, from: 5, client: IPv4Address(10, 0, 0, 5)),
    ] {
      var (session, _) = run([frame], snapshot)
      news.append(session.takeNews())
      let again = session.takeNews()
      #expect(!again)
    }
    #expect(news == [true, true, false, true])
  }

  @Test("a message that only asks is answered and is not taken for the guest's")
  func probe() throws {
    let served = try port(5)
    let snapshot = DHCPSnapshot([mac(5): served], key: .source)
    let probe = frame(.discover, from: 5)
    served.history.expectProbe(7, .v4)
    #expect(run([probe], snapshot).session.batch.count == 1)
    #expect(served.history.lease(.v4) == nil)
    #expect(served.history.lastProbe(7, .v4) == .answered(.v4(IPv4Address(10, 0, 0, 5))))
    #expect(served.history.lastProbe(8, .v4) == nil && served.history.lastProbe(7, .v6) == nil)
    _ = run([frame(.decline, from: 5, [DHCPOption(.requestedAddress, [10, 0, 0, 5])])], snapshot)
    served.history.expectProbe(7, .v4)
    _ = run([probe], snapshot)
    #expect(served.history.lastProbe(7, .v4) == .dropped("held_after_decline"))
    _ = run([frame(.request, from: 5, client: IPv4Address(10, 0, 0, 5))], snapshot)
    #expect(
      served.history.lease(.v4)?.lastMessage == "ACK", "one message is the probe's, and the next is the guest's again")
  }

  @Test("a table is swapped in whole, and what was replaced is kept until the next")
  func table() throws {
    let table = DHCPTable(key: .source)
    weak var first: DHCPServedPort?
    do {
      let served = try port(5)
      first = served
      table.publish(DHCPSnapshot([mac(5): served], key: .source))
    }
    #expect(table.current.count == 1)
    table.publish(DHCPSnapshot(key: .source))
    #expect(table.current.count == 0 && first != nil, "the reader may still be at it, and shall not have to free it")
    table.publish(DHCPSnapshot(key: .source))
    #expect(first == nil)
  }

  @Test("what is announced is told some at a time, and once where one interface leads to all who hear the same")
  func announcements() throws {
    let served = try port6()
    let ports = Dictionary(
      uniqueKeysWithValues: (1...5).map { number in
        (
          mac(number),
          DHCPServedPort(name: "port\(number)", serverMAC: mac(number), binding: nil, ipv6: served.ipv6)
        )
      })
    var announcements = DHCPAnnouncements()
    announcements.addAll(of: DHCPSnapshot(ports, key: .destination))
    #expect(Set(announcements.take(3)).count == 3 && !announcements.isEmpty)
    announcements.add([mac(9)])
    #expect(announcements.take(8).last == mac(9) && announcements.isEmpty && announcements.take(1).isEmpty)
    announcements.addAll(of: DHCPSnapshot(ports, key: .source))
    #expect(announcements.take(8).count == 1)
  }

  private func port6() throws -> DHCPServedPort {
    var configuration = DHCPv6Configuration(
      mac: mac(5), addresses: [IPv6Address(high: 0x2001_0db8_0001_0000, low: 5)], serverMAC: serverMAC,
      serverAddress: IPv6Address(linkLocalOf: serverMAC))
    configuration.linkPrefixes = [try #require(IPv6Prefix("2001:db8:1::/64"))]
    return DHCPServedPort(
      name: "port5", serverMAC: serverMAC, binding: nil, ipv6: try DHCPServedIPv6(configuration))
  }

  private func frame6(_ type: DHCPv6MessageType, _ address: IPv6Address? = nil) -> [UInt8] {
    let leases = address.map { [DHCPv6Option(.iaAddress, .address($0, preferred: 0, valid: 0, options: []))] } ?? []
    var options = [
      DHCPv6Option(.iaNA, .association(iaid: 1, t1: 0, t2: 0, options: leases)),
      DHCPv6Option(.clientFQDN, .fqdn(flags: 1, name: "web.example", isPartial: false)),
      DHCPv6Option(.vendorClass, .vendorClass(enterprise: 311, [Array("MSFT 5.0".utf8)])),
    ]
    if [.request, .renew, .release, .decline].contains(type) {
      options.append(DHCPv6Option(.serverID, .duid(DHCPv6DUID(serverMAC))))
    }
    return IPv6ClientFrame.message(type, transactionID: 7, mac: mac(5), options: options)
  }

  @Test("a lease of IPv6 tells what was asked, for which address, and what the guest says of itself")
  func leaseV6() throws {
    let served = try port6()
    let snapshot = DHCPSnapshot([mac(5): served], key: .source)
    let address = try #require(served.ipv6?.configuration.addresses.first)
    #expect(served.history.lease(.v6) == nil)
    var (session, counters) = run([frame6(.solicit)], snapshot)
    #expect(session.batch.count == 1 && session.takeNews() && counters.repliesV6 == [.advertise: 1])
    let offered = try #require(served.history.lease(.v6))
    #expect(offered.lastMessage == "ADVERTISE" && offered.state == "SOLICIT" && offered.acknowledged == nil)
    #expect(offered.address == .v6(address) && offered.hostName == "web.example" && offered.vendorClass == "MSFT 5.0")
    _ = run([frame6(.request, address), frame6(.rebind, address)], snapshot)
    #expect(served.history.lease(.v6)?.state == "REBIND" && served.history.lease(.v6)?.acknowledged != nil)
    (session, counters) = run([frame6(.decline, address)], snapshot)
    #expect(served.history.lease(.v6)?.lastMessage == "DECLINE" && served.history.lease(.v6)?.isInConflict == true)
    #expect(counters.declines == 1 && session.takeNews())
    _ = run([frame6(.renew, address)], snapshot)
    #expect(served.history.lease(.v6)?.isInConflict == false)
    (session, counters) = run([frame6(.release, address)], snapshot)
    #expect(served.history.lease(.v6)?.lastMessage == "RELEASE" && counters.releases == 1)
    #expect(served.history.lease(.v4) == nil)
  }

  @Test("a solicitation that only asks is answered and is not taken for the guest's")
  func probeV6() throws {
    let served = try port6()
    let snapshot = DHCPSnapshot([mac(5): served], key: .source)
    served.history.expectProbe(7, .v6)
    #expect(run([frame6(.solicit)], snapshot).session.batch.count == 1)
    #expect(served.history.lease(.v6) == nil)
    #expect(served.history.lastProbe(7, .v6) == .answered(served.ipv6?.configuration.addresses.first.map { .v6($0) }))
  }

  @Test("an advertisement leaves as the port's, where the switch tells ports by that, and names the router inside")
  func advertisement() throws {
    let served = try port6()
    let router = try #require(served.ipv6?.configuration.serverMAC)
    let elsewhere = MACAddress(0x0a, 0xd1, 0, 0, 0, 9)
    let port = DHCPServedPort(name: "port5", serverMAC: elsewhere, binding: nil, ipv6: served.ipv6)
    let snapshot = DHCPSnapshot([elsewhere: port], key: .destination)
    var solicitation = IPv6ClientFrame.routerSolicitation(mac: mac(5))
    solicitation.replaceSubrange(0..<6, with: elsewhere.octets)
    var (session, counters) = run([solicitation], snapshot)
    #expect(counters.advertisements == 1)
    let solicited = session.batch.frames
    session.begin()
    session.advertise(to: [elsewhere, mac(9)], from: snapshot)
    let sent = session.batch.frames
    for frame in solicited + sent {
      #expect(Array(frame[6..<12]) == elsewhere.octets)
      // The source link-layer address is the first option.
      #expect(Array(frame[70..<78]) == [1, 1] + router.octets)
    }
    #expect(solicited.count == 1 && sent.count == 1)
  }
}

extension FrameBatch {
  fileprivate var frames: [[UInt8]] {
    var start = 0
    return ends.map { end in
      defer { start = Int(end) }
      return Array(bytes[start..<Int(end)])
    }
  }
}
