import OVSDB

extension OVSDBClient {
  /// Waits, by a monitor, until ovs-vswitchd has put a configuration into effect.
  ///
  /// - Parameters:
  ///   - count: The count of `HostBridgePlan.awaitedConfiguration`.
  ///   - deadline: How long it may take.
  public func waitUntilInEffect(_ count: Int64, within deadline: Duration) async throws(WaitError) {
    try await wait(for: .effect(of: count), within: deadline)
  }

  /// Waits, by a monitor, until ovs-vswitchd has opened an interface, and returns its OpenFlow port number.
  ///
  /// - Parameters:
  ///   - name: The interface. It need not be there yet.
  ///   - count: A count that must be in effect before what the row says is believed.
  ///   - deadline: How long it may take.
  public func waitForPort(
    _ name: String, after count: Int64? = nil, within deadline: Duration
  ) async throws(WaitError) -> Int {
    try await wait(for: .port(named: name, after: count), within: deadline)
  }

  /// Waits for anything that a monitor can tell.
  public func wait<Outcome>(
    for wait: DatabaseWait<Outcome>, within deadline: Duration
  ) async throws(WaitError) -> Outcome {
    let states: AsyncStream<Replica>
    do {
      states = try await startMonitor(wait.request).states
    } catch {
      throw .request(error)
    }
    return try await wait.outcome(of: states, within: deadline)
  }
}

extension OVSDBSession {
  /// Waits as `OVSDBClient.waitUntilInEffect` does, across connections.
  public func waitUntilInEffect(_ count: Int64, within deadline: Duration) async throws(WaitError) {
    try await wait(for: .effect(of: count), within: deadline)
  }

  /// Waits as `OVSDBClient.waitForPort` does, across connections.
  public func waitForPort(
    _ name: String, after count: Int64? = nil, within deadline: Duration
  ) async throws(WaitError) -> Int {
    try await wait(for: .port(named: name, after: count), within: deadline)
  }

  /// Waits for anything that a monitor can tell.
  public func wait<Outcome>(
    for wait: DatabaseWait<Outcome>, within deadline: Duration
  ) async throws(WaitError) -> Outcome {
    try await wait.outcome(of: monitor(wait.request).snapshots.map(\.replica), within: deadline)
  }
}

extension DatabaseWait {
  /// What watching came to: the outcome, or what there was at last when it ended.
  private enum Watched: Sendable {
    case outcome(Result<Outcome, WaitError>)
    case unfinished(String)
    case deadline
  }

  /// The first outcome in a stream of states.
  fileprivate func outcome<States: AsyncSequence & Sendable>(
    of states: States, within deadline: Duration
  ) async throws(WaitError) -> Outcome where States.Element == Replica {
    let watched = await withTaskGroup(of: Watched.self) { group in
      group.addTask { await watch(states) }
      group.addTask {
        try? await Task.sleep(for: deadline)
        return .deadline
      }
      let first = await group.next()
      group.cancelAll()
      guard case .deadline? = first else { return first }
      let last = await group.next()
      guard case .unfinished(let found)? = last, !Task.isCancelled else { return last }
      return .outcome(.failure(.timedOut(what: what, after: deadline, found: found)))
    }
    guard case .outcome(let result)? = watched else { throw Task.isCancelled ? .cancelled : .ended }
    return try result.get()
  }

  private func watch<States: AsyncSequence & Sendable>(
    _ states: States
  ) async -> Watched where States.Element == Replica {
    var found = "the database has not been read yet"
    do {
      for try await replica in states {
        do throws(WaitError) {
          switch try look(replica) {
          case .success(let outcome): return .outcome(.success(outcome))
          case .failure(let pending): found = pending.text
          }
        } catch {
          return .outcome(.failure(error))
        }
      }
    } catch {
      guard let error = error as? RequestError else { return .unfinished("\(error)") }
      return .outcome(.failure(.request(error)))
    }
    return .unfinished(found)
  }
}
