import NetworkTypes

/// An ICMP message's header (RFC 792).
public struct ICMPMessage: Hashable, Sendable {
  /// What the message is.
  public struct Kind: Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt8

    /// The type of the given number.
    public init(rawValue: UInt8) {
      self.rawValue = rawValue
    }

    /// The answer to a ping.
    public static let echoReply = Kind(rawValue: 0)
    /// The datagram could not be delivered.
    public static let destinationUnreachable = Kind(rawValue: 3)
    /// There is a better gateway.
    public static let redirect = Kind(rawValue: 5)
    /// A ping.
    public static let echoRequest = Kind(rawValue: 8)
    /// The datagram took too many hops.
    public static let timeExceeded = Kind(rawValue: 11)
  }

  /// What the message is.
  public var kind: Kind
  /// More about it.
  public var code: UInt8
  /// The four bytes after the checksum; their meaning depends on the type.
  public var rest: UInt32

  /// The number of bytes before the data.
  public static let headerLength = 8

  /// A message of the given fields.
  public init(kind: Kind, code: UInt8 = 0, rest: UInt32 = 0) {
    self.kind = kind
    self.code = code
    self.rest = rest
  }

  /// Reads the header at the start of `bytes`; the data is what follows the first eight bytes.
  public init(parsing bytes: RawSpan) throws(PacketError) {
    guard let kind = bytes.uint8(at: 0), let code = bytes.uint8(at: 1), let rest = bytes.uint32(at: 4) else {
      throw .truncated(.icmp, "header", at: 0, needs: ICMPMessage.headerLength, of: bytes.byteCount)
    }
    self.init(kind: Kind(rawValue: kind), code: code, rest: rest)
  }

  /// Tells one pinging program from another.
  public var identifier: UInt16 { UInt16(truncatingIfNeeded: rest >> 16) }
  /// Counts a program's pings.
  public var sequence: UInt16 { UInt16(truncatingIfNeeded: rest) }
  /// The next hop's MTU in a "fragmentation needed" (RFC 1191 section 4).
  public var nextHopMTU: UInt16 { UInt16(truncatingIfNeeded: rest) }

  /// Appends the message with `data`, checksum included.
  public func write(to buffer: inout [UInt8], data: RawSpan) {
    let start = buffer.count
    buffer.append(kind.rawValue)
    buffer.append(code)
    buffer.appendUInt16(0)
    buffer.appendUInt32(rest)
    buffer.append(data, 0..<data.byteCount)
    var checksum = InternetChecksum()
    checksum.add(buffer.span.bytes.extracting(start..<buffer.count))
    buffer.setUInt16(checksum.value, at: start + 2)
  }
}
