import GoalStateProtobuf
import Synchronization

/// A message that has been handed in, and its reply once there is one. For one reader.
public final class AlcorTicket: Sendable {
  private enum State {
    case open
    case awaited(CheckedContinuation<Alcor_Schema_GoalStateOperationReply, Never>)
    case replied(Alcor_Schema_GoalStateOperationReply)
  }

  private let state = Mutex(State.open)

  /// Waits for the reply.
  func reply() async -> Alcor_Schema_GoalStateOperationReply {
    await withCheckedContinuation { continuation in
      let reply: Alcor_Schema_GoalStateOperationReply? = state.withLock { state in
        if case .replied(let reply) = state { return reply }
        state = .awaited(continuation)
        return nil
      }
      if let reply { continuation.resume(returning: reply) }
    }
  }

  func fulfil(_ reply: Alcor_Schema_GoalStateOperationReply) {
    let waiter: CheckedContinuation<Alcor_Schema_GoalStateOperationReply, Never>? = state.withLock { state in
      defer { state = .replied(reply) }
      if case .awaited(let continuation) = state { return continuation }
      return nil
    }
    waiter?.resume(returning: reply)
  }
}
