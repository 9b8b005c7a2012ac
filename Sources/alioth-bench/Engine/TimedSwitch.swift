import OpenFlow
import OpenFlowNIO
import SwitchEngine
import Synchronization

/// A connection that tells when the switch has answered a commit, at the moment of the answer.
///
/// The engine's state tells of it too, but a little later, and whoever waits for that needs a thread of its own, which
/// takes a core from the switch.
final class TimedSwitch: ProgrammableSwitch {
  private let target: SwitchConnection
  private let clock: CommitClock

  /// Tells of the next answer, whichever connection it comes on.
  final class CommitClock: Sendable {
    private let waiter = Mutex<CheckedContinuation<UInt64, Never>?>(nil)

    /// The time of the next answer. For one at a time.
    nonisolated(nonsending) func next() async -> UInt64 {
      await withCheckedContinuation { continuation in waiter.withLock { $0 = continuation } }
    }

    fileprivate func note() {
      let time = Clock.now()
      waiter.withLock { waiter in
        defer { waiter = nil }
        return waiter
      }?.resume(returning: time)
    }
  }

  init(_ target: SwitchConnection, _ clock: CommitClock) {
    self.target = target
    self.clock = clock
  }

  var features: SwitchFeatures { target.features }

  func reserveTransactionIDs(_ count: Int) -> UInt32 { target.reserveTransactionIDs(count) }

  func commit(_ bundle: EncodedBundle, completion: @escaping @Sendable (Result<[BundleRefusal], any Error>) -> Void) {
    target.commit(bundle) { [clock] outcome in
      clock.note()
      completion(outcome)
    }
  }

  func apply(_ messages: [[UInt8]], completion: @escaping @Sendable (Result<[BundleRefusal], any Error>) -> Void) {
    target.apply(messages, completion: completion)
  }

  func groups() async throws -> [Group] { try await target.groups() }

  func meters() async throws -> [Meter] { try await target.meters() }

  func tableSizes() async throws -> [TableID: Int] { try await target.tableSizes() }

  func readFlows(
    table: TableID?, cookies: CookieFilter, part: @escaping @Sendable ([UInt8]) async throws -> Void
  ) async throws {
    try await target.readFlows(table: table, cookies: cookies, part: part)
  }

  var closed: ConnectionFailure {
    get async { await target.closed }
  }

  func disconnect() { target.disconnect() }
}
