import NetworkTypes

/// An IPv4 header (RFC 791 section 3.1). Options are skipped when read and never written.
public struct IPv4Header: Hashable, Sendable {
  /// DSCP and ECN.
  public var trafficClass: UInt8
  /// Tells the fragments of one datagram from those of another.
  public var identification: UInt16
  /// Whether routers may not fragment the datagram.
  public var dontFragment: Bool
  /// Whether this is not the datagram's last fragment.
  public var moreFragments: Bool
  /// Where this fragment belongs, in units of eight octets.
  public var fragmentOffset: UInt16
  /// How many more hops the datagram may take.
  public var timeToLive: UInt8
  /// What the payload is.
  public var ipProtocol: IPProtocol
  /// Who sent the datagram.
  public var source: IPv4Address
  /// Whom it is for.
  public var destination: IPv4Address
  /// Where the payload is in the bytes that the header was read from: after the options, and up to the datagram's
  /// total length, so that it never takes Ethernet's padding for payload.
  public private(set) var payload: Range<Int>
  /// The payload's length as the header states it; `payload` is shorter in a capture that was cut.
  public private(set) var statedPayloadLength: Int
  /// Whether the header's checksum is right.
  public private(set) var checksumIsValid: Bool

  /// The number of bytes of a header without options.
  public static let minimumLength = 20

  /// A header to write, of a whole datagram that is not to be fragmented.
  ///
  /// Such an atomic datagram needs no identification (RFC 6864 section 4.1).
  public init(
    source: IPv4Address, destination: IPv4Address, protocol ipProtocol: IPProtocol, timeToLive: UInt8 = 64,
    trafficClass: UInt8 = 0
  ) {
    self.trafficClass = trafficClass
    self.identification = 0
    self.dontFragment = true
    self.moreFragments = false
    self.fragmentOffset = 0
    self.timeToLive = timeToLive
    self.ipProtocol = ipProtocol
    self.source = source
    self.destination = destination
    self.payload = IPv4Header.minimumLength..<IPv4Header.minimumLength
    self.statedPayloadLength = 0
    self.checksumIsValid = true
  }

  /// Reads the header at the start of `bytes`.
  ///
  /// - Parameter acceptsCutPayload: whether the bytes may end before the datagram does, as they do in a capture with a
  ///   snapshot length.
  public init(parsing bytes: RawSpan, acceptsCutPayload: Bool = false) throws(PacketError) {
    guard let first = bytes.uint8(at: 0), let trafficClass = bytes.uint8(at: 1), let total = bytes.uint16(at: 2),
      let identification = bytes.uint16(at: 4), let fragment = bytes.uint16(at: 6), let ttl = bytes.uint8(at: 8),
      let ipProtocol = bytes.uint8(at: 9), let source = bytes.ipv4Address(at: 12),
      let destination = bytes.ipv4Address(at: 16)
    else { throw .truncated(.ipv4, "header", at: 0, needs: IPv4Header.minimumLength, of: bytes.byteCount) }
    guard first >> 4 == 4 else { throw .invalid(.ipv4, "version", at: 0, found: Int(first >> 4), expected: "4") }
    let headerLength = Int(first & 0xf) * 4
    guard headerLength >= IPv4Header.minimumLength else {
      throw .invalid(.ipv4, "header length", at: 0, found: headerLength, expected: "20 to 60")
    }
    guard headerLength <= bytes.byteCount else {
      throw .truncated(.ipv4, "options", at: 20, needs: headerLength - 20, of: bytes.byteCount - 20)
    }
    guard Int(total) >= headerLength else {
      throw .invalid(.ipv4, "total length", at: 2, found: Int(total), expected: "at least \(headerLength)")
    }
    guard acceptsCutPayload || Int(total) <= bytes.byteCount else {
      throw .truncated(.ipv4, "payload", at: headerLength, needs: Int(total), of: bytes.byteCount)
    }
    self.init(
      source: source, destination: destination, protocol: IPProtocol(rawValue: ipProtocol), timeToLive: ttl,
      trafficClass: trafficClass)
    self.identification = identification
    self.dontFragment = fragment & 0x4000 != 0
    self.moreFragments = fragment & 0x2000 != 0
    self.fragmentOffset = fragment & 0x1fff
    self.payload = headerLength..<min(Int(total), bytes.byteCount)
    self.statedPayloadLength = Int(total) - headerLength
    var checksum = InternetChecksum()
    checksum.add(bytes.extracting(0..<headerLength))
    self.checksumIsValid = checksum.value == 0
  }

  /// Whether this is a part of a datagram.
  public var isFragment: Bool { moreFragments || fragmentOffset != 0 }

  /// Appends the header, checksum included.
  ///
  /// - Parameter payloadLength: the bytes that will follow, at most 65,515.
  public func write(to buffer: inout [UInt8], payloadLength: Int) {
    let start = buffer.count
    buffer.appendZeros(IPv4Header.minimumLength)
    overwrite(&buffer, at: start, payloadLength: payloadLength)
  }

  /// Writes the header over the twenty bytes at `start`, where room was left until the payload's length was known.
  func overwrite(_ buffer: inout [UInt8], at start: Int, payloadLength: Int) {
    buffer.setUInt16(0x4500 | UInt16(trafficClass), at: start)
    buffer.setUInt16(UInt16(clamping: payloadLength + IPv4Header.minimumLength), at: start + 2)
    buffer.setUInt16(identification, at: start + 4)
    let flags: UInt16 = (dontFragment ? 0x4000 : 0) | (moreFragments ? 0x2000 : 0)
    buffer.setUInt16(flags | fragmentOffset & 0x1fff, at: start + 6)
    buffer.setUInt16(UInt16(timeToLive) << 8 | UInt16(ipProtocol.rawValue), at: start + 8)
    buffer.setUInt16(0, at: start + 10)
    buffer.setUInt32(source.rawValue, at: start + 12)
    buffer.setUInt32(destination.rawValue, at: start + 16)
    var checksum = InternetChecksum()
    checksum.add(buffer.span.bytes.extracting(start..<start + IPv4Header.minimumLength))
    buffer.setUInt16(checksum.value, at: start + 10)
  }
}
