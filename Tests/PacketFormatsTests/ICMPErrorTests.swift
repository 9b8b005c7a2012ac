import NetworkTypes
import PacketFormats
import Testing

@Suite("ICMP errors")
struct ICMPErrorTests {
  private static let gateway = MACAddress(2, 0, 0, 0, 0, 1)
  private static let guest = MACAddress(2, 0, 0, 0, 0, 0x0a)
  private static let routerIPv4 = IPAddress.v4(IPv4Address(10, 0, 0, 1))
  private static let routerIPv6 = IPAddress("fd00::1") ?? routerIPv4

  private static let kernel: [(error: ICMPError, seen: RouterAnswer, router: IPAddress)] = [
    (.timeExceeded, KernelFrames.timeExceededIPv4, routerIPv4),
    (.networkUnreachable, KernelFrames.networkUnreachableIPv4, routerIPv4),
    (.hostUnreachable, KernelFrames.hostUnreachableIPv4, routerIPv4),
    (.tooBig(mtu: 1280), KernelFrames.tooBigIPv4, routerIPv4),
    (.timeExceeded, KernelFrames.timeExceededIPv6, routerIPv6),
    (.networkUnreachable, KernelFrames.networkUnreachableIPv6, routerIPv6),
    (.hostUnreachable, KernelFrames.hostUnreachableIPv6, routerIPv6),
    (.tooBig(mtu: 1280), KernelFrames.tooBigIPv6, routerIPv6),
  ]

  private func answer(_ error: ICMPError, _ frame: [UInt8], _ router: IPAddress = routerIPv4) -> [UInt8]? {
    let sender = ICMPError.Sender(address: router, mac: Self.gateway, destinationMAC: Self.guest)
    return error.answer(to: frame.span.bytes, from: sender)
  }

  /// The kernel numbers its answers, lets them be fragmented, and copies the flow label of what it answers: none of it is ours
  /// to copy.
  private func comparable(_ frame: [UInt8]) throws -> [UInt8] {
    var frame = frame
    if frame[12] == 8 {
      #expect(
        try IPv4Header(parsing: frame.span.bytes.extracting(14..<frame.count), acceptsCutPayload: true).checksumIsValid)
      frame.replaceSubrange(18..<22, with: [0, 0, 0, 0])
      frame.replaceSubrange(24..<26, with: [0, 0])
    } else {
      frame.replaceSubrange(14..<18, with: [0x60, 0, 0, 0])
    }
    return frame
  }

  @Test("what a router of Linux says is said in the same bytes", arguments: kernel.indices)
  func golden(index: Int) throws {
    let (error, seen, router) = Self.kernel[index]
    // The captures begin with the Ethernet header, and a large answer's end with its ICMP header.
    let made = try #require(answer(error, seen.ping, router))
    #expect(try comparable(Array(made.prefix(seen.answer.count))) == comparable(seen.answer))
    let header = made[12] == 8 ? 14 + 28 : 14 + 48
    #expect(Array(made[header...]) == Array(seen.ping[14..<14 + made.count - header]))
    #expect(made.count - 14 <= (made[12] == 8 ? 576 : 1280))
  }

  @Test("an error is never answered, nor a redirect, nor a message of a kind that is not known to be a question")
  func noErrors() {
    for type: UInt8 in [3, 4, 5, 11, 12, 40] {
      var ping = KernelFrames.timeExceededIPv4.ping
      ping[34] = type
      #expect(answer(.timeExceeded, ping) == nil)
    }
    for type: UInt8 in [1, 2, 3, 4, 127, 137] {
      var ping = KernelFrames.timeExceededIPv6.ping
      ping[54] = type
      #expect(answer(.timeExceeded, ping, Self.routerIPv6) == nil)
    }
    #expect(answer(.timeExceeded, KernelFrames.timeExceededIPv4.answer) == nil)
    #expect(answer(.timeExceeded, KernelFrames.timeExceededIPv6.answer, Self.routerIPv6) == nil)
  }

  @Test("what goes to several hosts, or comes from nobody in particular, is not answered")
  func noGroups() {
    var group = KernelFrames.timeExceededIPv4.ping
    group[0] = 0xff
    #expect(answer(.timeExceeded, group) == nil)
    for address in [[224, 0, 0, 1], [255, 255, 255, 255]] as [[UInt8]] {
      var ping = KernelFrames.timeExceededIPv4.ping
      ping.replaceSubrange(30..<34, with: address)
      #expect(answer(.timeExceeded, ping) == nil)
    }
    for address in [[0, 0, 0, 0], [127, 0, 0, 1], [224, 0, 0, 1], [255, 255, 255, 255]] as [[UInt8]] {
      var ping = KernelFrames.timeExceededIPv4.ping
      ping.replaceSubrange(26..<30, with: address)
      #expect(answer(.timeExceeded, ping) == nil)
    }
    var group6 = KernelFrames.timeExceededIPv6.ping
    group6[38] = 0xff
    #expect(answer(.timeExceeded, group6, Self.routerIPv6) == nil)
    // Path MTU discovery works for groups too (RFC 4443 section 2.4 (e.3)).
    #expect(answer(.tooBig(mtu: 1280), group6, Self.routerIPv6) != nil)
    var unspecified = KernelFrames.timeExceededIPv6.ping
    unspecified.replaceSubrange(22..<38, with: [UInt8](repeating: 0, count: 16))
    #expect(answer(.timeExceeded, unspecified, Self.routerIPv6) == nil)
  }

  @Test("a later fragment is not answered, the first one is; what may be cut is not too big")
  func fragments() {
    var first = KernelFrames.timeExceededIPv4.ping
    first.replaceSubrange(20..<22, with: [0x20, 0])
    #expect(answer(.timeExceeded, first) != nil)
    #expect(answer(.tooBig(mtu: 1280), first) == nil)
    var later = first
    later.replaceSubrange(20..<22, with: [0, 2])
    #expect(answer(.timeExceeded, later) == nil)
  }

  @Test("an answer needs an address of the packet's version, and no answer is made of what is cut or is no IP")
  func refused() {
    #expect(answer(.timeExceeded, KernelFrames.timeExceededIPv4.ping, Self.routerIPv6) == nil)
    #expect(answer(.timeExceeded, KernelFrames.arpRequest) == nil)
    for (seen, router) in [
      (KernelFrames.timeExceededIPv4, Self.routerIPv4), (KernelFrames.timeExceededIPv6, Self.routerIPv6),
    ] {
      let headers = seen.ping[12] == 8 ? 35 : 55
      for length in 0..<headers { #expect(answer(.timeExceeded, Array(seen.ping.prefix(length)), router) == nil) }
    }
  }

  @Test("random bytes make no trap, and no answer longer than it may be", arguments: 1...20)
  func random(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      var bytes = generator.bytes(Int.random(in: 0..<200, using: &generator))
      if bytes.count > 14 {
        bytes[0] = 2
        bytes.replaceSubrange(12..<15, with: Bool.random(using: &generator) ? [8, 0, 0x45] : [0x86, 0xdd, 0x60])
      }
      for router in [Self.routerIPv4, Self.routerIPv6] {
        #expect((answer(.hostUnreachable, bytes, router)?.count ?? 0) <= 1294, "seed \(seed)")
      }
    }
  }
}
