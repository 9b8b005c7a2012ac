import GoalState
import GoalStateProtobuf
import Southbound
import SwiftProtobuf
import Synchronization

/// The least that an agent can be: it takes goal states in without keeping them, counts what is in them, and says that they are in force.
final class SimulatedAgent: Sendable {
  /// What it has been sent.
  struct Received: Sendable {
    var version = GoalStateVersion(epoch: "", revision: 0)
    /// When that was, by `Clock.now()`.
    var at: UInt64 = 0
    var resources = 0
    /// The last update by itself.
    var lastResources = 0
    var bytes = 0
  }

  let host: String
  private let tunnelAddress: String
  private let state = Mutex(Received())

  init(host: String, tunnelAddress: String) {
    self.host = host
    self.tunnelAddress = tunnelAddress
  }

  var received: Received { state.withLock { $0 } }

  /// The first message of a session.
  func hello() throws -> [UInt8] {
    let held = received.version
    let message = Alioth_Southbound_V1_AgentMessage.with {
      $0.hello = .with {
        $0.hostID = host
        $0.tunnelAddress = tunnelAddress
        $0.agentVersion = "bench"
        $0.bootID = "bench"
        $0.epoch = held.epoch
        $0.revision = held.revision
      }
    }
    return try message.serializedBytes()
  }

  /// That there is nothing to say.
  static func heartbeat() throws -> [UInt8] {
    try Alioth_Southbound_V1_AgentMessage.with { $0.heartbeat = .init() }.serializedBytes()
  }

  /// Takes in a message of the controller's.
  ///
  /// - Parameter isInPart: Whether an update has begun of which more is to come.
  /// - Returns: the report on an update that is there whole with it.
  func take(_ bytes: UnsafeRawBufferPointer, _ isInPart: inout Bool) throws -> [UInt8]? {
    guard let part = try UpdatePart(bytes) else {
      state.withLock { $0.bytes += bytes.count }
      return nil
    }
    let whole = state.withLock { state -> GoalStateVersion? in
      state.bytes += bytes.count
      state.resources += part.resources
      state.lastResources = (isInPart ? state.lastResources : 0) + part.resources
      isInPart = !part.isLast
      guard part.isLast else { return nil }
      state.version.revision = part.revision
      if let epoch = part.epoch { state.version.epoch = epoch }
      state.at = Clock.now()
      return state.version
    }
    guard let whole else { return nil }
    let report = Alioth_Southbound_V1_AgentMessage.with {
      $0.report = .with {
        $0.epoch = whole.epoch
        $0.revision = whole.revision
      }
    }
    return try report.serializedBytes()
  }
}

/// What of an update a message of the controller's has: the resources counted in its bytes, not made.
private struct UpdatePart {
  var resources = 0
  /// Nil when it is as before.
  var epoch: String?
  var revision: UInt64 = 0
  var isLast = true

  /// The fields of `alioth.southbound.v1.ControllerMessage` that have resources, and where these are in them.
  private enum Field {
    static let resources: UInt64 = 3
    static let resourcesUpserts: UInt64 = 1
    static let delta: UInt64 = 5
    static let deltaEpoch: UInt64 = 1
    static let deltaToRevision: UInt64 = 3
    static let deltaUpserts: UInt64 = 4
    static let deltaRemovals: UInt64 = 5
    static let deltaMore: UInt64 = 6
  }

  /// Nil for a message of no update.
  init?(_ bytes: UnsafeRawBufferPointer) throws {
    var outer = WireReader(bytes)
    guard let (field, type) = outer.tag(), type == .lengthDelimited, let body = outer.lengthDelimited(), outer.isAtEnd
    else { throw HTTP2Call.End(description: "a message of \(bytes.count) bytes that is none of the controller's") }
    switch field {
    case Field.resources:
      isLast = false
      try read(body) { number, _, _ in if number == Field.resourcesUpserts { resources += 1 } }
    case Field.delta:
      try read(body) { number, value, text in
        switch number {
        case Field.deltaUpserts, Field.deltaRemovals: resources += 1
        case Field.deltaEpoch: epoch = String(decoding: text, as: UTF8.self)
        case Field.deltaToRevision: revision = value
        case Field.deltaMore: isLast = value == 0
        default: break
        }
      }
    default:
      switch try Alioth_Southbound_V1_ControllerMessage(serializedBytes: [UInt8](bytes)).message {
      case .snapshotBegin: isLast = false
      case .snapshotEnd(let end): (epoch, revision) = (end.epoch, end.revision)
      case .progress(let progress): revision = progress.revision
      default: return nil
      }
    }
  }

  private func read(
    _ body: UnsafeRawBufferPointer, _ field: (UInt64, UInt64, UnsafeRawBufferPointer) -> Void
  ) throws {
    var reader = WireReader(body)
    while !reader.isAtEnd {
      switch reader.tag() {
      case (let number, .varint)?:
        guard let value = reader.varint() else { throw cutOff }
        field(number, value, UnsafeRawBufferPointer(start: nil, count: 0))
      case (let number, .lengthDelimited)?:
        guard let text = reader.lengthDelimited() else { throw cutOff }
        field(number, 0, text)
      case nil: throw cutOff
      }
    }
  }

  private var cutOff: HTTP2Call.End { HTTP2Call.End(description: "a message of resources that is cut off") }
}
