import Foundation
import Glibc
import Testing

@testable import PacketCapture

@Suite(.enabled(if: mayMakeNamespaces), .timeLimit(.minutes(2))) struct PacketCaptureTests {
  /// A namespace with a pair of silent links that are up: what goes in at `left` comes out at `right`.
  private func pair() throws -> TestNamespace {
    let namespace = try TestNamespace()
    try namespace.ip("link add left address 02:00:00:00:00:01 type veth peer name right address 02:00:00:00:00:02")
    for name in ["left", "right"] {
      try namespace.ip("link set \(name) addrgenmode none")
      try namespace.ip("link set \(name) up")
    }
    return namespace
  }

  /// What `capture` sees within ten seconds, until it is `count` frames.
  private static func frames(_ capture: PacketCapture, count: Int) throws -> [[UInt8]] {
    var seen: [[UInt8]] = []
    let end = Date(timeIntervalSinceNow: 10)
    while seen.count < count, Date() < end, try capture.wait(timeoutMilliseconds: 1000) || Date() < end {
      try capture.drain(limit: count - seen.count) { _, bytes in seen.append(bytes.withUnsafeBytes { Array($0) }) }
    }
    return seen
  }

  private static func error(_ body: () throws(CaptureError) -> Void) -> CaptureError? {
    do throws(CaptureError) {
      try body()
      return nil
    } catch {
      return error
    }
  }

  @Test("frames that are sent together come in their order, and one that the interface cannot take costs no other")
  func batch() throws {
    try pair().enter {
      let left = try PacketCapture(interface: "left")
      // The kernel keeps room for as many frames of this length as its buffer holds.
      let right = try PacketCapture(interface: "right", snapshotLength: 2048)
      let frames = (1...200).map { udpFrame(destinationPort: $0) }
      var batch = FrameBatch()
      for (index, frame) in frames.enumerated() {
        // Longer than the interface's MTU of 1500: EMSGSIZE.
        if index.isMultiple(of: 50) { batch.append(frame + Array(repeating: 0, count: 2000)) }
        batch.append(frame)
      }
      batch.append([])
      #expect(batch.count == 204)
      #expect(try left.inject(batch) == 200)
      #expect(try PacketCaptureTests.frames(right, count: 200) == frames)
      batch.removeAll()
      #expect(try left.inject(batch) == 0)
    }
  }

  @Test("a frame that is injected at one end is captured at the other, byte for byte")
  func roundTrip() throws {
    try pair().enter {
      let left = try PacketCapture(interface: "left")
      let right = try PacketCapture(interface: "right")
      #expect(left.linkType == 1)
      let before = UInt64(Date().timeIntervalSince1970 * 1e9)
      try left.inject(udpFrame(destinationPort: 67))
      #expect(try right.wait(timeoutMilliseconds: 10_000))
      var arrivals: [CapturedFrame] = []
      var bytes: [UInt8] = []
      let count = try right.drain(limit: 10) { frame, span in
        arrivals.append(frame)
        bytes = span.withUnsafeBytes { Array($0) }
      }
      #expect(count == 1)
      #expect(bytes == udpFrame(destinationPort: 67))
      let frame = try #require(arrivals.first)
      #expect(frame.originalLength == bytes.count)
      #expect(frame.timestamp.nanoseconds > before - 1_000_000_000)
      #expect(frame.timestamp.nanoseconds < before + 60_000_000_000)
      #expect(try right.statistics().received == 1)
      #expect(try right.statistics().dropped == 0)
    }
  }

  @Test("the filter lets only its frames through")
  func filter() throws {
    try pair().enter {
      let left = try PacketCapture(interface: "left")
      let right = try PacketCapture(interface: "right", filter: "udp and dst port 67")
      for port: UInt16 in [66, 67, 68] { try left.inject(udpFrame(destinationPort: port)) }
      #expect(try Self.frames(right, count: 1) == [udpFrame(destinationPort: 67)])
      #expect(try right.drain(limit: 1) { _, _ in } == 0)
    }
  }

  @Test("a VLAN tag is in the captured bytes, though the kernel has taken it off before the filter")
  func vlanTag() throws {
    try pair().enter {
      let left = try PacketCapture(interface: "left")
      let right = try PacketCapture(interface: "right", filter: "udp and dst port 67")
      var tagged = udpFrame(destinationPort: 67)
      tagged.insert(contentsOf: [0x81, 0x00, 0x20, 0x07], at: 12)
      try left.inject(tagged)
      #expect(try Self.frames(right, count: 1) == [tagged])
    }
  }

  @Test("a capture of one direction does not see what is sent from its own interface, one of both does")
  func direction() throws {
    try pair().enter {
      let sender = try PacketCapture(interface: "left")
      let inbound = try PacketCapture(interface: "left", direction: .in)
      let both = try PacketCapture(interface: "left", direction: .both)
      let other = try PacketCapture(interface: "right")
      try sender.inject(udpFrame(destinationPort: 1))
      try other.inject(udpFrame(destinationPort: 2))
      // The second frame is behind the first, so that seeing only it shows that the first was left out.
      #expect(try Self.frames(inbound, count: 1) == [udpFrame(destinationPort: 2)])
      #expect(try Self.frames(sender, count: 1) == [udpFrame(destinationPort: 2)])
      #expect(
        try Self.frames(both, count: 2) == [udpFrame(destinationPort: 1), udpFrame(destinationPort: 2)])
    }
  }

  @Test("a snapshot length cuts the bytes and not the original length")
  func snapshot() throws {
    try pair().enter {
      let left = try PacketCapture(interface: "left")
      let right = try PacketCapture(interface: "right", snapshotLength: 64)
      let frame = udpFrame(destinationPort: 67, payload: 1000)
      try left.inject(frame)
      #expect(try right.wait(timeoutMilliseconds: 10_000))
      var lengths: [Int] = []
      try right.drain(limit: 1) { captured, bytes in lengths = [bytes.byteCount, captured.originalLength] }
      #expect(lengths == [64, frame.count])
    }
  }

  @Test("draining stops at its limit and goes on where it stopped")
  func limit() throws {
    try pair().enter {
      let left = try PacketCapture(interface: "left")
      let right = try PacketCapture(interface: "right")
      for port: UInt16 in 1...10 { try left.inject(udpFrame(destinationPort: port)) }
      #expect(try Self.frames(right, count: 4) == (1...4).map { udpFrame(destinationPort: $0) })
      #expect(try Self.frames(right, count: 6) == (5...10).map { udpFrame(destinationPort: $0) })
    }
  }

  @Test("a wait without frames ends with its timeout")
  func timeout() throws {
    try pair().enter {
      let capture = try PacketCapture(interface: "left")
      #expect(try !capture.wait(timeoutMilliseconds: 0))
      #expect(try !capture.wait(timeoutMilliseconds: 20))
      #expect(try capture.drain(limit: 10) { _, _ in } == 0)
    }
  }

  @Test("another thread ends a wait that has no timeout, also when it was before the wait")
  func wakeUp() throws {
    try pair().enter {
      let wakeUp = CaptureWakeUp()
      let capture = try PacketCapture(interface: "left", wakeUp: wakeUp)
      wakeUp.signal()
      wakeUp.signal()
      #expect(try !capture.wait(timeoutMilliseconds: -1))
      Thread.detachNewThread {
        usleep(20_000)
        wakeUp.signal()
      }
      #expect(try !capture.wait(timeoutMilliseconds: -1))
      #expect(try !capture.wait(timeoutMilliseconds: 0))
    }
  }

  @Test("an interface that is not there is a typed error")
  func noInterface() throws {
    try pair().enter {
      let error = Self.error { () throws(CaptureError) in _ = try PacketCapture(interface: "nothing") }
      #expect(error?.kind == .noSuchInterface)
      #expect(error?.description.hasPrefix("cannot open a capture on nothing: ") == true)
      #expect(error?.description.hasSuffix("; check the name with 'ip link'") == true)
      for name in ["", "a\u{0}b", String(repeating: "x", count: 300)] {
        let error = Self.error { () throws(CaptureError) in _ = try PacketCapture(interface: name) }
        #expect(error?.interface == name)
      }
    }
  }

  @Test("an interface that is down is a typed error")
  func downInterface() throws {
    let namespace = try pair()
    try namespace.ip("link set left down")
    try namespace.enter {
      let error = Self.error { () throws(CaptureError) in _ = try PacketCapture(interface: "left") }
      #expect(error?.kind == .interfaceDown)
    }
  }

  @Test(
    "a filter that does not compile is a typed error with libpcap's words",
    arguments: ["udp port", "nonsense x", "a\u{0}"])
  func badFilter(text: String) throws {
    try pair().enter {
      let error = Self.error { () throws(CaptureError) in _ = try PacketCapture(interface: "left", filter: text) }
      #expect(error?.kind == .badFilter)
      #expect(error?.attempt == "use the capture filter '\(text)'")
      #expect(error?.reason.isEmpty == false)
    }
  }

  @Test("an empty frame and one that is too long are refused")
  func badFrames() throws {
    try pair().enter {
      let capture = try PacketCapture(interface: "left")
      let empty = Self.error { () throws(CaptureError) in try capture.inject([]) }
      #expect(empty?.reason == "the frame is empty")
      let long = Self.error { () throws(CaptureError) in try capture.inject([UInt8](repeating: 1, count: 20_000)) }
      #expect(long?.kind == .injectionFailed)
      #expect(long?.reason.contains("Message too long") == true, "\(String(describing: long))")
    }
  }

  @Test("a capture outlives its interface going down and coming up")
  func downAndUp() throws {
    let namespace = try pair()
    try namespace.enter {
      let left = try PacketCapture(interface: "left")
      let right = try PacketCapture(interface: "right")
      try namespace.ip("link set right down")
      #expect(try !right.wait(timeoutMilliseconds: 20))
      #expect(try right.drain(limit: 1) { _, _ in } == 0)
      try namespace.ip("link set right up")
      try left.inject(udpFrame(destinationPort: 67))
      #expect(try Self.frames(right, count: 1) == [udpFrame(destinationPort: 67)])
    }
  }

  @Test("an interface that is removed ends waiting, draining and injecting with a typed error")
  func removed() throws {
    let namespace = try pair()
    try namespace.enter {
      let capture = try PacketCapture(interface: "left")
      let drained = try PacketCapture(interface: "left")
      let other = try PacketCapture(interface: "right")
      Thread.detachNewThread {
        usleep(20_000)
        _ = try? namespace.ip("link delete left")
      }
      let waited = Self.error { () throws(CaptureError) in _ = try capture.wait(timeoutMilliseconds: -1) }
      let waitedAgain = Self.error { () throws(CaptureError) in _ = try capture.wait(timeoutMilliseconds: 0) }
      let read = Self.error { () throws(CaptureError) in try drained.drain(limit: 1) { _, _ in } }
      let sent = Self.error { () throws(CaptureError) in try other.inject(udpFrame(destinationPort: 1)) }
      #expect(waited?.kind == .interfaceGone && waited?.attempt == "wait for frames")
      #expect(waitedAgain?.kind == .interfaceGone && waitedAgain?.attempt == "wait for frames")
      #expect(read?.kind == .interfaceGone && read?.attempt == "read frames")
      #expect(sent?.kind == .interfaceGone && sent?.attempt.hasPrefix("send a frame") == true)
    }
  }

  @Test("captures close their descriptors, also those that could not be opened whole")
  func descriptors() throws {
    try pair().enter {
      func sockets() throws -> Int {
        try String(contentsOfFile: "/proc/thread-self/net/packet", encoding: .utf8).split(separator: "\n").count
      }
      let before = try sockets()
      for _ in 0..<20 {
        _ = Self.error { () throws(CaptureError) in _ = try PacketCapture(interface: "left", filter: "nonsense x") }
        _ = try PacketCapture(interface: "left", filter: "udp")
      }
      // A program that another test started meanwhile has copies of them until it ends.
      var patience = 1000
      while try sockets() != before, patience > 0 {
        usleep(10_000)
        patience -= 1
      }
      let after = try sockets()
      #expect(after == before)
    }
  }

  @Test("without immediate mode frames arrive too")
  func batched() throws {
    try pair().enter {
      let left = try PacketCapture(interface: "left")
      let right = try PacketCapture(interface: "right", promiscuous: true, immediate: false)
      try left.inject(udpFrame(destinationPort: 67))
      #expect(try Self.frames(right, count: 1) == [udpFrame(destinationPort: 67)])
    }
  }
}
