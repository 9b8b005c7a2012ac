import GoalState
import NetworkTypes

/// Writes neighbors as the generated code does, byte for byte, and some ten times as fast: nearly all of what is sent and kept is
/// neighbors. What a neighbor rarely has is left to the generated code.
enum NeighborWriter {
  private typealias Field = NeighborField
  /// `alcor.schema.UpdateType.FULL`.
  private static let full: UInt64 = 1

  /// The bytes of `alioth.southbound.v1.Resource`; nil for a resource that is left to the generated code.
  static func encode(_ versioned: VersionedResource) -> [UInt8]? {
    guard case .neighbor(let neighbor) = versioned.resource, neighbor.allowedAddressPairs.isEmpty else { return nil }
    var body = Output(capacity: 160 + 64 * neighbor.fixedIPs.count + 40 * neighbor.securityGroupIDs.count)
    // In the order of the fields' numbers; what is 0 or empty is left out.
    body.field(Field.revisionNumber, UInt64(UInt32(clamping: versioned.revision)))
    body.field(Field.id, neighbor.id.text)
    body.field(Field.updateType, NeighborWriter.full)
    body.field(Field.vpcID, neighbor.networkID.text)
    body.field(Field.macAddress, neighbor.mac.description)
    body.field(Field.hostIPAddress, neighbor.hostAddress.description)
    for fixedIP in neighbor.fixedIPs {
      var element = Output(capacity: 64)
      element.field(Field.subnetID, fixedIP.subnetID.text)
      element.field(Field.ipAddress, fixedIP.address.description)
      body.field(Field.fixedIPs, element.bytes)
    }
    body.field(Field.revision, versioned.revision)
    for group in neighbor.securityGroupIDs { body.element(Field.securityGroupIDs, group.text) }
    var message = Output(capacity: body.bytes.count + 4)
    message.field(Field.neighbor, body.bytes)
    return message.bytes
  }

  /// A message that grows.
  private struct Output {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func field(_ number: UInt64, _ value: UInt64) {
      guard value != 0 else { return }
      varint(number << 3 | WireReader.WireType.varint.rawValue)
      varint(value)
    }

    mutating func field(_ number: UInt64, _ text: IdentifierText) {
      if text.utf8Count > 0 { element(number, text) }
    }

    /// One of a repeated field's, which is written even when it is empty.
    mutating func element(_ number: UInt64, _ text: IdentifierText) {
      text.withUTF8 { lengthDelimited(number, $0) }
    }

    mutating func field(_ number: UInt64, _ text: String) {
      var text = text
      text.withUTF8 { lengthDelimited(number, $0) }
    }

    mutating func field(_ number: UInt64, _ message: [UInt8]) {
      message.withUnsafeBufferPointer { lengthDelimited(number, $0) }
    }

    private mutating func lengthDelimited(_ number: UInt64, _ value: UnsafeBufferPointer<UInt8>) {
      varint(number << 3 | WireReader.WireType.lengthDelimited.rawValue)
      varint(UInt64(value.count))
      bytes.append(contentsOf: value)
    }

    private mutating func varint(_ value: UInt64) { WireWriter.appendVarint(value, to: &bytes) }
  }
}
