import OpenFlow
import OpenFlowNIO
import SwitchEngine
import Synchronization

/// A connection that notes when the switch last answered a commit.
///
/// The engine's state tells of it a little later, to a task that has to be scheduled first.
final class TimedSwitch: ProgrammableSwitch {
  private let target: SwitchConnection
  private let clock: CommitClock

  /// The time of the last answer, whichever connection it came on.
  final class CommitClock: Sendable {
    private let time = Atomic<UInt64>(0)
    var last: UInt64 { time.load(ordering: .relaxed) }
    fileprivate func note() { time.store(Clock.now(), ordering: .relaxed) }
  }

  init(_ target: SwitchConnection, _ clock: CommitClock) {
    self.target = target
    self.clock = clock
  }

  var features: SwitchFeatures { target.features }

  func reserveTransactionIDs(_ count: Int) -> UInt32 { target.reserveTransactionIDs(count) }

  nonisolated(nonsending) func commit(_ bundle: EncodedBundle) async throws -> [BundleRefusal] {
    let refusals = try await target.commit(bundle)
    clock.note()
    return refusals
  }

  func readFlows(
    table: TableID?, cookies: CookieFilter, part: @escaping @Sendable ([UInt8]) async throws -> Void
  ) async throws {
    try await target.readFlows(table: table, cookies: cookies, part: part)
  }

  var closed: ConnectionFailure {
    get async { await target.closed }
  }

  func close() async { await target.close() }
}
