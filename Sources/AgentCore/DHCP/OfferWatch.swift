import DHCP
import Foundation
import PacketCapture
import PacketFormats
import Synchronization

/// Looks at what leaves a guest's port for the answer to one message, on a thread of its own.
final class OfferWatch: Sendable {
  /// The answer.
  struct Offer: Sendable {
    let address: String
    let summary: String
    let time: ContinuousClock.Instant
  }

  private let interface: String
  private let transaction: UInt32
  private let wakeUp = CaptureWakeUp()
  private let isOver = Atomic(false)
  private let found = AsyncStream.makeStream(of: Offer?.self)

  init(interface: String, transaction: UInt32) {
    self.interface = interface
    self.transaction = transaction
  }

  /// Begins to look; returns why that is not possible, nil when it is.
  func begin() async -> String? {
    await withCheckedContinuation { continuation in
      let thread = Thread { self.watch(continuation) }
      thread.name = "alioth-probe"
      thread.start()
    }
  }

  /// Ends it.
  func stop() {
    isOver.store(true, ordering: .releasing)
    wakeUp.signal()
    found.continuation.finish()
  }

  /// The answer; nil when none came in time.
  func result(within patience: Duration) async -> Offer? {
    let limit = Task {
      try await Task.sleep(for: patience)
      found.continuation.finish()
    }
    defer { limit.cancel() }
    for await offer in found.stream { return offer }
    return nil
  }

  private func watch(_ begun: CheckedContinuation<String?, Never>) {
    let capture: PacketCapture
    do {
      capture = try PacketCapture(
        interface: interface, snapshotLength: 2048, filter: "udp src port 67", direction: .both, wakeUp: wakeUp)
    } catch {
      begun.resume(returning: "\(error)")
      return
    }
    begun.resume(returning: nil)
    while !isOver.load(ordering: .acquiring) {
      // An interface that goes away has nothing more to show.
      guard let isReady = try? capture.wait(timeoutMilliseconds: 200) else { return }
      guard isReady else { continue }
      guard (try? capture.drain(limit: 64) { _, frame in look(frame) }) != nil else { return }
    }
  }

  private func look(_ frame: RawSpan) {
    guard let range = OfferWatch.payload(of: frame) else { return }
    let payload = frame.extracting(range)
    guard let message = try? DHCPMessage(parsing: payload), message.header.operation == 2,
      message.header.transactionID == transaction
    else { return }
    found.continuation.yield(
      Offer(
        address: "\(message.header.yourAddress)", summary: message.summary(of: payload), time: ContinuousClock.now))
  }

  private static func payload(of frame: RawSpan) -> Range<Int>? {
    guard let ethernet = try? EthernetHeader(parsing: frame), ethernet.etherType == .ipv4 else { return nil }
    let packet = frame.extracting(ethernet.length..<frame.byteCount)
    guard let ip = try? IPv4Header(parsing: packet), ip.ipProtocol == .udp else { return nil }
    let datagram = packet.extracting(ip.payload)
    guard let udp = try? UDPHeader(parsing: datagram) else { return nil }
    let start = ethernet.length + ip.payload.lowerBound
    return start + udp.payload.lowerBound..<start + udp.payload.upperBound
  }
}
