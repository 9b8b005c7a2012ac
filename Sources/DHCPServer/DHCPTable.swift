import Synchronization

/// The snapshot that is answered from: written by whoever knows the ports, read by the responder's thread.
///
/// A snapshot is swapped in whole. Neither side waits for the other longer than it takes to copy a reference; and since
/// to free tens of thousands of bindings takes milliseconds, the one that was replaced is kept until the next is
/// published, by when the reader has let go of it.
public final class DHCPTable: Sendable {
  private struct State {
    var current: DHCPSnapshot
    var replaced: DHCPSnapshot?
  }

  private let state: Mutex<State>

  /// A table without ports.
  public init(key: DHCPSnapshot.Key) {
    state = Mutex(State(current: DHCPSnapshot(key: key)))
  }

  /// The ports as they are now.
  public var current: DHCPSnapshot { state.withLock { $0.current } }

  /// Puts a new snapshot in the place of the old one.
  public func publish(_ snapshot: DHCPSnapshot) {
    let released = state.withLock { state in
      defer {
        state.replaced = state.current
        state.current = snapshot
      }
      return state.replaced
    }
    withExtendedLifetime(released) {}
  }
}
