import OpenFlow

/// Evaluates packets as Open vSwitch 3.1 with its userspace datapath does.
///
/// Nothing here knows the time or changes anything by itself: what a packet is forwarded by comes with the state, what
/// the switch remembers with the memory, and what the packet causes is the result. No bytes make it trap, and every
/// packet ends: the lookups, the depth and the times that a packet comes back are limited.
public struct Evaluator<State: ForwardingState> {
  private let state: State
  private let options: EvaluationOptions

  /// An evaluator over the switch's present state.
  public init(_ state: State, options: EvaluationOptions = EvaluationOptions()) {
    self.state = state
    self.options = options
  }

  /// What becomes of a packet that comes in at `time`.
  public func evaluate(_ packet: PacketInput, at time: ModelTime, memory: inout SwitchMemory) -> Evaluation {
    run(packet, at: time, memory: &memory, start: .table)
  }

  /// What becomes of a packet that a controller sends with these actions (OpenFlow 1.3.5 section 7.3.7).
  public func evaluate(
    _ packet: PacketInput, actions: [Action], at time: ModelTime, memory: inout SwitchMemory
  ) -> Evaluation {
    run(packet, at: time, memory: &memory, start: .actions(actions))
  }

  /// What becomes of a packet that a controller resumes, as it was or changed.
  public func resume(
    _ packet: PacketInput, _ continuation: Continuation, at time: ModelTime, memory: inout SwitchMemory
  ) -> Evaluation {
    run(packet, at: time, memory: &memory, start: .frozen(continuation.pipeline))
  }

  private func run(
    _ packet: PacketInput, at time: ModelTime, memory: inout SwitchMemory, start: DatapathExecution<State>.Start
  ) -> Evaluation {
    var execution = DatapathExecution(state, options, at: time, memory: memory)
    execution.begin(packet, start)
    memory = execution.memory
    return execution.result
  }
}
