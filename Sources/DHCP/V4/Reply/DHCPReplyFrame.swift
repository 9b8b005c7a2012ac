import NetworkTypes
import PacketFormats

/// A reply as a whole frame: header, options and addresses.
struct DHCPReplyFrame {
  let reply: DHCPReply
  let request: DHCPMessage
  let binding: DHCPBinding
  let serverMAC: MACAddress

  /// Appends the frame.
  func write(to buffer: inout [UInt8], requestPayload: RawSpan) {
    let options = DHCPReplyOptions(reply: reply, request: request, requestPayload: requestPayload, binding: binding)
    let limit = messageLimit(requestPayload)
    envelope().write(to: &buffer) { buffer in
      let start = buffer.count
      header().write(to: &buffer)
      options.write(to: &buffer, request: request, requestPayload: requestPayload)
      fitDHCPOptions(in: &buffer, messageStart: start, limit: limit)
      buffer.endOptions(messageStart: start)
    }
  }

  /// The longest message that the client takes, without IP's and UDP's headers. Any client takes a datagram of 576
  /// bytes (RFC 2131 section 2), more only when it says so in option 57, and none beyond the MTU: a fragmented reply is
  /// lost on clients that read from raw sockets.
  private func messageLimit(_ requestPayload: RawSpan) -> Int {
    let stated = ((try? request.uint16(.maximumMessageSize, in: requestPayload)) ?? nil) ?? 576
    let datagram = max(576, min(Int(stated), Int(binding.mtu ?? 1500)))
    return datagram - IPv4Header.minimumLength - UDPHeader.length
  }

  /// The fixed fields (RFC 2131 section 4.3.1, table 3): what is not copied or set is zero.
  private func header() -> DHCPHeader {
    var header = DHCPHeader(operation: 2, transactionID: request.header.transactionID, mac: binding.mac)
    header.hardwareAddressHigh = request.header.hardwareAddressHigh
    header.hardwareAddressLow = request.header.hardwareAddressLow
    header.flags = request.header.flags
    header.relayAddress = request.header.relayAddress
    switch (reply.kind, reply.state) {
    case (.nak, _):
      // So that the relay agent broadcasts it: the client's address is wrong (RFC 2131 section 4.3.2).
      if header.relayAddress != .any { header.flags |= DHCPHeader.broadcastFlag }
    case (_, .informing):
      header.clientAddress = request.header.clientAddress
    case (_, .initializing):
      header.yourAddress = reply.address
    default:
      header.clientAddress = request.header.clientAddress
      header.yourAddress = reply.address
    }
    return header
  }

  /// Where the reply goes (RFC 2131 section 4.1). Whatever the address of the datagram, the frame is for the port's own
  /// MAC address or for everyone on a link that ends at that port.
  private func envelope() -> UDPv4Envelope {
    let relay = request.header.relayAddress
    if reply.state == .informing {
      return envelope(to: reply.address, binding.mac)
    } else if relay != .any {
      return envelope(to: relay, binding.mac, port: 67)
    } else if reply.kind == .nak {
      return envelope(to: .broadcast, .broadcast)
    } else if reply.state != .initializing, request.header.clientAddress != .any {
      return envelope(to: request.header.clientAddress, binding.mac)
    } else if request.header.wantsBroadcast {
      return envelope(to: .broadcast, .broadcast)
    } else {
      return envelope(to: reply.address, binding.mac)
    }
  }

  /// Replies go to port 68 whatever port the request came from (RFC 2131 section 4.1).
  private func envelope(to address: IPv4Address, _ mac: MACAddress, port: UInt16 = 68) -> UDPv4Envelope {
    UDPv4Envelope(
      destinationMAC: mac, sourceMAC: serverMAC, source: binding.serverIdentifier, destination: address,
      sourcePort: 67, destinationPort: port)
  }
}
