import FoundationEssentials
import GoalState
import GoalStateProtobuf
import SwiftProtobuf

/// Resources as bytes that are kept: the same messages as on the wire, with the same rules for what they may say.
public enum StoredResourceCoding {
  /// The bytes of a resource.
  public static func encode(_ resource: VersionedResource) -> [UInt8] {
    // Encoding fails for none of these messages: proto3 has no required fields, and none holds an Any.
    NeighborWriter.encode(resource)
      ?? (try? Alioth_Southbound_V1_Resource(resource).serializedBytes(partial: true)) ?? []
  }

  /// The same message as JSON in UTF-8, for people: the resource's kind, and Alcor's names for what it says.
  public static func json(_ resource: VersionedResource) -> [UInt8] {
    (try? Alioth_Southbound_V1_Resource(resource).jsonUTF8Bytes()) ?? Array("{}".utf8)
  }

  /// Reads bytes that were kept for what has this key.
  ///
  /// - Throws: ``StoredResourceError`` when they are not a resource that is valid, or say something that this version does not
  ///   know, for then a part of what is meant would be left out.
  public static func decode(
    _ bytes: ArraySlice<UInt8>, key: ResourceKey
  ) throws(StoredResourceError) -> VersionedResource {
    if key.kind == .neighbor, let versioned = bytes.withUnsafeBytes({ NeighborReader.read(resource: $0) }),
      versioned.key == key
    {
      return versioned
    }
    let message: Alioth_Southbound_V1_Resource
    do {
      message = try Alioth_Southbound_V1_Resource(serializedBytes: Array(bytes))
    } catch {
      throw StoredResourceError(key: key, reason: "it is no message of a resource")
    }
    var search = UnknownFieldSearch()
    try? message.traverse(visitor: &search)
    guard !search.isFound else {
      throw StoredResourceError(key: key, reason: "it has a field that this version does not know")
    }
    switch DecodedResource(message) {
    case .resource(let versioned):
      guard versioned.key == key else { throw StoredResourceError(key: key, reason: "it is \(versioned.key)") }
      return versioned
    case .refused(let failure): throw StoredResourceError(key: key, reason: failure.message)
    case nil: throw StoredResourceError(key: key, reason: "it is of a kind that this version does not know")
    }
  }
}

/// Why a resource that was kept cannot be used.
public struct StoredResourceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Which.
  public var key: ResourceKey
  /// Why.
  public var reason: String

  /// Resource and reason.
  public var description: String { "\(key): \(reason)" }
}

/// Looks for fields that were read and are not known, in a message and in those in it.
private struct UnknownFieldSearch: Visitor {
  private(set) var isFound = false

  mutating func visitUnknown(bytes: Data) throws { isFound = isFound || !bytes.isEmpty }

  mutating func visitSingularMessageField<M: Message>(value: M, fieldNumber: Int) throws {
    try value.traverse(visitor: &self)
  }

  mutating func visitSingularDoubleField(value: Double, fieldNumber: Int) throws {}
  mutating func visitSingularInt64Field(value: Int64, fieldNumber: Int) throws {}
  mutating func visitSingularUInt64Field(value: UInt64, fieldNumber: Int) throws {}
  mutating func visitSingularBoolField(value: Bool, fieldNumber: Int) throws {}
  mutating func visitSingularStringField(value: String, fieldNumber: Int) throws {}
  mutating func visitSingularBytesField(value: Data, fieldNumber: Int) throws {}
  mutating func visitSingularEnumField<E: Enum>(value: E, fieldNumber: Int) throws {}
  mutating func visitMapField<KeyType, ValueType: MapValueType>(
    fieldType: _ProtobufMap<KeyType, ValueType>.Type, value: _ProtobufMap<KeyType, ValueType>.BaseType, fieldNumber: Int
  ) throws {}
  mutating func visitMapField<KeyType, ValueType>(
    fieldType: _ProtobufEnumMap<KeyType, ValueType>.Type, value: _ProtobufEnumMap<KeyType, ValueType>.BaseType,
    fieldNumber: Int
  ) throws where ValueType.RawValue == Int {}
  mutating func visitMapField<KeyType, ValueType>(
    fieldType: _ProtobufMessageMap<KeyType, ValueType>.Type, value: _ProtobufMessageMap<KeyType, ValueType>.BaseType,
    fieldNumber: Int
  ) throws {}
}
