import SwitchEngine
import Testing

extension SwitchEngine {
  /// Runs the engine for as long as `body` takes, and until it has ended after that.
  nonisolated func whileRunning(_ body: () async throws -> Void) async throws {
    let running = Task { await run() }
    do {
      try await body()
    } catch {
      running.cancel()
      throw error
    }
    running.cancel()
    await running.value
  }

  /// Waits until the state is as asked, at most half a minute.
  func wait(
    at location: SourceLocation = #_sourceLocation, until isDone: @Sendable (SwitchEngineState<Owner>) -> Bool
  ) async {
    let deadline = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < deadline {
      if isDone(state) { return }
      try? await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("the engine did not get there: \(state)", sourceLocation: location)
  }

  func waitForSync(at location: SourceLocation = #_sourceLocation) async -> SwitchEngineState<Owner> {
    await wait(at: location) { $0.isInSync }
    return state
  }
}
