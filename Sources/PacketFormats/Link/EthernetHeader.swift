import NetworkTypes

/// A VLAN tag (IEEE 802.1Q, 9.6).
public struct VLANTag: Hashable, Sendable {
  /// The tag protocol, 802.1Q or 802.1ad.
  public var tagProtocol: EtherType
  /// Priority, drop eligibility and VLAN identifier as they stand on the wire.
  public var controlInformation: UInt16

  /// A tag of the given parts.
  public init(tagProtocol: EtherType = .vlan, controlInformation: UInt16) {
    self.tagProtocol = tagProtocol
    self.controlInformation = controlInformation
  }

  /// The VLAN identifier; 0 means that the tag gives only a priority.
  public var vid: UInt16 { controlInformation & 0x0fff }
  /// The priority code point, 0 to 7.
  public var priority: UInt16 { controlInformation >> 13 }
  /// Whether the frame belongs to no VLAN and the tag only carries a priority (IEEE 802.1Q, 6.9).
  public var isPriorityOnly: Bool { vid == 0 }
}

/// An Ethernet II header with up to two VLAN tags.
public struct EthernetHeader: Hashable, Sendable {
  /// The station or group that the frame is for.
  public var destination: MACAddress
  /// The station that sent the frame.
  public var source: MACAddress
  /// The first tag, or nil for an untagged frame.
  public var outerTag: VLANTag?
  /// The tag after the first one.
  public var innerTag: VLANTag?
  /// What follows the header.
  public var etherType: EtherType

  /// A header of the given fields.
  public init(
    destination: MACAddress, source: MACAddress, outerTag: VLANTag? = nil, innerTag: VLANTag? = nil,
    etherType: EtherType
  ) {
    self.destination = destination
    self.source = source
    self.outerTag = outerTag
    self.innerTag = innerTag
    self.etherType = etherType
  }

  /// Reads the header at the start of `frame`. A third tag is left to be the payload.
  public init(parsing frame: RawSpan) throws(PacketError) {
    guard let destination = frame.macAddress(at: 0), let source = frame.macAddress(at: 6),
      var type = frame.uint16(at: 12).map(EtherType.init(rawValue:))
    else { throw .truncated(.ethernet, "header", at: 0, needs: 14, of: frame.byteCount) }
    self.init(destination: destination, source: source, etherType: type)
    var offset = 14
    while type.isVLANTag, innerTag == nil {
      guard let control = frame.uint16(at: offset), let next = frame.uint16(at: offset + 2) else {
        throw .truncated(.ethernet, "VLAN tag", at: offset, needs: 4, of: frame.byteCount - offset)
      }
      let tag = VLANTag(tagProtocol: type, controlInformation: control)
      if outerTag == nil {
        outerTag = tag
      } else {
        innerTag = tag
      }
      type = EtherType(rawValue: next)
      offset += 4
    }
    etherType = type
  }

  /// The number of bytes of a header without tags.
  public static let untaggedLength = 14

  /// The number of bytes of the header, that is, where the payload starts.
  public var length: Int { 14 + (outerTag == nil ? 0 : 4) + (innerTag == nil ? 0 : 4) }

  /// Appends the header.
  public func write(to buffer: inout [UInt8]) {
    buffer.append(destination)
    buffer.append(source)
    for tag in [outerTag, innerTag] {
      guard let tag else { continue }
      buffer.appendUInt16(tag.tagProtocol.rawValue)
      buffer.appendUInt16(tag.controlInformation)
    }
    buffer.appendUInt16(etherType.rawValue)
  }
}
