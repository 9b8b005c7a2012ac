import GoalState
import GoalStateProtobuf
import SwiftProtobuf

/// A resource with its bytes on the stream, which are the same for every agent: made once, however many it is sent to.
public final class EncodedResource: Sendable {
  /// The resource.
  public let resource: VersionedResource
  /// An element of a repeated field, but for the field's tag: the length of the message, and the message.
  let bytes: [UInt8]

  /// Encodes a resource.
  public init(_ resource: VersionedResource) {
    self.resource = resource
    let message = StoredResourceCoding.encode(resource)
    let length = WireWriter.varint(UInt64(message.count))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(length.count + message.count)
    bytes += length
    bytes += message
    self.bytes = bytes
  }
}

extension EncodedResource: Hashable {
  /// Whether both are the same resource as of the same revision.
  public static func == (lhs: EncodedResource, rhs: EncodedResource) -> Bool {
    lhs === rhs || lhs.resource == rhs.resource
  }

  /// The resource's.
  public func hash(into hasher: inout Hasher) { hasher.combine(resource) }
}
