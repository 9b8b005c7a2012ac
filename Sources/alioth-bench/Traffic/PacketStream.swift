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

  /// What the packets are like.
  enum Kind: UInt8, Sendable {
    /// All alike: after the first one the switch knows what to do with them.
    case permitted = 1
    /// From another address, and each of another Ethernet type than those before: the switch has to look up every one,
    /// and cannot do with it what it would have done a moment ago.
    case forbidden = 2
  }

  private let kind: Kind
  private let isStopping = Atomic<Bool>(false)
  private let result = Mutex<Result<Outcome, RawConnection.Failure>?>(nil)

  init(_ kind: Kind) { self.kind = kind }

  func stop() { isStopping.store(true, ordering: .relaxed) }

  /// What came of it, once `run` has returned.
  func outcome() throws -> Outcome {
    guard let result = result.withLock({ $0 }) else { return Outcome() }
    return try result.get()
  }

  /// Sends and receives until `stop`, and then receives what is still under way; blocks.
  func run(from source: String, to destination: String, perSecond: Int) {
    let outcome: Result<Outcome, RawConnection.Failure>
    do {
      outcome = .success(
        try carry(
          PacketSocket(link: source, receiving: false), PacketSocket(link: destination, receiving: true),
          1_000_000_000 / UInt64(max(1, perSecond))))
    } catch {
      outcome = .failure(error as? RawConnection.Failure ?? RawConnection.Failure(description: "\(error)"))
    }
    result.withLock { $0 = outcome }
  }

  private func carry(
    _ source: PacketSocket, _ destination: PacketSocket, _ interval: UInt64
  ) throws -> Outcome {
    var outcome = Outcome()
    var arrived: [Bool] = []
    var due = Clock.now()
    while !isStopping.load(ordering: .relaxed) {
      Clock.sleep(until: due)
      due += interval
      if source.send(frame(arrived.count)) {
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
      guard let number = number(of: frame), arrived.indices.contains(number) else { continue }
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
  private func frame(_ number: Int) -> [UInt8] {
    let type = PacketStream.etherType + (kind == .forbidden ? UInt16(number % 4096) : 0)
    var frame: [UInt8] = [2, 0, 0, 0, 0, 0xff, 2, 0, 0, 0, 0, kind.rawValue]
    frame += [UInt8(truncatingIfNeeded: type >> 8), UInt8(truncatingIfNeeded: type)] + PacketStream.mark
    frame += [kind.rawValue] + RawMessage.integer(UInt32(truncatingIfNeeded: number))
    return frame + [UInt8](repeating: 0, count: 60 - frame.count)
  }

  /// The first Ethernet type; those from here on mean nothing to a switch.
  private static let etherType: UInt16 = 0xa000
  private static let mark: [UInt8] = [0xa1, 0x10, 0xbe, 0x5c]

  /// The number of a frame of this stream.
  private func number(of frame: ArraySlice<UInt8>) -> Int? {
    guard frame.count >= 23, frame[14..<18] == PacketStream.mark[...], frame[18] == kind.rawValue else { return nil }
    return Int(frame[19..<23].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
  }
}
