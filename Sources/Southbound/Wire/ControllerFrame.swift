import GRPCCore
import GoalState
import GoalStateProtobuf
import SwiftProtobuf

/// A message of the controller whose resources have been read.
struct ControllerFrame: Sendable {
  /// The message, without its resources.
  var message: Alioth_Southbound_V1_ControllerMessage
  /// Its resources, in order; nil for a kind that this version does not know.
  var upserts: [DecodedResource?] = []

  /// Reads the resources of a message.
  init(_ message: Alioth_Southbound_V1_ControllerMessage) {
    self.message = message
    switch message.message {
    case .resources(let resources):
      upserts = resources.upserts.map { DecodedResource($0) }
      self.message.resources = .init()
    case .delta(let delta):
      upserts = delta.upserts.map { DecodedResource($0) }
      self.message.delta.upserts = []
    default: break
    }
  }

  /// Reads a message from its bytes.
  init(serializedBytes bytes: UnsafeRawBufferPointer) throws {
    if let frame = try ControllerFrame(ofResources: bytes) {
      self = frame
    } else {
      self.init(try Alioth_Southbound_V1_ControllerMessage(serializedBytes: [UInt8](bytes)))
    }
  }

  /// The fields of `alioth.southbound.v1.ControllerMessage` that have resources, and where these are in them.
  private enum Field {
    static let resources: UInt64 = 3
    static let resourcesUpserts: UInt64 = 1
    static let delta: UInt64 = 5
    static let deltaUpserts: UInt64 = 4
  }

  /// Reads resources one by one; nil for a message that is anything else.
  private init?(ofResources bytes: UnsafeRawBufferPointer) throws {
    var outer = WireReader(bytes)
    guard let (field, type) = outer.tag(), type == .lengthDelimited, let body = outer.lengthDelimited(), outer.isAtEnd
    else { return nil }
    let upsertField: UInt64
    switch field {
    case Field.resources: upsertField = Field.resourcesUpserts
    case Field.delta: upsertField = Field.deltaUpserts
    default: return nil
    }
    var rest: [UInt8] = []
    var inner = WireReader(body)
    upserts = []
    while !inner.isAtEnd {
      let start = inner.offset
      guard let (number, type) = inner.tag() else { return nil }
      switch type {
      case .varint: guard inner.varint() != nil else { return nil }
      case .lengthDelimited:
        guard let value = inner.lengthDelimited() else { return nil }
        if number == upsertField {
          upserts.append(try ControllerFrame.resource(value))
          continue
        }
      }
      rest += body[start..<inner.offset]
    }
    message = .init()
    if field == Field.resources {
      message.resources = try Alioth_Southbound_V1_Resources(serializedBytes: rest)
    } else {
      message.delta = try Alioth_Southbound_V1_Delta(serializedBytes: rest)
    }
  }

  private static func resource(_ bytes: UnsafeRawBufferPointer) throws -> DecodedResource? {
    if let neighbor = NeighborReader.read(resource: bytes) { return .resource(neighbor) }
    return DecodedResource(try Alioth_Southbound_V1_Resource(serializedBytes: [UInt8](bytes)))
  }
}

/// Reads the controller's messages as they come from the transport.
struct ControllerFrameDeserializer: MessageDeserializer {
  func deserialize<Bytes: GRPCContiguousBytes>(_ serializedMessageBytes: Bytes) throws -> ControllerFrame {
    do {
      return try serializedMessageBytes.withUnsafeBytes { try ControllerFrame(serializedBytes: $0) }
    } catch {
      throw RPCError(code: .invalidArgument, message: "a message of the controller cannot be read", cause: error)
    }
  }
}
