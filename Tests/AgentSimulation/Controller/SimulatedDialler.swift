@testable import Southbound

/// The agent's way to the simulated controller.
struct SimulatedDialler: ControllerDialler {
  let controller: SimulatedController
  let clock: SimulatedClock
  /// Who dials.
  let agent: SimulatedAgent

  func call(
    send: @escaping @Sendable (@escaping Writer) async throws -> Void,
    receive: @escaping @Sendable (ControllerFrame) async throws -> Void
  ) async throws {
    try await clock.sleep(for: controller.loop.drawn(0...10))
    let session = try controller.accept(agent)
    defer { session.left() }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await send { try session.send($0) }
        return false
      }
      group.addTask {
        for try await message in session.incoming { try await receive(ControllerFrame(message)) }
        return true
      }
      defer { group.cancelAll() }
      while let isOver = try await group.next(), !isOver {}
    }
  }
}
