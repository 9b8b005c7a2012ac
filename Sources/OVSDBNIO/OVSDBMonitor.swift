import OVSDB

/// A monitor of an `OVSDBClient`.
public struct OVSDBMonitor: Sendable {
  /// The state at the start, and then after each change. The monitor ends with it.
  public let states: AsyncStream<Replica>
  let id: ClientStateMachine.RequestID
}
