import GoalState
import NetworkTypes

/// Reads neighbors from their bytes.
///
/// A large goal state is nearly all neighbors; the generated code makes some ten objects of each, which takes longer than all that follows.
/// This takes the fields that a neighbor usually has, and by the same rules (`FieldRules`). Anything else, be it rare, wrong or unknown, is
/// nil, and is left to the generated code, so that both always come to the same.
enum NeighborReader {
  private typealias Field = NeighborField

  /// More than a neighbor usually has; there are rules for how many there may be.
  private static let usualCount = 16

  /// Reads a resource that is a neighbor.
  static func read(resource bytes: UnsafeRawBufferPointer) -> VersionedResource? {
    var reader = WireReader(bytes)
    guard let (field, type) = reader.tag(), field == Field.neighbor, type == .lengthDelimited,
      let configuration = reader.lengthDelimited(), reader.isAtEnd
    else { return nil }
    return read(configuration)
  }

  private static func read(_ bytes: UnsafeRawBufferPointer) -> VersionedResource? {
    var reader = WireReader(bytes)
    var revisionNumber: UInt64 = 0
    var revision: UInt64 = 0
    var id: IdentifierText?
    var network: IdentifierText?
    var mac: MACAddress?
    var host: IPAddress?
    var fixedIPs: [FixedIP] = []
    var groups: [SecurityGroupID] = []
    while !reader.isAtEnd {
      guard let (field, type) = reader.tag() else { return nil }
      if type == .varint {
        guard let value = reader.varint() else { return nil }
        switch field {
        case Field.revisionNumber where value <= UInt64(UInt32.max): revisionNumber = value
        case Field.updateType where value <= 1: break
        case Field.revision: revision = value
        default: return nil
        }
        continue
      }
      guard let value = reader.lengthDelimited() else { return nil }
      switch field {
      case Field.id:
        guard let text = identifier(value) else { return nil }
        id = text
      case Field.vpcID:
        guard let text = identifier(value) else { return nil }
        network = text
      case Field.macAddress:
        guard let address = MACAddress(utf8: value.bytes), address.isUnicast else { return nil }
        mac = address
      case Field.hostIPAddress:
        guard let address = hostAddress(value) else { return nil }
        host = address
      case Field.fixedIPs:
        guard fixedIPs.count < usualCount, let fixedIP = fixedIP(value), !fixedIPs.contains(fixedIP) else { return nil }
        fixedIPs.append(fixedIP)
      case Field.securityGroupIDs:
        guard groups.count < usualCount, let text = identifier(value) else { return nil }
        let group = SecurityGroupID(text)
        guard !groups.contains(group) else { return nil }
        groups.append(group)
      default: return nil
      }
    }
    guard let id, let network, let mac, let host else { return nil }
    let neighbor = Neighbor(
      id: NeighborID(id), networkID: NetworkID(network), mac: mac, hostAddress: host, fixedIPs: fixedIPs,
      securityGroupIDs: groups)
    return VersionedResource(.neighbor(neighbor), revision: revision == 0 ? revisionNumber : revision)
  }

  private static func fixedIP(_ bytes: UnsafeRawBufferPointer) -> FixedIP? {
    var reader = WireReader(bytes)
    var subnet: IdentifierText?
    var address: IPAddress?
    while !reader.isAtEnd {
      guard let (field, type) = reader.tag() else { return nil }
      switch (field, type) {
      case (Field.neighborType, .varint):
        guard let value = reader.varint(), value <= 1 else { return nil }
      case (Field.subnetID, .lengthDelimited):
        guard let value = reader.lengthDelimited(), let text = identifier(value) else { return nil }
        subnet = text
      case (Field.ipAddress, .lengthDelimited):
        guard let value = reader.lengthDelimited(), let host = hostAddress(value) else { return nil }
        address = host
      default: return nil
      }
    }
    guard let subnet, let address else { return nil }
    return FixedIP(subnetID: SubnetID(subnet), address: address)
  }

  private static func identifier(_ bytes: UnsafeRawBufferPointer) -> IdentifierText? {
    if let uuid = IdentifierText(uuid: bytes) { return uuid }
    guard (1...FieldRules.maximumIdentifierBytes).contains(bytes.count),
      bytes.allSatisfy({ (0x21...0x7e).contains($0) })
    else { return nil }
    return IdentifierText(utf8: bytes)
  }

  private static func hostAddress(_ bytes: UnsafeRawBufferPointer) -> IPAddress? {
    if let address = IPv4Address(utf8: bytes.bytes) { return address.isHostAddress ? .v4(address) : nil }
    return try? FieldRules.hostAddress(String(decoding: bytes, as: UTF8.self), "")
  }
}

extension UnsafeRawBufferPointer {
  fileprivate var bytes: UnsafeBufferPointer<UInt8> { assumingMemoryBound(to: UInt8.self) }
}
