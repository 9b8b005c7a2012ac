import NetworkTypes

/// An IPv6 header (RFC 8200 section 3), and what follows its extension headers.
public struct IPv6Header: Hashable, Sendable {
  /// DSCP and ECN.
  public var trafficClass: UInt8
  /// The flow label, 20 bits.
  public var flowLabel: UInt32
  /// The header that follows this one directly.
  public var nextHeader: IPProtocol
  /// How many more hops the packet may take.
  public var hopLimit: UInt8
  /// Who sent the packet.
  public var source: IPv6Address
  /// Whom it is for.
  public var destination: IPv6Address
  /// What the payload is, after any extension headers.
  public private(set) var upperProtocol: IPProtocol
  /// Where the payload is in the bytes that the header was read from.
  public private(set) var payload: Range<Int>
  /// The payload's length as the header states it; `payload` is shorter in a capture that was cut.
  public private(set) var statedPayloadLength: Int
  /// Whether the payload is a part of a packet.
  public private(set) var isFragment: Bool
  /// Whether the payload starts where the upper layer's header does: false for all but the first fragment.
  public private(set) var startsUpperLayer: Bool

  /// The number of bytes without extension headers.
  public static let length = 40

  /// A header to write, without extension headers.
  public init(
    source: IPv6Address, destination: IPv6Address, nextHeader: IPProtocol, hopLimit: UInt8 = 64,
    trafficClass: UInt8 = 0, flowLabel: UInt32 = 0
  ) {
    self.trafficClass = trafficClass
    self.flowLabel = flowLabel
    self.nextHeader = nextHeader
    self.hopLimit = hopLimit
    self.source = source
    self.destination = destination
    self.upperProtocol = nextHeader
    self.payload = IPv6Header.length..<IPv6Header.length
    self.statedPayloadLength = 0
    self.isFragment = false
    self.startsUpperLayer = true
  }

  /// Reads the header at the start of `bytes`, and the hop-by-hop, routing, fragment and destination headers after it.
  ///
  /// - Parameter acceptsCutPayload: whether the bytes may end before the packet does, as they do in a capture with a
  ///   snapshot length.
  public init(parsing bytes: RawSpan, acceptsCutPayload: Bool = false) throws(PacketError) {
    guard let first = bytes.uint32(at: 0), let length = bytes.uint16(at: 4), let next = bytes.uint8(at: 6),
      let hopLimit = bytes.uint8(at: 7), let source = bytes.ipv6Address(at: 8),
      let destination = bytes.ipv6Address(at: 24)
    else { throw .truncated(.ipv6, "header", at: 0, needs: IPv6Header.length, of: bytes.byteCount) }
    guard first >> 28 == 6 else { throw .invalid(.ipv6, "version", at: 0, found: Int(first >> 28), expected: "6") }
    let statedEnd = IPv6Header.length + Int(length)
    guard acceptsCutPayload || statedEnd <= bytes.byteCount else {
      throw .truncated(.ipv6, "payload", at: IPv6Header.length, needs: statedEnd, of: bytes.byteCount)
    }
    self.init(
      source: source, destination: destination, nextHeader: IPProtocol(rawValue: next), hopLimit: hopLimit,
      trafficClass: UInt8(truncatingIfNeeded: first >> 20), flowLabel: first & 0xf_ffff)
    let end = min(statedEnd, bytes.byteCount)
    var offset = IPv6Header.length
    // Each turn moves on by eight octets at least, so a chain of headers ends with the packet.
    while startsUpperLayer, let size = try extensionHeaderSize(bytes, at: offset, end: end) {
      if upperProtocol == .ipv6Fragment, let fragment = bytes.uint16(at: offset + 2) {
        isFragment = fragment & 0xfff9 != 0
        startsUpperLayer = fragment >> 3 == 0
      }
      upperProtocol = IPProtocol(rawValue: bytes.uint8(at: offset) ?? 59)
      offset += size
    }
    payload = offset..<end
    statedPayloadLength = statedEnd - offset
  }

  /// The size of the extension header at `offset` when `upperProtocol` says that there is one.
  private func extensionHeaderSize(_ bytes: RawSpan, at offset: Int, end: Int) throws(PacketError) -> Int? {
    switch upperProtocol {
    case .hopByHopOptions, .ipv6Route, .destinationOptions, .ipv6Fragment: break
    default: return nil
    }
    guard end - offset >= 8, let units = bytes.uint8(at: offset + 1) else {
      throw .truncated(.ipv6, "extension header", at: offset, needs: 8, of: end - offset)
    }
    let size = upperProtocol == .ipv6Fragment ? 8 : (Int(units) + 1) * 8
    guard size <= end - offset else {
      throw .truncated(.ipv6, "extension header", at: offset, needs: size, of: end - offset)
    }
    return size
  }

  /// Appends the header.
  ///
  /// - Parameter payloadLength: the bytes that will follow, at most 65,535.
  public func write(to buffer: inout [UInt8], payloadLength: Int) {
    buffer.appendUInt32(6 << 28 | UInt32(trafficClass) << 20 | flowLabel & 0xf_ffff)
    buffer.appendUInt16(UInt16(clamping: payloadLength))
    buffer.append(nextHeader.rawValue)
    buffer.append(hopLimit)
    buffer.append(source)
    buffer.append(destination)
  }
}
