import NetworkTypes
import PacketFormats

/// A reply as a whole frame: header, options and addresses.
struct DHCPv6ReplyWriter {
  let reply: DHCPv6Reply
  let request: DHCPv6Request
  let binding: DHCPv6Binding

  /// The longest frame that a reply may be.
  static func frameLimit(_ binding: DHCPv6Binding) -> Int {
    14 + max(1280, Int(binding.configuration.mtu))
  }

  /// Appends the frame. It goes to the port's own MAC address and the address that the client asked from, to port 546
  /// whatever port that was (RFC 8415 sections 7.2 and 18.3.10).
  func write(to buffer: inout [UInt8], payload: RawSpan, serverMAC: MACAddress) {
    let frame = IPv6Frame(
      destinationMAC: binding.configuration.mac, sourceMAC: serverMAC, source: binding.configuration.serverAddress,
      destination: request.source, hopLimit: 64)
    frame.writeUDP(from: 547, to: 546, in: &buffer) { buffer in
      buffer.appendUInt32(UInt32(reply.kind.rawValue) << 24 | request.message.transactionID)
      writeParties(to: &buffer, payload)
      switch request.message.type {
      case .solicit, .request, .renew, .rebind:
        if reply.kind == .advertise, let preference = binding.configuration.preference {
          buffer.appendUInt16(DHCPv6OptionCode.preference.rawValue)
          buffer.appendUInt16(1)
          buffer.append(preference)
        }
        if request.message.type == .solicit, reply.kind == .reply {
          buffer.appendUInt16(DHCPv6OptionCode.rapidCommit.rawValue)
          buffer.appendUInt16(0)
        }
        DHCPv6Leases(request: request, binding: binding).write(to: &buffer, payload: payload)
        writeParameters(to: &buffer, payload)
      case .informationRequest:
        writeParameters(to: &buffer, payload)
      default:
        buffer.appendStatus(reply.status)
        DHCPv6Leases(request: request, binding: binding).write(to: &buffer, payload: payload)
      }
    }
  }

  /// Who the client is, as it said, and who the server is.
  private func writeParties(to buffer: inout [UInt8], _ payload: RawSpan) {
    if let id = request.clientID {
      buffer.appendUInt16(DHCPv6OptionCode.clientID.rawValue)
      buffer.appendUInt16(UInt16(clamping: id.count))
      buffer.append(payload, id)
    }
    // DUID-LL: its type, Ethernet, the address (RFC 8415 section 11.4).
    buffer.appendUInt16(DHCPv6OptionCode.serverID.rawValue)
    buffer.appendUInt16(10)
    buffer.appendUInt32(0x0003_0001)
    buffer.append(binding.configuration.serverMAC)
  }

  /// What the client asked for, as far as there is room.
  private func writeParameters(to buffer: inout [UInt8], _ payload: RawSpan) {
    let limit = DHCPv6ReplyWriter.frameLimit(binding)
    writeFQDN(to: &buffer, payload, limit: limit)
    writeHTTPClass(to: &buffer, payload, limit: limit)
    binding.options.write(to: &buffer, limit: limit) { code in
      // Only without a lease: with one, parameters are asked for again when it is renewed (RFC 8415 section 21.23).
      if code == .informationRefreshTime, request.message.type != .informationRequest { return false }
      return request.asks(for: code, in: payload)
    }
  }

  /// The class of a client that boots over HTTP: firmware takes a boot file only with it (UEFI specification, "HTTP
  /// Boot").
  private func writeHTTPClass(to buffer: inout [UInt8], _ payload: RawSpan, limit: Int) {
    guard let vendor = request.vendorClass, binding.configuration.bootFileURL?.hasPrefix("http") == true,
      payload.uint32(at: vendor.lowerBound) == DHCPv6ReplyWriter.intel, vendor.count >= 16,
      payload.saysHTTPClient(at: vendor.lowerBound + 6), limit - buffer.count >= 20
    else { return }
    buffer.appendUInt16(DHCPv6OptionCode.vendorClass.rawValue)
    buffer.appendUInt16(16)
    buffer.appendUInt32(DHCPv6ReplyWriter.intel)
    buffer.appendUInt16(10)
    buffer.append(contentsOf: HTTPBoot.vendorClass)
  }

  /// The enterprise number that firmware's class is in.
  private static let intel: UInt32 = 343

  /// The guest's name for a client that sent one and asks for it (RFC 4704 section 6).
  private func writeFQDN(to buffer: inout [UInt8], _ payload: RawSpan, limit: Int) {
    guard let fqdn = request.fqdn, let flags = payload.uint8(at: fqdn.lowerBound),
      request.asks(for: .clientFQDN, in: payload)
    else { return }
    let ownName = fqdn.lowerBound + 1..<fqdn.upperBound
    let length = 1 + (binding.hostName.isEmpty ? ownName.count : binding.hostName.count)
    // No name is longer than 255 bytes (RFC 1035 section 2.3.4).
    guard length <= 256, length + 4 <= limit - buffer.count else { return }
    buffer.appendUInt16(DHCPv6OptionCode.clientFQDN.rawValue)
    buffer.appendUInt16(UInt16(clamping: length))
    // Names in the DNS are the goal state's: N says that nothing is updated here, O that a client's S was overruled.
    buffer.append(0b100 | (flags & 0b001 != 0 ? 0b010 : 0))
    if binding.hostName.isEmpty {
      buffer.append(payload, ownName)
    } else {
      buffer.append(contentsOf: binding.hostName)
    }
  }
}
