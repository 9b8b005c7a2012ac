import GoalState
import GoalStateProtobuf
import SwiftProtobuf

/// An update as its bytes on the stream, without a connection: for what measures and tries the way from bytes to a goal state.
package enum EncodedUpdate {
  /// The messages that say an update, each as its bytes.
  package static func messages(_ update: GoalStateUpdate, limits: SouthboundLimits = SouthboundLimits()) throws
    -> [[UInt8]]
  {
    let nothing = GoalStateVersion(epoch: "", revision: 0)
    return try UpdateFrames(update, lastSent: nothing, chunkBytes: limits.chunkBytes).map { try $0.serializedBytes() }
  }

  /// An agent's end of a session that has been welcomed.
  package struct Reader {
    private var stream: AgentStreamState

    /// - Parameter held: What the agent holds.
    package init(
      held: GoalStateVersion = GoalStateVersion(epoch: "", revision: 0), limits: SouthboundLimits = SouthboundLimits()
    ) throws {
      stream = AgentStreamState(held: held, limits: limits, welcomeTimeout: .seconds(1), now: .zero)
      _ = try stream.handle(.with { $0.welcome.heartbeatIntervalMilliseconds = 10_000 }, now: .zero)
    }

    /// Takes one message in, and lets a goal state have what is in it.
    package mutating func take(_ message: [UInt8], into goal: inout HostGoalState) throws {
      let frame = try message.withUnsafeBytes { try ControllerFrame(serializedBytes: $0) }
      for action in try stream.handle(frame, now: .zero) {
        switch action {
        case .begin(let part): _ = goal.anticipate(part)
        case .deliver(let update): _ = goal.apply(update)
        case .connected, .rehearse, .releaseRemovals, .answer, .read, .warn: break
        }
      }
    }
  }
}
