import NetworkTypes

/// A position in a controller's history: revisions count up within an epoch, and only within it.
public struct GoalStateVersion: Hashable, Sendable, CustomStringConvertible {
  /// Names the controller's store; a new store has a new epoch. Empty before anything was received.
  public var epoch: String
  /// Counts the changes.
  public var revision: UInt64

  /// A position.
  public init(epoch: String, revision: UInt64) {
    self.epoch = epoch
    self.revision = revision
  }

  /// `epoch/revision`.
  public var description: String { epoch.isEmpty ? "none" : "\(epoch)/\(revision)" }
}

/// A resource that was refused or could not be put in force, and why.
public struct ResourceFailure: Hashable, Sendable {
  /// What kind of failure it is, for programs; the message is for people.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// A field's value is not valid.
    case invalid
    /// A resource that this one refers to is not known here.
    case unresolved
    /// A newer revision of the resource is already held.
    case outOfOrder = "out-of-order"
    /// The switch refused a flow or a row.
    case switchRefused = "switch-refused"
    /// The host lacks something that the resource needs.
    case host
  }

  /// The resource.
  public var key: ResourceKey
  /// The revision of the resource that failed.
  public var revision: UInt64
  /// The kind of failure.
  public var code: Code
  /// A sentence that names the field or the flow and says what is wrong with it.
  public var message: String

  /// All parts.
  public init(key: ResourceKey, revision: UInt64, code: Code, message: String) {
    self.key = key
    self.revision = revision
    self.code = code
    self.message = message
  }
}

/// What a controller sends at once: everything a host should have, or what changed.
public struct GoalStateUpdate: Sendable, Hashable {
  /// How the contents are meant.
  public enum Scope: Sendable, Hashable {
    /// `upserts` is the whole goal state: what is not in it is to be removed.
    case snapshot
    /// `upserts` and `removals` are what changed since this revision of the same epoch.
    case delta(from: UInt64)
  }

  /// How the contents are meant.
  public var scope: Scope
  /// What the host holds once this has been taken in.
  public var version: GoalStateVersion
  /// Resources to add or replace.
  public var upserts: [VersionedResource]
  /// Resources to remove.
  public var removals: [ResourceKey]
  /// Resources in the message that could not be understood; the others are still good.
  public var refused: [ResourceFailure]
  /// Whether all that goes with it is meant to go, however much that is: see ``RemovalGuard``.
  public var areRemovalsIntended: Bool
  /// Whether one refused resource is to refuse all of it.
  public var isAllOrNothing: Bool

  /// All parts.
  public init(
    scope: Scope, version: GoalStateVersion, upserts: [VersionedResource] = [], removals: [ResourceKey] = [],
    refused: [ResourceFailure] = [], areRemovalsIntended: Bool = false, isAllOrNothing: Bool = false
  ) {
    self.scope = scope
    self.version = version
    self.upserts = upserts
    self.removals = removals
    self.refused = refused
    self.areRemovalsIntended = areRemovalsIntended
    self.isAllOrNothing = isAllOrNothing
  }
}

/// Resources of an update that is still arriving.
public struct GoalStatePart: Sendable, Hashable {
  /// What the host will hold once the update has been taken in.
  public var version: GoalStateVersion
  /// Resources to add or replace.
  public var upserts: [VersionedResource]

  /// Both parts.
  public init(version: GoalStateVersion, upserts: [VersionedResource]) {
    self.version = version
    self.upserts = upserts
  }
}

/// What a host says about the goal state that it was given. Level-triggered: each report is complete in itself.
public struct GoalStateReport: Sendable, Hashable {
  /// A resource that is understood but waits for something on the host, such as its guest's interface.
  public struct Pending: Sendable, Hashable {
    /// The resource.
    public var key: ResourceKey
    /// The revision of the resource that waits.
    public var revision: UInt64
    /// What it waits for.
    public var reason: String

    /// All parts.
    public init(key: ResourceKey, revision: UInt64, reason: String) {
      self.key = key
      self.revision = revision
      self.reason = reason
    }
  }

  /// What a port's guest was told by DHCP last.
  public struct Lease: Sendable, Hashable {
    /// The port.
    public var port: PortID
    /// Whether it is a lease of DHCP or of DHCPv6.
    public var version: IPVersion
    /// As RFC 2131 names it: OFFER, ACK, NAK, DECLINE or RELEASE; or as RFC 8415 does: ADVERTISE, REPLY, DECLINE or RELEASE.
    public var lastMessage: String
    /// What the guest was about, such as RENEWING or REBIND; empty when the last message was the guest's.
    public var state: String
    /// In seconds since 1970.
    public var time: Int64
    /// What it was about; nil for parameters only.
    public var address: IPAddress?
    /// The name that the guest gave itself; may be empty.
    public var hostName: String
    /// What made the guest's client; may be empty.
    public var vendorClass: String
    /// How often the guest declined the address since it last renewed it.
    public var declines: UInt32

    /// All parts.
    public init(
      port: PortID, version: IPVersion = .v4, lastMessage: String, state: String = "", time: Int64,
      address: IPAddress?, hostName: String = "", vendorClass: String = "", declines: UInt32 = 0
    ) {
      self.port = port
      self.version = version
      self.lastMessage = lastMessage
      self.state = state
      self.time = time
      self.address = address
      self.hostName = hostName
      self.vendorClass = vendorClass
      self.declines = declines
    }
  }

  /// Removals that are held back, and what of the host's goal state is in force all the same.
  public struct HeldRemovals: Sendable, Hashable {
    /// Everything up to this version is in force, but for these removals, `pending` and `failures`.
    public var version: GoalStateVersion
    /// How many resources are to go.
    public var count: UInt64
    /// Some of them: the first.
    public var resources: [ResourceKey]
    /// Since when they are held back, in seconds since 1970.
    public var since: Int64
    /// Until when, likewise.
    public var until: Int64
    /// Why, and how they are carried out at once: a sentence for people.
    public var reason: String

    /// All parts.
    public init(
      version: GoalStateVersion, count: UInt64, resources: [ResourceKey], since: Int64, until: Int64, reason: String
    ) {
      self.version = version
      self.count = count
      self.resources = resources
      self.since = since
      self.until = until
      self.reason = reason
    }
  }

  /// An update that was to be taken in whole or not at all, and was not.
  public struct RefusedUpdate: Sendable, Hashable {
    /// The update's.
    public var version: GoalStateVersion
    /// Which resource it was refused for, and why; what all else of it was held back for.
    public var reason: String

    /// Both parts.
    public init(version: GoalStateVersion, reason: String) {
      self.version = version
      self.reason = reason
    }
  }

  /// Everything up to this version is in force on the switch, but for `pending` and `failures`.
  public var applied: GoalStateVersion
  /// What failed, and why.
  public var failures: [ResourceFailure]
  /// What waits, and for what.
  public var pending: [Pending]
  /// The leases of the host's guests, as far as they have asked since the agent started.
  public var leases: [Lease]
  /// The flows that the agent wants and those that the switch has; nil when the agent does not say.
  public var digests: FlowDigests?
  /// When the oldest change that is not in force was received; nil when all is in force.
  public var oldestUnapplied: ContinuousClock.Instant?
  /// Removals that are held back; nil when none are.
  public var heldRemovals: HeldRemovals?
  /// The last update, when it was refused as a whole.
  public var refusedUpdate: RefusedUpdate?

  /// What is in force, but for removals that are held back, `pending` and `failures`.
  public var inForce: GoalStateVersion { heldRemovals?.version ?? applied }

  /// All parts.
  public init(
    applied: GoalStateVersion, failures: [ResourceFailure] = [], pending: [Pending] = [], leases: [Lease] = [],
    digests: FlowDigests? = nil, oldestUnapplied: ContinuousClock.Instant? = nil,
    heldRemovals: HeldRemovals? = nil, refusedUpdate: RefusedUpdate? = nil
  ) {
    self.applied = applied
    self.refusedUpdate = refusedUpdate
    self.heldRemovals = heldRemovals
    self.failures = failures
    self.pending = pending
    self.leases = leases
    self.digests = digests
    self.oldestUnapplied = oldestUnapplied
  }
}
