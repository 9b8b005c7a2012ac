import CBench
import Synchronization

/// Asks the switch for an echo every millisecond, on a connection and a thread of its own.
///
/// A question is asked when it is due, whether the one before has been answered or not: a switch that does nothing for
/// 50 ms is late with 50 answers, and not with one.
final class EchoProbe: Sendable {
  private let descriptor: RawConnectionBox
  private let state = Mutex(State())
  private let isStopping = Atomic<Bool>(false)

  private struct State {
    var latencies: [Double] = []
    var failure: String?
  }

  private struct RawConnectionBox: @unchecked Sendable {
    // Only the probe's thread uses it after the start.
    let connection: RawConnection
  }

  private static let interval: UInt64 = 1_000_000

  /// Connects.
  init(unix path: String) throws { descriptor = RawConnectionBox(connection: try RawConnection(unix: path)) }

  /// Asks until `stop`; call it on a thread of its own.
  func run() {
    do {
      try ask()
    } catch {
      state.withLock { $0.failure = "\(error)" }
    }
  }

  func stop() { isStopping.store(true, ordering: .relaxed) }

  /// What was measured since the last call, in nanoseconds.
  func takeLatencies() throws -> Samples {
    try state.withLock { state in
      if let failure = state.failure { throw RawConnection.Failure(description: "echo: \(failure)") }
      defer { state.latencies.removeAll(keepingCapacity: true) }
      return Samples(state.latencies)
    }
  }

  private func ask() throws {
    let connection = descriptor.connection
    var sent: [UInt32: UInt64] = [:]
    var number: UInt32 = 16
    var due = Clock.now()
    while !isStopping.load(ordering: .relaxed) {
      let now = Clock.now()
      if now >= due {
        sent[number] = due
        try connection.write(RawMessage.plain(type: 2, xid: number))
        number = number == .max ? 16 : number + 1
        due += EchoProbe.interval
        continue
      }
      guard wait_readable(connection.descriptor, Int(due - now)) != 0 else { continue }
      try connection.receive()
      let arrived = Clock.now()
      while let message = connection.next() {
        guard message.type == 3, let began = sent.removeValue(forKey: message.xid) else { continue }
        state.withLock { $0.latencies.append(Double(arrived - began)) }
      }
    }
  }
}
