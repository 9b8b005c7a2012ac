import NetworkTypes
import PacketFormats

/// The addresses of an IPv6 packet in an Ethernet frame.
struct IPv6Frame {
  var destinationMAC: MACAddress
  var sourceMAC: MACAddress
  var source: IPv6Address
  var destination: IPv6Address
  var hopLimit: UInt8

  /// The number of bytes of the headers before the payload.
  static let headersLength = 14 + IPv6Header.length
  /// The longest packet that every link of IPv6 carries whole, without its header (RFC 8200 section 5).
  static let leastPayload = 1280 - IPv6Header.length

  /// Appends a whole frame: headers, then what `writePayload` appends, its checksum complete. IPv6 has no datagrams
  /// without one (RFC 8200 section 8.1), and nothing after this fills it in.
  ///
  /// - Parameters:
  ///   - checksumOffset: where the payload has its checksum; it is written as zero.
  ///   - writePayload: appends at most 65,535 bytes, and changes nothing before them.
  @inline(__always)
  func write(
    _ upperProtocol: IPProtocol, checksumOffset: Int, to buffer: inout [UInt8], writePayload: (inout [UInt8]) -> Void
  ) {
    buffer.append(destinationMAC)
    buffer.append(sourceMAC)
    buffer.appendUInt16(EtherType.ipv6.rawValue)
    let packet = buffer.count
    IPv6Header(source: source, destination: destination, nextHeader: upperProtocol, hopLimit: hopLimit)
      .write(to: &buffer, payloadLength: 0)
    let start = buffer.count
    writePayload(&buffer)
    let length = buffer.count - start
    buffer.setUInt16(UInt16(clamping: length), at: packet + 4)
    // The pseudo header is the addresses, the length and the protocol (RFC 8200 section 8.1); the addresses stand
    // together before the payload already.
    var checksum = InternetChecksum()
    checksum.add(UInt16(upperProtocol.rawValue))
    checksum.add(UInt16(clamping: length))
    checksum.add(buffer.span.bytes.extracting(packet + 8..<buffer.count))
    buffer.setUInt16(checksum.udpValue, at: start + checksumOffset)
  }

  /// Appends a whole frame with a UDP datagram.
  @inline(__always)
  func writeUDP(from: UInt16, to port: UInt16, in buffer: inout [UInt8], writePayload: (inout [UInt8]) -> Void) {
    write(.udp, checksumOffset: 6, to: &buffer) { buffer in
      let start = buffer.count
      buffer.appendUInt16(from)
      buffer.appendUInt16(port)
      buffer.appendUInt32(0)
      writePayload(&buffer)
      buffer.setUInt16(UInt16(clamping: buffer.count - start), at: start + 4)
    }
  }
}
