/// What is known of one flow key. There are as many of these as flows, so every byte counts: 40.
struct FlowSlot: Sendable {
  /// Where its body is in the arena: the desired flow's, or else, for its key, the installed one's.
  var location: UInt32 = 0
  /// The owner that has the key, while a flow is desired.
  var owner: UInt32 = FlowSlot.none
  /// The next slot of the same owner.
  var next: UInt32 = FlowSlot.none
  var length: UInt16 = 0
  var state: State = []
  var keyHash: UInt64 = 0
  /// The hash of what is desired.
  var desired: UInt64 = 0
  /// The hash of what the switch has.
  var installed: UInt64 = 0

  /// No slot, no owner.
  static let none = UInt32.max

  struct State: OptionSet, Sendable {
    let rawValue: UInt8
    /// In use, as opposed to free.
    static let used = State(rawValue: 1)
    /// Somebody wants a flow of this key.
    static let desired = State(rawValue: 2)
    /// The switch has a flow of this key.
    static let installed = State(rawValue: 4)
    /// The difference waits in the queue.
    static let queued = State(rawValue: 8)
    /// A change is with the switch.
    static let inFlight = State(rawValue: 16)
    /// Wanted again by the owner whose flows are being replaced.
    static let marked = State(rawValue: 32)
    /// Read back in the pass that is under way.
    static let seen = State(rawValue: 64)
    /// Sent since the read-back that is under way began, so that what it says of it is old.
    static let touched = State(rawValue: 128)
  }

  /// Whether the switch has something else than what is desired.
  func differs(sweeping: Bool) -> Bool {
    if state.contains(.desired) { return !state.contains(.installed) || desired != installed }
    return sweeping && state.contains(.installed)
  }
}
