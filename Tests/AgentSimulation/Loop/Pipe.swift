/// One direction of a connection: what goes in comes out in order, after a while, or never.
///
/// Of the loop's thread.
final class Pipe<Item: Sendable>: @unchecked Sendable {
  private let loop: SimulatedLoop
  private let latency: ClosedRange<Int>
  /// Nil once it is cut: what a pipe ends at holds the pipe.
  private var deliver: (@Sendable (Item) -> Void)?
  private var waiting: [Item] = []
  private var lastDue = Duration.zero
  /// Nothing comes out any more, and nobody is told.
  var isCut: Bool { deliver == nil }

  /// - Parameter latency: in milliseconds.
  init(_ loop: SimulatedLoop, latency: ClosedRange<Int>, deliver: @escaping @Sendable (Item) -> Void) {
    self.loop = loop
    self.latency = latency
    self.deliver = deliver
  }

  func send(_ item: Item) {
    guard !isCut else { return }
    waiting.append(item)
    lastDue = max(lastDue, loop.time + loop.drawn(latency))
    loop.after(lastDue - loop.time) { self.deliverNext() }
  }

  /// Holds up everything that is under way and yet to come.
  func stall(for delay: Duration) { lastDue = max(lastDue, loop.time + delay) }

  func cut() {
    deliver = nil
    waiting = []
  }

  private func deliverNext() {
    guard let deliver, !waiting.isEmpty else { return }
    deliver(waiting.removeFirst())
  }
}
