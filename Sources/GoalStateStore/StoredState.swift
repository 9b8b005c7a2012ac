import GoalState

/// A resource as it is kept: what it says is bytes that the store does not look into.
public struct StoredResource: Hashable, Sendable {
  /// What names it.
  public var key: ResourceKey
  /// The revision at which the controller changed it last.
  public var revision: UInt64
  /// The resource, as whoever stores it encodes it; of what was read, a part of its file.
  public var bytes: ArraySlice<UInt8>

  /// All parts.
  public init(key: ResourceKey, revision: UInt64, bytes: ArraySlice<UInt8>) {
    self.key = key
    self.revision = revision
    self.bytes = bytes
  }
}

/// A moment: by the calendar, for people, and since the machine was started, for how long things took.
public struct StoredTime: Hashable, Sendable {
  /// Milliseconds since 1970.
  public var wall: UInt64
  /// Milliseconds since the machine was started.
  public var sinceBoot: UInt64

  /// Both parts.
  public init(wall: UInt64, sinceBoot: UInt64) {
    self.wall = wall
    self.sinceBoot = sinceBoot
  }
}

/// All that a host holds, at one moment.
public struct StoredSnapshot: Hashable, Sendable {
  /// How many updates were taken in until then, since the store began.
  public var number: UInt64
  /// The version that all of this adds up to.
  public var version: GoalStateVersion
  /// Whether what is not in it is known not to be wanted.
  public var isComplete: Bool
  /// The resources.
  public var resources: [StoredResource]
  /// Resources that were refused.
  public var refused: [ResourceFailure]

  /// All parts.
  public init(
    number: UInt64, version: GoalStateVersion, isComplete: Bool, resources: [StoredResource],
    refused: [ResourceFailure] = []
  ) {
    self.number = number
    self.version = version
    self.isComplete = isComplete
    self.resources = resources
    self.refused = refused
  }
}

/// A change of what a host holds: a delta, whole.
public struct StoredDelta: Hashable, Sendable {
  /// Which of all updates since the store began.
  public var number: UInt64
  /// When it was taken in.
  public var time: StoredTime
  /// The revision that it builds on.
  public var from: UInt64
  /// The version that it leads to.
  public var version: GoalStateVersion
  /// Resources that are new or replaced.
  public var upserts: [StoredResource]
  /// Resources that are gone.
  public var removals: [ResourceKey]
  /// Resources that were refused.
  public var refused: [ResourceFailure]

  /// All parts.
  public init(
    number: UInt64, time: StoredTime, from: UInt64, version: GoalStateVersion, upserts: [StoredResource] = [],
    removals: [ResourceKey] = [], refused: [ResourceFailure] = []
  ) {
    self.number = number
    self.time = time
    self.from = from
    self.version = version
    self.upserts = upserts
    self.removals = removals
    self.refused = refused
  }
}

/// What an entry of the journal says.
public enum JournalEntry: Hashable, Sendable {
  /// A change that the state is made of.
  case delta(StoredDelta)
  /// For people only: an update that is in a snapshot.
  case summary(StoredSummary)
  /// For people only: updates came into force.
  case inForce(StoredInForce)
  /// For people only: a program started, and took over what was held.
  case started(StoredStart)
}

/// What an update was that the journal does not have itself: a snapshot, or a delta that went into one.
public struct StoredSummary: Hashable, Sendable {
  /// Which of all updates since the store began.
  public var number: UInt64
  /// When it was taken in.
  public var time: StoredTime
  /// The version that it led to.
  public var version: GoalStateVersion
  /// The revision that it built on; nil for a snapshot.
  public var from: UInt64?
  /// How many resources are new or replaced.
  public var changedCount: UInt64
  /// How many are gone.
  public var removedCount: UInt64
  /// Those that are new or replaced, or the first of them.
  public var changed: [ResourceKey]
  /// Those that are gone, or the first of them.
  public var removed: [ResourceKey]
  /// Resources that were refused, or the first of them.
  public var refused: [ResourceFailure]

  /// How many of each are named.
  public static let limit = 1000

  /// All parts; lists are cut at ``limit``.
  public init(
    number: UInt64, time: StoredTime, version: GoalStateVersion, from: UInt64?, changed: [ResourceKey],
    removed: [ResourceKey], refused: [ResourceFailure]
  ) {
    self.number = number
    self.time = time
    self.version = version
    self.from = from
    changedCount = UInt64(changed.count)
    removedCount = UInt64(removed.count)
    self.changed = Array(changed.prefix(StoredSummary.limit))
    self.removed = Array(removed.prefix(StoredSummary.limit))
    self.refused = Array(refused.prefix(StoredSummary.limit))
  }
}

/// That all updates up to one came into force, and what that took.
public struct StoredInForce: Hashable, Sendable {
  /// The last update that is in force.
  public var number: UInt64
  /// When it was.
  public var time: StoredTime
  /// Its version.
  public var version: GoalStateVersion
  /// Flows that the switch did not have.
  public var flowsAdded: UInt64
  /// Flows that replaced others of the same match.
  public var flowsModified: UInt64
  /// Flows that are gone.
  public var flowsDeleted: UInt64
  /// Resources that could not be put in force, or the first of them.
  public var refused: [ResourceFailure]

  /// All parts; the list is cut at ``StoredSummary/limit``.
  public init(
    number: UInt64, time: StoredTime, version: GoalStateVersion, flowsAdded: UInt64, flowsModified: UInt64,
    flowsDeleted: UInt64, refused: [ResourceFailure] = []
  ) {
    self.number = number
    self.time = time
    self.version = version
    self.flowsAdded = flowsAdded
    self.flowsModified = flowsModified
    self.flowsDeleted = flowsDeleted
    self.refused = Array(refused.prefix(StoredSummary.limit))
  }
}

/// That a program started, and what it found.
public struct StoredStart: Hashable, Sendable {
  /// The last update that was held.
  public var number: UInt64
  /// When it started.
  public var time: StoredTime
  /// The version that was held.
  public var version: GoalStateVersion
  /// The program's own version.
  public var program: String

  /// All parts.
  public init(number: UInt64, time: StoredTime, version: GoalStateVersion, program: String) {
    self.number = number
    self.time = time
    self.version = version
    self.program = program
  }
}
