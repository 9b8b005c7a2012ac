import NetworkTypes

/// An ICMPv6 message, with neighbor discovery read as far as addresses and flags (RFC 4443, RFC 4861).
public enum ICMPv6Message: Hashable, Sendable {
  /// A ping or, with `isReply`, its answer (RFC 4443 section 4).
  case echo(isReply: Bool, identifier: UInt16, sequence: UInt16)
  /// A host asks for routers (RFC 4861 section 4.1).
  case routerSolicitation(sourceMAC: MACAddress?)
  /// A router announces itself (RFC 4861 section 4.2).
  case routerAdvertisement(RouterAdvertisement)
  /// Who has `target`? (RFC 4861 section 4.3)
  case neighborSolicitation(target: IPv6Address, sourceMAC: MACAddress?)
  /// The sender has `target` (RFC 4861 section 4.4).
  case neighborAdvertisement(NeighborAdvertisement)
  /// Anything else: type, code and the four bytes after the checksum.
  case other(type: UInt8, code: UInt8, rest: UInt32)

  /// The fixed part of a router advertisement.
  public struct RouterAdvertisement: Hashable, Sendable {
    /// What hosts shall put into their packets, 0 for unspecified.
    public var hopLimit: UInt8
    /// Whether addresses come by DHCPv6.
    public var isManaged: Bool
    /// Whether other parameters come by DHCPv6.
    public var hasOtherConfiguration: Bool
    /// How long this is a default router, in seconds.
    public var lifetimeSeconds: UInt16
    /// The router's MAC address.
    public var sourceMAC: MACAddress?

    /// An advertisement of the given fields.
    public init(
      hopLimit: UInt8, isManaged: Bool, hasOtherConfiguration: Bool, lifetimeSeconds: UInt16, sourceMAC: MACAddress?
    ) {
      self.hopLimit = hopLimit
      self.isManaged = isManaged
      self.hasOtherConfiguration = hasOtherConfiguration
      self.lifetimeSeconds = lifetimeSeconds
      self.sourceMAC = sourceMAC
    }
  }

  /// A neighbor advertisement.
  public struct NeighborAdvertisement: Hashable, Sendable {
    /// The address that is advertised.
    public var target: IPv6Address
    /// Whether the sender is a router.
    public var isRouter: Bool
    /// Whether this answers a solicitation.
    public var isSolicited: Bool
    /// Whether it replaces what is cached.
    public var overrides: Bool
    /// The target's MAC address.
    public var targetMAC: MACAddress?

    /// An advertisement of the given fields.
    public init(target: IPv6Address, isRouter: Bool, isSolicited: Bool, overrides: Bool, targetMAC: MACAddress?) {
      self.target = target
      self.isRouter = isRouter
      self.isSolicited = isSolicited
      self.overrides = overrides
      self.targetMAC = targetMAC
    }
  }

  /// Reads the message in `bytes`.
  public init(parsing bytes: RawSpan) throws(PacketError) {
    guard let type = bytes.uint8(at: 0), let code = bytes.uint8(at: 1), let rest = bytes.uint32(at: 4) else {
      throw .truncated(.icmpv6, "header", at: 0, needs: 8, of: bytes.byteCount)
    }
    switch (type, code) {
    case (128, 0), (129, 0):
      self = .echo(
        isReply: type == 129, identifier: UInt16(truncatingIfNeeded: rest >> 16),
        sequence: UInt16(truncatingIfNeeded: rest))
    case (133, 0):
      self = .routerSolicitation(sourceMAC: try linkLayerAddress(bytes, optionType: 1, from: 8))
    case (134, 0):
      guard bytes.holds(16, at: 0) else {
        throw .truncated(.icmpv6, "router advertisement", at: 0, needs: 16, of: bytes.byteCount)
      }
      self = .routerAdvertisement(
        RouterAdvertisement(
          hopLimit: UInt8(truncatingIfNeeded: rest >> 24), isManaged: rest & 0x80_0000 != 0,
          hasOtherConfiguration: rest & 0x40_0000 != 0, lifetimeSeconds: UInt16(truncatingIfNeeded: rest),
          sourceMAC: try linkLayerAddress(bytes, optionType: 1, from: 16)))
    case (135, 0), (136, 0):
      guard let target = bytes.ipv6Address(at: 8) else {
        throw .truncated(.icmpv6, "target address", at: 8, needs: 16, of: bytes.byteCount - 8)
      }
      let mac = try linkLayerAddress(bytes, optionType: type == 135 ? 1 : 2, from: 24)
      guard type == 136 else {
        self = .neighborSolicitation(target: target, sourceMAC: mac)
        return
      }
      self = .neighborAdvertisement(
        NeighborAdvertisement(
          target: target, isRouter: rest >> 31 & 1 != 0, isSolicited: rest >> 30 & 1 != 0,
          overrides: rest >> 29 & 1 != 0, targetMAC: mac))
    default:
      self = .other(type: type, code: code, rest: rest)
    }
  }
}

extension ICMPv6Message {
  /// Appends a neighbor advertisement as it stands after the IPv6 header, checksum included.
  public static func writeNeighborAdvertisement(
    _ advertisement: NeighborAdvertisement, source: IPv6Address, destination: IPv6Address, to buffer: inout [UInt8]
  ) {
    let start = buffer.count
    buffer.append(136)
    buffer.append(0)
    buffer.appendUInt16(0)
    var flags: UInt32 = advertisement.isRouter ? 1 << 31 : 0
    flags |= advertisement.isSolicited ? 1 << 30 : 0
    flags |= advertisement.overrides ? 1 << 29 : 0
    buffer.appendUInt32(flags)
    buffer.append(advertisement.target)
    if let mac = advertisement.targetMAC {
      buffer.append(2)
      buffer.append(1)
      buffer.append(mac)
    }
    writeChecksum(of: start, source: source, destination: destination, in: &buffer)
  }

  /// Appends a neighbor solicitation as it stands after the IPv6 header, checksum included.
  public static func writeNeighborSolicitation(
    target: IPv6Address, sourceMAC: MACAddress?, source: IPv6Address, destination: IPv6Address,
    to buffer: inout [UInt8]
  ) {
    let start = buffer.count
    buffer.append(135)
    buffer.append(0)
    buffer.appendUInt16(0)
    buffer.appendUInt32(0)
    buffer.append(target)
    if let mac = sourceMAC {
      buffer.append(1)
      buffer.append(1)
      buffer.append(mac)
    }
    writeChecksum(of: start, source: source, destination: destination, in: &buffer)
  }

  private static func writeChecksum(
    of start: Int, source: IPv6Address, destination: IPv6Address, in buffer: inout [UInt8]
  ) {
    var checksum = InternetChecksum()
    checksum.addPseudoHeader(
      source: source, destination: destination, protocol: .icmpv6, length: buffer.count - start)
    checksum.add(buffer.span.bytes.extracting(start..<buffer.count))
    buffer.setUInt16(checksum.value, at: start + 2)
  }
}

/// The MAC address in the first option of the given type (RFC 4861 section 4.6.1).
private func linkLayerAddress(
  _ bytes: RawSpan, optionType: UInt8, from start: Int
) throws(PacketError) -> MACAddress? {
  var offset = start
  while offset < bytes.byteCount {
    guard let type = bytes.uint8(at: offset), let units = bytes.uint8(at: offset + 1) else {
      throw .truncated(.icmpv6, "option", at: offset, needs: 8, of: bytes.byteCount - offset)
    }
    // Such a packet is to be discarded, and it would never end here (RFC 4861 section 4.6).
    guard units > 0 else { throw .invalid(.icmpv6, "option length", at: offset + 1, found: 0, expected: "at least 1") }
    if type == optionType, units == 1 {
      guard let mac = bytes.macAddress(at: offset + 2) else {
        throw .truncated(.icmpv6, "option", at: offset, needs: 8, of: bytes.byteCount - offset)
      }
      return mac
    }
    offset += Int(units) * 8
  }
  return nil
}
