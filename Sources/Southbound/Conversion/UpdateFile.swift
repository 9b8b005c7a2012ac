import Foundation
import GoalState
import GoalStateProtobuf
import SwiftProtobuf

/// Why a file is no update.
public struct UpdateFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One or more sentences for whoever wrote the file.
  public let description: String

  init(_ description: String) { self.description = description }
}

/// An update as a file: a `ControllerMessage` of `alioth.southbound.v1`, as JSON or binary, which has either a `delta`, or
/// `resources`, which are a whole goal state then.
public enum UpdateFile {
  /// No file is longer.
  public static let maximumBytes = 64 << 20
  private static let shape =
    #"An update is {"delta": {"upserts": […], "removals": […]}}, or {"resources": {"upserts": […]}} for a whole goal state; "#
    + #"an upsert is such as {"port": {"id": "…", …}}, a removal {"kind": "RESOURCE_KIND_PORT", "id": "…"}."#

  /// Reads a file; takes as long as it is.
  ///
  /// - Parameter held: What the host holds: what a delta without revisions builds on. A resource without a revision is new.
  public static func read(_ bytes: [UInt8], held: HostGoalState) throws(UpdateFileError) -> GoalStateUpdate {
    guard bytes.count <= maximumBytes else {
      throw UpdateFileError("It has \(bytes.count) bytes; no more than \(maximumBytes) are read.")
    }
    let next = held.version.revision &+ 1
    var assembly: UpdateAssembly
    switch try message(bytes).message {
    case .delta(let delta):
      guard delta.epoch.isEmpty || delta.epoch == held.version.epoch else {
        throw UpdateFileError(
          "It is a delta of epoch \(quoted(delta.epoch)), and this host holds epoch \(quoted(held.version.epoch)): "
            + "a delta builds on what is held.")
      }
      let version = GoalStateVersion(
        epoch: held.version.epoch, revision: delta.toRevision == 0 ? next : delta.toRevision)
      assembly = UpdateAssembly(
        scope: .delta(from: held.version.revision), version: version, limit: limit,
        areRemovalsIntended: delta.removalsIntended, isAllOrNothing: delta.allOrNothing)
      try add(delta.upserts, delta.removals, to: &assembly)
    case .resources(let resources):
      assembly = UpdateAssembly(
        scope: .snapshot, version: GoalStateVersion(epoch: held.version.epoch, revision: next), limit: limit)
      try add(resources.upserts, [], to: &assembly)
    case nil:
      throw UpdateFileError("It is empty. \(shape)")
    default:
      throw UpdateFileError("It is a message that is no update. \(shape)")
    }
    var update = assembly.finish()
    for index in update.upserts.indices where update.upserts[index].revision == 0 {
      update.upserts[index].revision = max(next, held.revision(of: update.upserts[index].key) ?? 0)
    }
    return update
  }

  private static func add(
    _ upserts: [Alioth_Southbound_V1_Resource], _ removals: [Alioth_Southbound_V1_ResourceKey],
    to assembly: inout UpdateAssembly
  ) throws(UpdateFileError) {
    do throws(ProtocolViolation) {
      try assembly.upsert(upserts.map { DecodedResource($0) })
      try assembly.remove(removals)
    } catch {
      throw UpdateFileError(sentence(error))
    }
  }

  private static func sentence(_ violation: ProtocolViolation) -> String {
    let text = violation.description
    return text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  private static let limit = SouthboundLimits().maximumResources

  private static func message(_ bytes: [UInt8]) throws(UpdateFileError) -> Alioth_Southbound_V1_ControllerMessage {
    let isText = bytes.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{")
    do {
      return isText
        ? try Alioth_Southbound_V1_ControllerMessage(jsonUTF8Bytes: bytes)
        : try Alioth_Southbound_V1_ControllerMessage(serializedBytes: bytes)
    } catch {
      throw UpdateFileError(
        "It is neither an update as JSON nor as a binary message: \(isText ? "its JSON" : "its binary") is not understood: "
          + "\(reason(error)). \(shape)")
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as JSONDecodingError:
      switch error {
      case .unknownField(let name): "there is no field \(quoted(name))"
      case .unrecognizedEnumValue: "an enumeration has a value that is none of its own"
      case .truncated: "it ends in the middle"
      case .malformedNumber: "a number is none"
      case .numberRange: "a number is out of its range"
      case .malformedString, .invalidUTF8: "a text is malformed"
      case .malformedBool: "true or false is expected, and something else is there"
      case .conflictingOneOf: "more than one of the fields is there of which there can be one"
      default: "\(error)"
      }
    case BinaryDecodingError.truncated: "it ends in the middle"
    default: "\(error)"
    }
  }
}
