/// What an update would change, found without changing anything.
public struct DryRunResult: Hashable, Sendable {
  /// How many there are, and the first of them.
  public struct Excerpt<Element: Hashable & Sendable>: Hashable, Sendable {
    /// How many there are.
    public var count: Int
    /// Those that are named.
    public var first: [Element]

    /// Those that a program on another version says there are.
    public init(count: Int, first: [Element]) {
      self.count = max(count, first.count)
      self.first = first
    }

    /// The first of all.
    public init(_ all: [Element] = [], limit: Int = Int.max) {
      self.init(count: all.count, first: Array(all.prefix(limit)))
    }
  }

  /// How a table's flows would change.
  public struct FlowChange: Hashable, Sendable {
    /// The table's name.
    public var table: String
    /// Flows that are not there yet.
    public var added: Int
    /// Flows that do something else.
    public var modified: Int
    /// Flows that go.
    public var removed: Int

    /// All parts.
    public init(table: String, added: Int = 0, modified: Int = 0, removed: Int = 0) {
      self.table = table
      self.added = added
      self.modified = modified
      self.removed = removed
    }
  }

  /// What would be held.
  public var version: GoalStateVersion
  /// Why nothing of it would be taken in; nil when it would.
  public var refusal: String?
  /// Resources that are not held yet.
  public var added = Excerpt<ResourceKey>()
  /// Resources that are held otherwise.
  public var changed = Excerpt<ResourceKey>()
  /// Resources that would go.
  public var removed = Excerpt<ResourceKey>()
  /// Resources that are to go and would be held back.
  public var heldBack = Excerpt<ResourceKey>()
  /// What would be refused, and why.
  public var refused = Excerpt<ResourceFailure>()
  /// What of the update would wait, and for what.
  public var pending = Excerpt<GoalStateReport.Pending>()
  /// The flows that would change, by table in the order of the tables; those without changes are left out.
  public var flowChanges: [FlowChange] = []
  /// The first of them, as ovs-ofctl writes them, each behind `+`, `~` or `-`.
  public var flows: [String] = []

  /// One without changes.
  public init(version: GoalStateVersion, refusal: String? = nil) {
    self.version = version
    self.refusal = refusal
  }
}
