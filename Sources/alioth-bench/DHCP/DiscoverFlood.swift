import Synchronization

/// A guest that does nothing but send DISCOVERs, as many a second as it is told to.
final class DiscoverFlood: Sendable {
  private let isStopping = Atomic<Bool>(false)
  private let state = Mutex(State())

  private struct State {
    var sent = 0
    var nanoseconds: UInt64 = 0
    var failure: String?
  }

  /// A burst a millisecond.
  private static let interval: UInt64 = 1_000_000

  /// Floods until `stop`; call it on a thread of its own.
  func run(interface: String, guest: Int, perSecond rate: Int) {
    do {
      try flood(interface, guest, rate)
    } catch {
      state.withLock { $0.failure = "\(error)" }
    }
  }

  func stop() { isStopping.store(true, ordering: .relaxed) }

  /// How many DISCOVERs went out in a second.
  func perSecond() throws -> Double {
    try state.withLock { state in
      if let failure = state.failure { throw RawConnection.Failure(description: "flood: \(failure)") }
      return Double(state.sent) * 1e9 / Double(max(1, state.nanoseconds))
    }
  }

  private func flood(_ interface: String, _ guest: Int, _ rate: Int) throws {
    let socket = try PacketSocket(link: interface, receiving: false)
    let frames = GuestFrames(asksForBroadcast: false)
    var batch = try FrameBatch(capacity: 64)
    let beginning = Clock.now()
    var now = beginning
    var xid: UInt32 = 0
    var sent = 0
    while !isStopping.load(ordering: .relaxed) {
      now = Clock.now()
      // What is due and not sent yet, a burst at most: who was kept waiting does not catch up in one go.
      let due = Int(Double(now - beginning) / 1e9 * Double(rate))
      var missing = min(due - Int(xid), 4 * batch.capacity)
      while missing > 0 {
        let count = min(missing, batch.capacity)
        for _ in 0..<count {
          xid &+= 1
          batch.append { frames.writeDiscover(of: guest, xid: xid, into: $0) }
        }
        sent += count - batch.send(on: socket.descriptor)
        missing -= count
      }
      Clock.sleep(until: now + DiscoverFlood.interval)
    }
    state.withLock { [sent] in
      $0.sent = sent
      $0.nanoseconds = now - beginning
    }
  }
}
