/// Installs a flow that is made from the packet (Nicira's learn action).
public struct LearnAction: Hashable, Sendable {
  /// Where the bits come from.
  public enum Source: Hashable, Sendable {
    /// The packet.
    case field(FieldSlice)
    /// The action itself.
    case value(UInt128)
  }

  /// What the bits become in the new flow.
  public enum Target: Hashable, Sendable {
    /// A part of its match.
    case match(FieldSlice)
    /// An action that loads them.
    case load(FieldSlice)
    /// An output to the port of this number.
    case output
  }

  /// One part of the new flow.
  public struct Specification: Hashable, Sendable {
    /// The number of bits.
    public var count: Int
    /// Where the bits come from.
    public var source: Source
    /// What they become.
    public var target: Target

    /// `count` bits of `source` become `target`.
    public init(count: Int, source: Source, target: Target) {
      self.count = count
      self.source = source
      self.target = target
    }
  }

  /// What else is to be done with the new flow.
  public struct Flags: OptionSet, Hashable, Sendable {
    /// The bits, as on the wire.
    public let rawValue: UInt16

    /// The flags with these bits.
    public init(rawValue: UInt16) {
      self.rawValue = rawValue
    }

    /// A message when it is removed.
    public static let sendFlowRemoved = Flags(rawValue: 1)
    /// It is deleted with the flow that learns.
    public static let deleteLearned = Flags(rawValue: 2)
    /// Whether it could be learned is written into `resultDestination`.
    public static let writeResult = Flags(rawValue: 4)
  }

  /// The new flow's idle timeout in seconds; 0 for none.
  public var idleTimeout: UInt16
  /// The new flow's hard timeout in seconds; 0 for none.
  public var hardTimeout: UInt16
  /// The idle timeout once its connection has ended; 0 for no change.
  public var finIdleTimeout: UInt16
  /// The hard timeout once its connection has ended; 0 for no change.
  public var finHardTimeout: UInt16
  /// The new flow's priority.
  public var priority: UInt16
  /// The new flow's cookie.
  public var cookie: UInt64
  /// What else is to be done.
  public var flags: Flags
  /// The new flow's table.
  public var table: TableID
  /// The most flows with this cookie in the table; 0 for any number.
  public var limit: UInt32
  /// The bit that is set when the flow is there, cleared when the limit forbids it.
  public var resultDestination: FieldSlice?
  /// Whether it has the form with a limit although it has neither that nor a result.
  public var prefersLimited: Bool
  /// The parts of the new flow.
  public var specifications: [Specification]

  /// Learns into table 1 as though nothing else had been said.
  public init(table: TableID = TableID(1), priority: UInt16 = 0x8000, specifications: [Specification] = []) {
    self.idleTimeout = 0
    self.hardTimeout = 0
    self.finIdleTimeout = 0
    self.finHardTimeout = 0
    self.priority = priority
    self.cookie = 0
    self.flags = []
    self.table = table
    self.limit = 0
    self.resultDestination = nil
    self.prefersLimited = false
    self.specifications = specifications
  }

  /// Whether it needs the form that has room for a limit and a result.
  var isLimited: Bool { prefersLimited || limit != 0 || resultDestination != nil }
}
