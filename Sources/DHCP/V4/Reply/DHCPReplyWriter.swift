import NetworkTypes
import PacketFormats

/// Writes a reply as a whole frame: a copy of what all replies begin with, the fields that differ, the options that the
/// client asked for, and the lengths and checksums at the end.
struct DHCPReplyWriter {
  let reply: DHCPReply
  let binding: DHCPCompiledBinding
  /// What the server calls itself in option 54: a relay agent may want another name there than the address that it
  /// answers from.
  let server: IPv4Address

  /// Where the message starts in a frame.
  static let messageStart = UDPv4Envelope.headersLength
  private static let addressOffset = 26

  /// All headers of a reply, with zeros where they differ, up to the options.
  private static let template: [UInt8] = {
    var bytes: [UInt8] = []
    let envelope = UDPv4Envelope(
      destinationMAC: .broadcast, sourceMAC: .broadcast, source: .any, destination: .any, sourcePort: 67,
      destinationPort: 68)
    envelope.write(to: &bytes) { bytes in
      DHCPHeader(operation: 2, transactionID: 0, mac: MACAddress(rawValue: 0)).write(to: &bytes)
    }
    return bytes
  }()

  /// Appends the frame to an empty buffer.
  func write(
    _ request: DHCPRequest, _ payload: RawSpan, _ relay: DHCPRelayWishes, serverMAC: MACAddress,
    to buffer: inout [UInt8]
  ) {
    buffer.append(contentsOf: DHCPReplyWriter.template)
    let destination = writeEnvelope(request, relay, serverMAC, to: &buffer)
    writeHeader(request, to: &buffer)
    DHCPReplyOptions(reply: reply, binding: binding, server: server).write(request.wishes, payload, to: &buffer)
    // Any client takes a datagram of 576 bytes (RFC 2131 section 2), more only when it says so in option 57, and none
    // beyond the MTU: a fragmented reply is lost on clients that read from raw sockets.
    let stated = request.wishes.largestMessage ?? 576
    let datagram = max(576, min(Int(stated), Int(binding.mtu ?? 1500)))
    fitDHCPOptions(
      in: &buffer, messageStart: DHCPReplyWriter.messageStart,
      limit: datagram - IPv4Header.minimumLength - UDPHeader.length)
    buffer.endOptions(messageStart: DHCPReplyWriter.messageStart)
    DHCPReplyWriter.seal(&buffer, to: destination, from: binding.serverIdentifier)
  }

  /// Where the reply goes (RFC 2131 section 4.1). Whatever the address of the datagram, the frame is for the port's own
  /// MAC address or for everyone on a link that ends at that port.
  private func writeEnvelope(
    _ request: DHCPRequest, _ relay: DHCPRelayWishes, _ serverMAC: MACAddress, to buffer: inout [UInt8]
  ) -> IPv4Address {
    var (address, isBroadcast) = (reply.address, false)
    if reply.state == .informing {
      // To the client's own address, which is the reply's.
    } else if request.relayAddress != .any {
      address = request.relayAddress
      buffer.setUInt16(relay.usesSourcePort ? request.sourcePort : 67, at: 36)
    } else if reply.kind == .nak {
      isBroadcast = true
    } else if reply.state != .initializing, request.clientAddress != .any {
      address = request.clientAddress
    } else {
      isBroadcast = request.wantsBroadcast
    }
    if isBroadcast { address = .broadcast }
    buffer.set(isBroadcast ? .broadcast : binding.mac, at: 0)
    buffer.set(serverMAC, at: 6)
    buffer.setUInt32(binding.serverIdentifier.rawValue, at: DHCPReplyWriter.addressOffset)
    buffer.setUInt32(address.rawValue, at: DHCPReplyWriter.addressOffset + 4)
    return address
  }

  /// The fixed fields (RFC 2131 section 4.3.1, table 3): what is not copied or set is zero.
  private func writeHeader(_ request: DHCPRequest, to buffer: inout [UInt8]) {
    let start = DHCPReplyWriter.messageStart
    var flags = request.flags
    // So that the relay agent broadcasts a NAK: the client's address is wrong (RFC 2131 section 4.3.2).
    if reply.kind == .nak, request.relayAddress != .any { flags |= DHCPHeader.broadcastFlag }
    buffer.setUInt32(request.transactionID, at: start + 4)
    buffer.setUInt16(flags, at: start + 10)
    if reply.kind != .nak {
      if reply.state != .initializing { buffer.setUInt32(request.clientAddress.rawValue, at: start + 12) }
      if reply.state != .informing { buffer.setUInt32(reply.address.rawValue, at: start + 16) }
      if let boot = binding.boot { write(boot, request.wishes, start, to: &buffer) }
    }
    buffer.setUInt32(request.relayAddress.rawValue, at: start + 24)
    buffer.setUInt64(request.hardwareAddress.high, at: start + 28)
    buffer.setUInt64(request.hardwareAddress.low, at: start + 36)
  }

  /// Old boot programs look into the fixed fields only. A name has to leave room for a zero byte there.
  private func write(_ boot: DHCPCompiledBoot, _ wishes: DHCPWishes, _ start: Int, to buffer: inout [UInt8]) {
    buffer.setUInt32(boot.nextServer.rawValue, at: start + 20)
    for (name, field) in [
      (boot.serverName, DHCPHeader.serverNameField), (boot.file(for: wishes), DHCPHeader.fileField),
    ] where !name.isEmpty && name.count < field.count {
      buffer.replaceSubrange(start + field.lowerBound..<start + field.lowerBound + name.count, with: name)
    }
  }

  /// Fills in what depends on the length. Nothing after this completes a checksum, and clients refuse a partial one or,
  /// some of them, none.
  private static func seal(_ buffer: inout [UInt8], to destination: IPv4Address, from source: IPv4Address) {
    let (ip, udp) = (EthernetHeader.untaggedLength, EthernetHeader.untaggedLength + IPv4Header.minimumLength)
    buffer.setUInt16(UInt16(clamping: buffer.count - ip), at: ip + 2)
    buffer.setUInt16(0, at: ip + 10)
    var header = InternetChecksum()
    header.add(buffer.span.bytes.extracting(ip..<udp))
    buffer.setUInt16(header.value, at: ip + 10)
    let length = buffer.count - udp
    buffer.setUInt16(UInt16(clamping: length), at: udp + 4)
    buffer.setUInt16(0, at: udp + 6)
    var checksum = InternetChecksum()
    checksum.addPseudoHeader(source: source, destination: destination, protocol: .udp, length: length)
    checksum.add(buffer.span.bytes.extracting(udp..<buffer.count))
    buffer.setUInt16(checksum.udpValue, at: udp + 6)
  }
}
