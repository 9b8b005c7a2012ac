/// What a host's flows add up to: those that its agent wants, and those that the switch has confirmed or reported.
///
/// Only the two can be compared with each other, not those of different agents, or of an agent before it was started again.
public struct FlowDigests: Hashable, Sendable {
  /// Of what the agent wants.
  public var desired: UInt64
  /// Of what the switch has; nil while it is not connected or has not been read.
  public var observed: UInt64?

  /// Both.
  public init(desired: UInt64, observed: UInt64?) {
    self.desired = desired
    self.observed = observed
  }

  /// Whether the switch has exactly what the agent wants; nil while it is not known.
  public var agree: Bool? { observed.map { $0 == desired } }
}
