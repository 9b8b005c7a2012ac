import OpenFlow
import Synchronization

/// Switches that have connected and those who wait for one, first come, first served.
final class SwitchArrivals: Sendable {
  private typealias Waiter = CheckedContinuation<SwitchConnection?, any Error>

  private struct State {
    var connections: [SwitchConnection] = []
    var waiters: [(id: UInt64, waiter: Waiter)] = []
    var nextID: UInt64 = 0
    var hasEnded = false

    mutating func take(_ id: UInt64) -> Waiter? {
      guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
      return waiters.remove(at: index).waiter
    }
  }

  private let limit: Int
  private let state = Mutex(State())

  /// Keeps this many connections that nobody has asked for yet; of more, the oldest go.
  init(limit: Int) { self.limit = max(1, limit) }

  func add(_ connection: SwitchConnection) {
    let waiter = state.withLock { state -> Waiter? in
      if state.hasEnded { return nil }
      if !state.waiters.isEmpty { return state.waiters.removeFirst().waiter }
      if state.connections.count == limit { state.connections.removeFirst() }
      state.connections.append(connection)
      return nil
    }
    waiter?.resume(returning: connection)
  }

  /// Returns nil when none came in time.
  func next(within limit: Duration) async throws -> SwitchConnection? {
    while let connection = state.withLock({ $0.connections.isEmpty ? nil : $0.connections.removeFirst() }) {
      if connection.isOpen { return connection }
    }
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    let timer = Task {
      try await Task.sleep(for: limit)
      state.withLock { $0.take(id) }?.resume(returning: nil)
    }
    defer { timer.cancel() }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { waiter in
        let answer = state.withLock { state -> Result<SwitchConnection?, any Error>? in
          if state.hasEnded { return .failure(ConnectionFailure.closedLocally) }
          if Task.isCancelled { return .failure(CancellationError()) }
          if !state.connections.isEmpty { return .success(state.connections.removeFirst()) }
          state.waiters.append((id, waiter))
          return nil
        }
        if let answer { waiter.resume(with: answer) }
      }
    } onCancel: {
      state.withLock { $0.take(id) }?.resume(throwing: CancellationError())
    }
  }

  func end() {
    let waiters = state.withLock { state in
      state.hasEnded = true
      state.connections = []
      defer { state.waiters = [] }
      return state.waiters
    }
    for (_, waiter) in waiters { waiter.resume(throwing: ConnectionFailure.closedLocally) }
  }
}
