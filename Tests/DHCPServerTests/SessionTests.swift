import DHCP
import Logging
import NetworkTypes
import PacketCapture
import PacketFormats
import Testing

@testable import DHCPServer

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
    #expect(served.history.lease == nil)
    let words = [
      DHCPOption(.hostName, Array("web\u{1b}[31m".utf8)),
      DHCPOption(.vendorClassIdentifier, Array(String(repeating: "v", count: 200).utf8)),
    ]
    _ = run([frame(.discover, from: 5, words)], snapshot)
    let offered = try #require(served.history.lease)
    #expect(offered.lastMessage == .offer && offered.acknowledged == nil)
    #expect(offered.hostName == "web.[31m" && offered.vendorClass == String(repeating: "v", count: 64))
    let request = DHCPOption(.requestedAddress, [10, 0, 0, 5])
    _ = run([frame(.request, from: 5, [request])], snapshot)
    #expect(served.history.lease?.lastMessage == .ack && served.history.lease?.acknowledged != nil)
    #expect(served.history.lease?.hostName == "web.[31m", "what it does not say again stays")
    _ = run([frame(.request, from: 5, [DHCPOption(.requestedAddress, [10, 0, 0, 9])])], snapshot)
    #expect(served.history.lease?.lastMessage == .nak && served.history.lease?.address == IPv4Address(10, 0, 0, 9))
  }

  @Test("a declined address is a conflict until the guest renews it, and is not offered at once again")
  func decline() throws {
    let served = try port(5)
    let snapshot = DHCPSnapshot([mac(5): served], key: .source)
    let address = DHCPOption(.requestedAddress, [10, 0, 0, 5])
    let (_, counters) = run([frame(.decline, from: 5, [address]), frame(.discover, from: 5)], snapshot)
    #expect(counters.declines == 1 && counters.drops == [.heldAfterDecline: 1])
    #expect(served.history.lease?.isInConflict == true)
    _ = run([frame(.request, from: 5, client: IPv4Address(10, 0, 0, 5))], snapshot)
    #expect(served.history.lease?.isInConflict == false)
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
    served.history.expectProbe(7)
    #expect(run([probe], snapshot).session.batch.count == 1)
    #expect(served.history.lease == nil)
    #expect(served.history.lastProbe(7) == .answered(IPv4Address(10, 0, 0, 5)) && served.history.lastProbe(8) == nil)
    _ = run([frame(.decline, from: 5, [DHCPOption(.requestedAddress, [10, 0, 0, 5])])], snapshot)
    served.history.expectProbe(7)
    _ = run([probe], snapshot)
    #expect(served.history.lastProbe(7) == .dropped(.heldAfterDecline))
    _ = run([frame(.request, from: 5, client: IPv4Address(10, 0, 0, 5))], snapshot)
    #expect(served.history.lease?.lastMessage == .ack, "one message is the probe's, and the next is the guest's again")
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
}
