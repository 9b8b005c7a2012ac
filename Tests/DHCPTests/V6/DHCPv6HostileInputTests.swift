import DHCP
import NetworkTypes
import PacketFormats
import Testing

@Suite("Hostile DHCPv6 frames")
struct DHCPv6HostileInputTests {
  private let frames: [[UInt8]] = [
    V6ClientFrames.dhclientSolicit, V6ClientFrames.dhclientRequest, V6ClientFrames.dhclientRenew,
    V6ClientFrames.dhclientConfirm, V6ClientFrames.dhclientRelease, V6ClientFrames.dhclientInformationRequest,
    V6ClientFrames.dhclientSolicitAll, V6ClientFrames.dhclientRequestAll, V6ClientFrames.networkdSolicit,
    V6ClientFrames.networkdRenew, V6ClientFrames.dnsmasqReply,
    V6ClientMessage(.renew, [iaNA(1, [reserved6]), asking(for: 23, 24, 39)]).frame,
    V6ClientMessage(.decline, [iaNA(1, [reserved6])]).frame,
  ]

  private func binding() throws -> DHCPv6Binding {
    try guestBinding6 {
      $0.rapidCommit = true
      $0.hostName = "vm.example.test"
    }
  }

  /// The payload of the frame cut to `length` with all lengths put right, so that the cut is in the message itself.
  private func cut(_ frame: [UInt8], payload length: Int) -> [UInt8] {
    V6ClientMessage(.solicit).frame(carrying: Array(frame[62..<62 + length]))
  }

  @Test("no beginning of a frame is answered; each has a reason")
  func beginnings() throws {
    let binding = try binding()
    for frame in frames {
      for length in 0..<frame.count {
        guard case .drop(let reason) = respond6(Array(frame.prefix(length)), binding) else {
          Issue.record("\(length) bytes were answered")
          continue
        }
        #expect([.truncatedFrame, .malformedIPv6, .notServerPort].contains(reason))
      }
    }
  }

  @Test("a message cut anywhere but between options is refused as such")
  func cutMessages() throws {
    let binding = try binding()
    for frame in frames where frame[62] != 7 {
      var boundaries: Set<Int> = [4]
      var offset = 4
      while offset < frame.count - 62 {
        offset += 4 + Int(frame[62 + offset + 2]) << 8 + Int(frame[62 + offset + 3])
        boundaries.insert(offset)
      }
      for length in 0..<frame.count - 62 {
        let outcome = respond6(cut(frame, payload: length), binding)
        let isRefused = outcome == .drop(.truncatedMessage) || outcome == .drop(.malformedOptions)
        #expect(isRefused == !boundaries.contains(length), "\(length) bytes: \(outcome)")
      }
    }
  }

  @Test("frames with changed bytes have an outcome, and a reply is always a whole one to the port")
  func mutations() throws {
    let seed: UInt64 = 0x6c61_7565
    var generator = SeededGenerator(seed: seed)
    let binding = try binding()
    var replies = 0
    for round in 0..<20_000 {
      var bytes = frames[round % frames.count]
      for _ in 0...Int.random(in: 0...5, using: &generator) {
        // Mostly in the message, so that headers survive.
        let start = Int.random(in: 0...9, using: &generator) == 0 ? 0 : 62
        bytes[Int.random(in: start..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      var buffer: [UInt8] = []
      let outcome = DHCPv6Responder.respond(
        to: bytes.span.bytes, binding: binding, serverMAC: serverMAC, into: &buffer)
      guard case .reply = outcome else {
        #expect(buffer.isEmpty)
        continue
      }
      replies += 1
      #expect(Array(buffer.prefix(14)) == guestMAC.octets + serverMAC.octets + [0x86, 0xdd])
      #expect(buffer.count <= 1294)
      #expect((try? DHCPv6Message(parsing: buffer.span.bytes.extracting(62..<buffer.count))) != nil)
      _ = DHCPv6Message.summary(of: bytes.span.bytes.extracting(62..<bytes.count))
    }
    #expect(replies > 1000, "seed \(seed): the changes leave too little to be answered")
  }

  @Test("random messages have an outcome and a summary")
  func noise() throws {
    var generator = SeededGenerator(seed: 6)
    let binding = try binding()
    for _ in 0..<5000 {
      let length = Int.random(in: 0...200, using: &generator)
      let payload = generator.bytes(length)
      _ = respond6(V6ClientMessage(.solicit).frame(carrying: payload), binding)
      _ = respond6(generator.bytes(length), binding)
      #expect(DHCPv6Message.summary(of: payload.span.bytes).utf8.count < 65_536)
    }
  }

  @Test("associations nested in associations are not followed")
  func nesting() throws {
    var inner = iaNA(1)
    for _ in 0..<50 {
      inner = DHCPv6Option(.iaNA, .association(iaid: 1, t1: 0, t2: 0, options: [inner]))
    }
    let message = V6ClientMessage(.solicit, [inner])
    #expect(try V6Reply(message.frame).associations == [granted(1, [reserved6])])
    #expect(DHCPv6Message.summary(of: message.payload.span.bytes).contains("nested too deep"))
  }
}
