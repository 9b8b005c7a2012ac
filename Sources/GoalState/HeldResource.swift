/// A question to a host: what does it run of these resources?
public struct HeldQuery: Hashable, Sendable {
  /// Which resources.
  public enum Selection: Hashable, Sendable {
    /// These; one that the host does not have is answered for, too.
    case keys([ResourceKey])
    /// All of a kind, or of every kind, in their order, from behind a key.
    case all(ResourceKind?, after: ResourceKey?)
  }

  /// Which resources.
  public var selection: Selection
  /// How many resources at most.
  public var limit: Int
  /// How many flows of each at most.
  public var flowLimit: Int

  /// What one answer may have: more is cut off, whatever is asked for.
  public static let maximumResources = 500
  /// How many flows of a resource one answer may have.
  public static let maximumFlows = 1000
  /// How many flows one answer may have altogether.
  public static let maximumFlowsAltogether = 5000

  /// A question, within what one answer may have.
  public init(_ selection: Selection, limit: Int = 100, flowLimit: Int = 100) {
    self.selection = selection
    self.limit = min(max(limit, 1), HeldQuery.maximumResources)
    self.flowLimit = min(max(flowLimit, 0), HeldQuery.maximumFlows)
  }
}

/// A resource as a host runs it.
public struct HeldResource: Hashable, Sendable {
  /// How it stands with it.
  public enum State: String, Hashable, Sendable, CaseIterable {
    /// The host does not have it.
    case absent
    /// The switch has confirmed all of it.
    case inForce = "in-force"
    /// It is on its way to the switch.
    case programming
    /// It waits for something that is not there yet.
    case waiting
    /// It was refused before the switch was asked; what the host holds is an earlier revision, if any.
    case refused
    /// The switch refused a flow of it, and has nothing of it.
    case quarantined
  }

  /// A flow, as ovs-ofctl writes it.
  public struct Flow: Hashable, Sendable {
    /// The flow, or its beginning.
    public var text: String
    /// How it stands with the switch: `in force`, `waiting`, `sent` or `unknown`.
    public var state: String
    /// Whether the text is only its beginning.
    public var isCut: Bool

    /// The longest text that is told, in bytes.
    public static let maximumBytes = 4096

    /// A flow; a text that is too long is cut.
    public init(text: String, state: String, isCut: Bool = false) {
      let cut = text.utf8.count > Flow.maximumBytes
      self.text = cut ? String(decoding: text.utf8.prefix(Flow.maximumBytes), as: UTF8.self) : text
      self.state = state
      self.isCut = isCut || cut
    }
  }

  /// What names it.
  public var key: ResourceKey
  /// As the host holds it, with the revision that brought it; nil when it does not.
  public var resource: VersionedResource?
  /// How it stands with it.
  public var state: State
  /// What it waits for, or why it was refused; empty otherwise.
  public var reason: String
  /// Its flows, the first of them when there are more than were asked for.
  public var flows: [Flow]
  /// How many flows it has.
  public var flowCount: Int

  /// All parts.
  public init(
    key: ResourceKey, resource: VersionedResource?, state: State, reason: String = "", flows: [Flow] = [],
    flowCount: Int = 0
  ) {
    self.key = key
    self.resource = resource
    self.state = state
    self.reason = reason
    self.flows = flows
    self.flowCount = flowCount
  }
}

/// A host's answer to a ``HeldQuery``.
public struct HeldResources: Hashable, Sendable {
  /// The resources.
  public var resources: [HeldResource]
  /// Whether there are more behind the last one.
  public var isCut: Bool

  /// Both.
  public init(_ resources: [HeldResource] = [], isCut: Bool = false) {
    self.resources = resources
    self.isCut = isCut
  }
}
