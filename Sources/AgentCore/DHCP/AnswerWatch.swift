import Foundation
import PacketCapture
import Synchronization

/// Looks at what leaves a guest's port for the answer to one message, on a thread of its own.
final class AnswerWatch: Sendable {
  /// An answer, and when it left.
  typealias Sighting = (answer: DHCPProbeMessage.Answer, time: ContinuousClock.Instant)

  private let interface: String
  private let recognize: @Sendable (RawSpan) -> DHCPProbeMessage.Answer?
  private let wakeUp = CaptureWakeUp()
  private let isOver = Atomic(false)
  private let found = AsyncStream.makeStream(of: Sighting.self)

  /// - Parameter recognize: tells the answer from whatever else passes.
  init(interface: String, recognize: @escaping @Sendable (RawSpan) -> DHCPProbeMessage.Answer?) {
    self.interface = interface
    self.recognize = recognize
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
  func result(within patience: Duration) async -> Sighting? {
    let limit = Task {
      try await Task.sleep(for: patience)
      found.continuation.finish()
    }
    defer { limit.cancel() }
    for await sighting in found.stream { return sighting }
    return nil
  }

  private func watch(_ begun: CheckedContinuation<String?, Never>) {
    let capture: PacketCapture
    do {
      capture = try PacketCapture(
        interface: interface, snapshotLength: 2048, filter: DHCPProbeMessage.filter, direction: .both, wakeUp: wakeUp)
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
    guard let answer = recognize(frame) else { return }
    found.continuation.yield((answer, ContinuousClock.now))
  }
}
