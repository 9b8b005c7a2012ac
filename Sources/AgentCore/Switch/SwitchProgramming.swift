import OpenFlow

/// A connected switch, as the agent needs it: the one way on which flows are sent and read.
protocol SwitchProgramming: Sendable {
  /// Applies the changes as one atomic bundle.
  ///
  /// - Returns: the refused changes, by position; empty when the switch has confirmed the whole bundle. When any was
  ///   refused, none was applied.
  /// - Throws: when the outcome is unknown; the connection is of no more use then.
  func commit(_ mods: [FlowMod]) async throws -> [BundleRefusal]

  /// The flows whose cookie has the given bits.
  func flows(cookie: UInt64, mask: UInt64) async throws -> [Flow]

  /// Ends the connection.
  func close() async
}
