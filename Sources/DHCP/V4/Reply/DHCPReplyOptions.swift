import NetworkTypes
import PacketFormats

/// The options of a reply, in an order that the pickiest clients take: type, server and lease first, what relay agents
/// sent last (RFC 3046 section 2.2).
struct DHCPReplyOptions {
  let reply: DHCPReply
  let binding: DHCPCompiledBinding
  let server: IPv4Address

  /// Appends the options without the end.
  func write(_ wishes: DHCPWishes, _ payload: RawSpan, to buffer: inout [UInt8]) {
    buffer.append(DHCPOptionCode.messageType.rawValue)
    buffer.append(1)
    buffer.append(reply.kind.rawValue)
    buffer.appendOption(.serverIdentifier, server)
    if reply.kind == .nak {
      // RFC 2131 table 3 allows no parameters in a NAK; a message is for people.
      buffer.appendOption(.message, DHCPReplyOptions.refusal.span.bytes)
    } else {
      copy(binding.networkOptions, wishes, to: &buffer)
      copy(binding.portOptions, wishes, to: &buffer)
      writeExtras(wishes, payload, to: &buffer)
    }
    // Copied exactly, in a NAK too, and only when it was sent (RFC 6842 section 3; RFC 3046 section 2.2).
    _ = wishes.withValue(wishes.clientIdentifier, in: payload) { buffer.appendOption(.clientIdentifier, $0) }
    _ = wishes.withValue(wishes.relayAgentInformation, in: payload) {
      buffer.appendOption(.relayAgentInformation, $0)
    }
  }

  private static let refusal = Array("the requested address is not the one reserved for this port".utf8)

  /// Copies the encoded options that are sent in this reply, runs of them at once.
  private func copy(_ options: [UInt8], _ wishes: DHCPWishes, to buffer: inout [UInt8]) {
    let bytes = options.span.bytes
    var (runStart, offset) = (0, 0)
    while let code = bytes.uint8(at: offset), let length = bytes.uint8(at: offset + 1) {
      let end = offset + 2 + Int(length)
      if !isSent(DHCPOptionCode(rawValue: code), wishes.wanted) {
        buffer.append(bytes, runStart..<offset)
        runStart = end
      }
      offset = end
    }
    buffer.append(bytes, runStart..<bytes.byteCount)
  }

  /// Whether the client asked for the option; one that gave no list is sent everything (RFC 2131 section 4.3.1).
  private func isSent(_ code: DHCPOptionCode, _ wanted: DHCPOptionSet?) -> Bool {
    switch code {
    case .subnetMask: true
    // An answer to INFORM is no lease (RFC 2131 section 4.3.5).
    case .leaseTime, .renewalTime, .rebindingTime: reply.state != .informing
    // These two only to who asks for them by number (MS-DHCPE section 2.2.8; RFC 8925 section 3.3).
    case .microsoftClasslessStaticRoutes, .ipv6OnlyPreferred: wanted?.contains(code) ?? false
    default: wanted?.contains(code) ?? true
    }
  }

  private func writeExtras(_ wishes: DHCPWishes, _ payload: RawSpan, to buffer: inout [UInt8]) {
    if reply.kind == .ack, reply.state == .initializing {
      buffer.append(DHCPOptionCode.rapidCommit.rawValue)
      buffer.append(0)
    }
    if let boot = binding.boot {
      let name = boot.serverName
      if !name.isEmpty, isSent(.tftpServerName, wishes.wanted) {
        buffer.appendOption(.tftpServerName, name.span.bytes)
      }
      let file = boot.file(for: wishes)
      if !file.isEmpty, isSent(.bootFileName, wishes.wanted) { buffer.appendOption(.bootFileName, file.span.bytes) }
      // Firmware takes an offer of HTTP boot only with its own class in it (UEFI specification, "HTTP Boot").
      if wishes.isHTTPClient, boot.answersHTTPClients, HTTPBoot.isURL(file) {
        let httpClient = HTTPBoot.vendorClass
        buffer.appendOption(.vendorClassIdentifier, httpClient.span.bytes)
      }
      // RFC 4578 section 2.3: copied to whoever boots.
      _ = wishes.withValue(wishes.machineIdentifier, in: payload) {
        buffer.appendOption(.clientMachineIdentifier, $0)
      }
    }
    let fullName = DHCPFullName(binding)
    _ = wishes.withValue(wishes.fullName, in: payload) { fullName.write(inAnswerTo: $0, to: &buffer) }
  }
}
