import GRPCCore
import GRPCProtobuf
import GoalStateProtobuf
import SwiftProtobuf

/// A message of the controller as it is sent: its resources are bytes already, which are only put together.
struct OutgoingFrame: Sendable {
  /// The message, without its resources.
  var message: Alioth_Southbound_V1_ControllerMessage
  /// Its resources, for a message of resources or a delta.
  var upserts: [EncodedResource] = []

  init(_ message: Alioth_Southbound_V1_ControllerMessage, upserts: [EncodedResource] = []) {
    self.message = message
    self.upserts = upserts
  }

  /// The whole message, made anew.
  var wholeMessage: Alioth_Southbound_V1_ControllerMessage {
    guard !upserts.isEmpty else { return message }
    var whole = message
    let resources = upserts.map { Alioth_Southbound_V1_Resource($0.resource) }
    switch message.message {
    case .resources: whole.resources.upserts = resources
    case .delta: whole.delta.upserts = resources
    default: break
    }
    return whole
  }

  /// How long the resources are.
  var upsertBytes: Int { upserts.reduce(0) { $0 + OutgoingFrame.size(of: $1) } }

  /// The bytes that a resource takes as an element of its field.
  static func size(of resource: EncodedResource) -> Int { 1 + resource.bytes.count }

  /// What is around the resources: the message's field, what of its value comes before them and after them, and their field in it.
  private struct Surroundings {
    var field: UInt8
    var upsertField: UInt8
    var before: [UInt8] = []
    var after: [UInt8] = []
  }

  /// The field numbers of `alioth.southbound.v1`. The generated code writes fields in their order.
  private func surroundings() throws -> Surroundings? {
    switch message.message {
    case .resources: return Surroundings(field: 3, upsertField: 1)
    case .delta(let delta):
      // Epoch and revisions have lower numbers than the resources, everything else has higher ones.
      let before = Alioth_Southbound_V1_Delta.with {
        $0.epoch = delta.epoch
        $0.fromRevision = delta.fromRevision
        $0.toRevision = delta.toRevision
      }
      var after = delta
      after.epoch = ""
      after.fromRevision = 0
      after.toRevision = 0
      return Surroundings(
        field: 5, upsertField: 4, before: try before.serializedBytes(), after: try after.serializedBytes())
    default: return nil
    }
  }

  /// The message's bytes, the same as the generated code makes of `wholeMessage`.
  func serializedBytes<Bytes: GRPCContiguousBytes>() throws -> Bytes {
    guard !upserts.isEmpty, let surroundings = try surroundings() else {
      return try ProtobufSerializer<Alioth_Southbound_V1_ControllerMessage>().serialize(message)
    }
    let length = surroundings.before.count + upsertBytes + surroundings.after.count
    let size = WireWriter.varint(UInt64(length))
    let tag = WireWriter.tag(surroundings.upsertField, .lengthDelimited)
    var bytes = Bytes(repeating: 0, count: 1 + size.count + length)
    bytes.withUnsafeMutableBytes { room in
      var writer = WireWriter(room)
      writer.append(WireWriter.tag(surroundings.field, .lengthDelimited))
      writer.append(size)
      writer.append(surroundings.before)
      for resource in upserts {
        writer.append(tag)
        writer.append(resource.bytes)
      }
      writer.append(surroundings.after)
    }
    return bytes
  }
}

/// Writes the controller's messages as the transport takes them.
struct OutgoingFrameSerializer: MessageSerializer {
  func serialize<Bytes: GRPCContiguousBytes>(_ frame: OutgoingFrame) throws -> Bytes { try frame.serializedBytes() }
}
