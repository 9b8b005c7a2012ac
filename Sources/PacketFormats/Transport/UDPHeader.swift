import NetworkTypes

/// A UDP header (RFC 768).
public struct UDPHeader: Hashable, Sendable {
  /// The sender's port.
  public var sourcePort: UInt16
  /// The receiver's port.
  public var destinationPort: UInt16
  /// The checksum as it was read; 0 when the sender made none. It is never checked here: what a guest's kernel hands to
  /// its network interface carries only the pseudo header's sum, for the interface to complete.
  public private(set) var checksum: UInt16
  /// Where the payload is in the bytes that the header was read from.
  public private(set) var payload: Range<Int>
  /// The payload's length as the header states it; `payload` is shorter in a capture that was cut.
  public private(set) var statedPayloadLength: Int

  /// The number of bytes of the header.
  public static let length = 8

  /// Reads the header at the start of `bytes`, which end where IP says that they do.
  public init(parsing bytes: RawSpan, acceptsCutPayload: Bool = false) throws(PacketError) {
    guard let source = bytes.uint16(at: 0), let destination = bytes.uint16(at: 2), let length = bytes.uint16(at: 4),
      let checksum = bytes.uint16(at: 6)
    else { throw .truncated(.udp, "header", at: 0, needs: UDPHeader.length, of: bytes.byteCount) }
    guard length >= UDPHeader.length else {
      throw .invalid(.udp, "length", at: 4, found: Int(length), expected: "at least 8")
    }
    guard acceptsCutPayload || Int(length) <= bytes.byteCount else {
      throw .truncated(.udp, "payload", at: UDPHeader.length, needs: Int(length), of: bytes.byteCount)
    }
    self.sourcePort = source
    self.destinationPort = destination
    self.checksum = checksum
    self.payload = UDPHeader.length..<min(Int(length), bytes.byteCount)
    self.statedPayloadLength = Int(length) - UDPHeader.length
  }
}

/// The addresses of a UDP datagram over IPv4 in an Ethernet frame.
public struct UDPv4Envelope: Hashable, Sendable {
  /// The frame's receiver.
  public var destinationMAC: MACAddress
  /// The frame's sender.
  public var sourceMAC: MACAddress
  /// The datagram's sender.
  public var source: IPv4Address
  /// The datagram's receiver.
  public var destination: IPv4Address
  /// The sending port.
  public var sourcePort: UInt16
  /// The receiving port.
  public var destinationPort: UInt16

  /// The number of bytes of all headers before the payload.
  public static let headersLength = 14 + IPv4Header.minimumLength + UDPHeader.length

  /// An envelope of the given addresses.
  public init(
    destinationMAC: MACAddress, sourceMAC: MACAddress, source: IPv4Address, destination: IPv4Address,
    sourcePort: UInt16, destinationPort: UInt16
  ) {
    self.destinationMAC = destinationMAC
    self.sourceMAC = sourceMAC
    self.source = source
    self.destination = destination
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
  }

  /// Appends a whole frame: headers, then what `writePayload` appends, every checksum complete. Nothing after this
  /// fills a checksum in, and clients refuse a partial one or, some of them, none.
  ///
  /// - Parameter writePayload: appends the bytes of the datagram, at most 65,507, and changes nothing before them.
  public func write(to buffer: inout [UInt8], writePayload: (inout [UInt8]) -> Void) {
    EthernetHeader(destination: destinationMAC, source: sourceMAC, etherType: .ipv4).write(to: &buffer)
    let ipStart = buffer.count
    buffer.appendZeros(IPv4Header.minimumLength)
    let start = buffer.count
    buffer.appendUInt16(sourcePort)
    buffer.appendUInt16(destinationPort)
    buffer.appendUInt16(0)
    buffer.appendUInt16(0)
    writePayload(&buffer)
    let length = buffer.count - start
    buffer.setUInt16(UInt16(clamping: length), at: start + 4)
    var checksum = InternetChecksum()
    checksum.addPseudoHeader(source: source, destination: destination, protocol: .udp, length: length)
    checksum.add(buffer.span.bytes.extracting(start..<buffer.count))
    buffer.setUInt16(checksum.udpValue, at: start + 6)
    IPv4Header(source: source, destination: destination, protocol: .udp)
      .overwrite(&buffer, at: ipStart, payloadLength: length)
  }
}
