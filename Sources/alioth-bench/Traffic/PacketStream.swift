import Synchronization

/// Numbered frames at a steady rate from one link to another, and which of them arrived.
final class PacketStream: Sendable {
  /// What became of the frames.
  struct Outcome: Sendable {
    var sent = 0
    var received = 0
    var duplicates = 0
    /// The most frames in a row that did not arrive.
    var longestGap = 0
    /// The first and the last number of those that did not arrive.
    var firstLost: Int?
    var lastLost: Int?
    /// Not accepted by the sending link.
    var unsent = 0

    var lost: Int { sent - received }
  }

  private let isStopping = Atomic<Bool>(false)
  private let result = Mutex<Result<Outcome, RawConnection.Failure>?>(nil)

  func stop() { isStopping.store(true, ordering: .relaxed) }

  /// What came of it, once `run` has returned.
  func outcome() throws -> Outcome {
    guard let result = result.withLock({ $0 }) else { return Outcome() }
    return try result.get()
  }

  /// Sends and receives until `stop`, and then receives what is still under way; blocks.
  func run(from source: String, to destination: String, etherType: UInt16, perSecond: Int) {
    let outcome: Result<Outcome, RawConnection.Failure>
    do {
      outcome = .success(
        try carry(
          PacketSocket(link: source, etherType: etherType), PacketSocket(link: destination, etherType: etherType),
          etherType, 1_000_000_000 / UInt64(max(1, perSecond))))
    } catch {
      outcome = .failure(error as? RawConnection.Failure ?? RawConnection.Failure(description: "\(error)"))
    }
    result.withLock { $0 = outcome }
  }

  private func carry(
    _ source: PacketSocket, _ destination: PacketSocket, _ etherType: UInt16, _ interval: UInt64
  ) throws -> Outcome {
    var outcome = Outcome()
    var arrived: [Bool] = []
    var due = Clock.now()
    while !isStopping.load(ordering: .relaxed) {
      Clock.sleep(until: due)
      due += interval
      if source.send(PacketStream.frame(etherType, number: arrived.count)) {
        arrived.append(false)
      } else {
        outcome.unsent += 1
      }
      take(destination, &arrived, &outcome)
    }
    let deadline = Clock.now() + 1_000_000_000
    while Clock.now() < deadline {
      Clock.sleep(until: Clock.now() + 10_000_000)
      take(destination, &arrived, &outcome)
    }
    outcome.sent = arrived.count
    count(arrived, &outcome)
    return outcome
  }

  private func take(_ destination: PacketSocket, _ arrived: inout [Bool], _ outcome: inout Outcome) {
    while let frame = destination.receive() {
      guard let number = PacketStream.number(of: frame), arrived.indices.contains(number) else { continue }
      if arrived[number] {
        outcome.duplicates += 1
      } else {
        arrived[number] = true
        outcome.received += 1
      }
    }
  }

  private func count(_ arrived: [Bool], _ outcome: inout Outcome) {
    var gap = 0
    for (number, came) in arrived.enumerated() {
      if came {
        gap = 0
      } else {
        gap += 1
        outcome.firstLost = outcome.firstLost ?? number
        outcome.lastLost = number
        outcome.longestGap = max(outcome.longestGap, gap)
      }
    }
  }

  /// From and to addresses that nobody has, with the number after a mark.
  private static func frame(_ etherType: UInt16, number: Int) -> [UInt8] {
    var frame: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]
    frame += [UInt8(truncatingIfNeeded: etherType >> 8), UInt8(truncatingIfNeeded: etherType)] + mark
    frame += RawMessage.integer(UInt32(truncatingIfNeeded: number))
    return frame + [UInt8](repeating: 0, count: 60 - frame.count)
  }

  private static let mark: [UInt8] = [0xa1, 0x10, 0xbe, 0x5c]

  private static func number(of frame: ArraySlice<UInt8>) -> Int? {
    guard frame.count >= 22, frame[14..<18] == mark[...] else { return nil }
    return Int(frame[18..<22].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
  }
}
