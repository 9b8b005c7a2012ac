import GoalState
import GoalStateProtobuf
import SwiftProtobuf

/// What a controller asks of an agent, with the number that its answer has.
public struct HeldQuestion: Hashable, Sendable {
  /// Which of the session's questions it is.
  public var number: UInt64
  /// What is asked.
  public var query: HeldQuery

  /// How many may wait for their answers at once.
  public static let mostAtOnce = 8

  /// A question.
  public init(number: UInt64, query: HeldQuery) {
    self.number = number
    self.query = query
  }
}

/// What an agent answers.
public struct HeldAnswer: Hashable, Sendable {
  /// Which of the session's questions it is about.
  public var number: UInt64
  /// What the host runs.
  public var held: HeldResources

  /// An answer.
  public init(number: UInt64, held: HeldResources) {
    self.number = number
    self.held = held
  }
}

extension HeldQuestion {
  init(_ read: Alioth_Southbound_V1_Read) throws(ProtocolViolation) {
    let selection: HeldQuery.Selection
    if read.keys.isEmpty {
      let after: ResourceKey? =
        if read.hasAfter { ResourceKey(reportable: read.after) } else { nil }
      guard read.kind == .unspecified || ResourceKind(read.kind) != nil, !read.hasAfter || after != nil else {
        throw .invalid("the controller asks for resources of a kind that this version does not know")
      }
      selection = .all(ResourceKind(read.kind), after: after)
    } else {
      guard read.keys.count <= HeldQuery.maximumResources else {
        throw .tooMany(message: "a question", limit: HeldQuery.maximumResources)
      }
      // One of a kind that is not known here is one that is not held: the controller learns that it is not answered for.
      selection = .keys(read.keys.compactMap { ResourceKey(reportable: $0) })
    }
    self.init(
      number: read.number,
      query: HeldQuery(selection, limit: Int(clamping: read.limit), flowLimit: Int(clamping: read.flowLimit)))
  }
}

extension Alioth_Southbound_V1_Read {
  init(_ question: HeldQuestion) {
    self.init()
    number = question.number
    limit = UInt32(clamping: question.query.limit)
    flowLimit = UInt32(clamping: question.query.flowLimit)
    switch question.query.selection {
    case .keys(let wanted): keys = wanted.map { Alioth_Southbound_V1_ResourceKey($0) }
    case .all(let wanted, let from):
      if let wanted { kind = Alioth_Southbound_V1_ResourceKind(wanted) }
      if let from { after = Alioth_Southbound_V1_ResourceKey(from) }
    }
  }
}

/// The messages that say an answer, each of a bounded size: one resource at least.
func heldMessages(_ answer: HeldAnswer, limits: SouthboundLimits) -> [Alioth_Southbound_V1_AgentMessage] {
  var parts = [Alioth_Southbound_V1_Held.with { $0.number = answer.number }]
  var bytes = 0
  for resource in answer.held.resources {
    var entry = Alioth_Southbound_V1_HeldResource(resource)
    // What else the message has takes less than this.
    if encodedSize(entry) > limits.maximumMessageBytes - 1024 {
      entry.clearResource()
      entry.flows = []
      entry.reason = ReportText.bounded("it is too long to be told; " + entry.reason)
    }
    let size = encodedSize(entry)
    if bytes > 0, bytes + size > limits.chunkBytes {
      parts[parts.count - 1].more = true
      parts.append(.with { $0.number = answer.number })
      bytes = 0
    }
    bytes += size
    parts[parts.count - 1].resources.append(entry)
  }
  parts[parts.count - 1].cut = answer.held.isCut
  return parts.map { part in .with { $0.held = part } }
}

/// Collects the parts of one answer.
struct HeldAnswerAssembly: Sendable {
  let number: UInt64
  private(set) var held = HeldResources()
  /// Resources of a kind that this version does not know.
  private(set) var unknown = 0
  private var flows = 0

  init(number: UInt64) { self.number = number }

  mutating func append(_ part: Alioth_Southbound_V1_Held) throws(ProtocolViolation) {
    guard part.number == number else {
      throw .versionChanged(
        message: "a part of an answer", from: "answer \(number)", to: "answer \(part.number)")
    }
    guard held.resources.count + unknown + part.resources.count <= HeldQuery.maximumResources else {
      throw .tooMany(message: "an answer", limit: HeldQuery.maximumResources)
    }
    for resource in part.resources {
      flows += resource.flows.count
      guard flows <= HeldQuery.maximumFlowsAltogether else {
        throw .tooMany(message: "the flows of an answer", limit: HeldQuery.maximumFlowsAltogether)
      }
      if let resource = HeldResource(resource) { held.resources.append(resource) } else { unknown += 1 }
    }
    held.isCut = part.cut
  }
}

extension ResourceKey {
  /// The key as it may be shown; nil for a kind that this version does not know.
  init?(reportable key: Alioth_Southbound_V1_ResourceKey) {
    guard let kind = ResourceKind(key.kind) else { return nil }
    self.init(kind, reportableIdentifier(key.id))
  }
}

extension HeldResource {
  /// - Returns: nil for a kind that this version does not know.
  init?(_ message: Alioth_Southbound_V1_HeldResource) {
    guard let key = ResourceKey(reportable: message.key) else { return nil }
    var reason = ReportText.readable(message.reason)
    var resource: VersionedResource?
    if message.hasResource {
      switch DecodedResource(message.resource) {
      case .resource(let found) where found.key == key:
        resource = VersionedResource(found.resource, revision: message.revision)
      case .refused(let failure): reason = ReportText.readable("it cannot be shown: \(failure.message)")
      case .resource, nil: reason = "it cannot be shown: the host answers for another resource"
      }
    }
    self.init(
      key: key, resource: resource, state: State(message.state), reason: reason,
      flows: message.flows.map {
        Flow(text: ReportText.printable($0.flow), state: ReportText.readable($0.state), isCut: $0.cut)
      },
      flowCount: Int(clamping: message.flowCount))
  }
}

extension Alioth_Southbound_V1_HeldResource {
  init(_ held: HeldResource) {
    self.init()
    key = Alioth_Southbound_V1_ResourceKey(held.key)
    if let versioned = held.resource {
      resource = Alioth_Southbound_V1_Resource(versioned)
      revision = versioned.revision
    }
    state = Alioth_Southbound_V1_HeldState(held.state)
    reason = ReportText.bounded(held.reason)
    flows = held.flows.map { flow in
      .with {
        $0.flow = flow.text
        $0.state = flow.state
        $0.cut = flow.isCut
      }
    }
    flowCount = UInt64(clamping: held.flowCount)
  }
}

extension HeldResource.State {
  /// A state that this version does not know is one on the way: what it is, the reason says.
  init(_ state: Alioth_Southbound_V1_HeldState) {
    self =
      switch state {
      case .absent: .absent
      case .inForce: .inForce
      case .waiting: .waiting
      case .refused: .refused
      case .quarantined: .quarantined
      case .programming, .unspecified, .UNRECOGNIZED: .programming
      }
  }
}

extension Alioth_Southbound_V1_HeldState {
  init(_ state: HeldResource.State) {
    self =
      switch state {
      case .absent: .absent
      case .inForce: .inForce
      case .programming: .programming
      case .waiting: .waiting
      case .refused: .refused
      case .quarantined: .quarantined
      }
  }
}
