import NetworkTypes
import PacketFormats

/// The options of a reply, in an order that the pickiest clients take: type, server and lease first, the mask before
/// the router (RFC 2132 section 3.3), what relay agents sent last (RFC 3046 section 2.1).
struct DHCPReplyOptions {
  let reply: DHCPReply
  let binding: DHCPBinding
  private let wanted: DHCPOptionSet?

  init(reply: DHCPReply, request: DHCPMessage, requestPayload: RawSpan, binding: DHCPBinding) {
    self.reply = reply
    self.binding = binding
    self.wanted = request.withValue(.parameterRequestList, in: requestPayload) { DHCPOptionSet($0) }
  }

  /// Appends the options without the end.
  func write(to buffer: inout [UInt8], request: DHCPMessage, requestPayload: RawSpan) {
    buffer.append(DHCPOptionCode.messageType.rawValue)
    buffer.append(1)
    buffer.append(reply.kind.rawValue)
    buffer.appendOption(.serverIdentifier, binding.serverIdentifier)
    if reply.kind == .nak {
      // RFC 2131 table 3 has nothing else in a NAK but a message to show.
      appendText(.message, "the requested address is not the one reserved for this port", to: &buffer)
    } else {
      writeParameters(to: &buffer)
    }
    // Copied exactly, in a NAK too, and only when it was sent (RFC 6842 section 3; RFC 3046 section 2.2).
    for code in [DHCPOptionCode.clientIdentifier, .relayAgentInformation] {
      _ = request.withValue(code, in: requestPayload) { buffer.appendOption(code, $0) }
    }
  }

  private func writeParameters(to buffer: inout [UInt8]) {
    let hasLease = reply.state != .informing
    if hasLease { buffer.appendOption(.leaseTime, binding.leaseSeconds) }
    buffer.appendOption(.subnetMask, binding.prefix.mask)
    // Classless routes supersede the router (RFC 3442) and servers should then leave it out; it is sent all the same,
    // because there are clients that ask for both and use only the router. The others ignore it.
    if let router = binding.router, wants(.router) { buffer.appendOption(.router, router) }
    writeRoutes(to: &buffer)
    if hasLease, binding.leaseSeconds != .max {
      // RFC 2131 section 4.4.5: a half, and seven eighths.
      buffer.appendOption(.renewalTime, binding.leaseSeconds / 2)
      buffer.appendOption(.rebindingTime, binding.leaseSeconds - binding.leaseSeconds / 8)
    }
    if !binding.dnsServers.isEmpty, wants(.domainNameServer) {
      var value: [UInt8] = []
      for server in binding.dnsServers { value.append(server) }
      buffer.appendOption(.domainNameServer, value.span.bytes)
    }
    if let name = binding.domainName, wants(.domainName) { appendText(.domainName, name, to: &buffer) }
    if let name = binding.hostName, wants(.hostName) { appendText(.hostName, name, to: &buffer) }
    // No interface has an MTU below 68 (RFC 2132 section 5.1).
    if let mtu = binding.mtu, mtu >= 68, wants(.interfaceMTU) {
      buffer.append(DHCPOptionCode.interfaceMTU.rawValue)
      buffer.append(2)
      buffer.appendUInt16(mtu)
    }
  }

  /// Whether the client asked for the option; one that gave no list is sent everything (RFC 2131 section 4.3.1).
  private func wants(_ code: DHCPOptionCode) -> Bool {
    wanted?.contains(code) ?? true
  }

  /// Clients that use classless routes ignore the router option, so the default route is among them. It stands last:
  /// a client that adds routes one by one has the way to the others before.
  private func writeRoutes(to buffer: inout [UInt8]) {
    guard !binding.routes.isEmpty else { return }
    let microsoft = wanted?.contains(.microsoftClasslessStaticRoutes) ?? false
    guard wants(.classlessStaticRoutes) || microsoft else { return }
    var value: [UInt8] = []
    var hasDefault = false
    for route in binding.routes {
      appendRoute(route.destination, route.router, to: &value)
      hasDefault = hasDefault || route.destination.length == 0
    }
    if let router = binding.router, !hasDefault, let everything = IPv4Prefix(containing: .any, length: 0) {
      appendRoute(everything, router, to: &value)
    }
    if wants(.classlessStaticRoutes) { buffer.appendOption(.classlessStaticRoutes, value.span.bytes) }
    if microsoft { buffer.appendOption(.microsoftClasslessStaticRoutes, value.span.bytes) }
  }

  /// The length, only the octets that it makes significant, and the router (RFC 3442).
  private func appendRoute(_ destination: IPv4Prefix, _ router: IPv4Address, to value: inout [UInt8]) {
    value.append(UInt8(truncatingIfNeeded: destination.length))
    value.append(contentsOf: destination.address.octets.prefix((destination.length + 7) / 8))
    value.append(router)
  }

  private func appendText(_ code: DHCPOptionCode, _ text: String, to buffer: inout [UInt8]) {
    guard !text.isEmpty else { return }
    buffer.appendOption(code, Array(text.utf8).span.bytes)
  }
}

/// A set of option codes: what a parameter request list asks for.
struct DHCPOptionSet: Hashable, Sendable {
  private var w0: UInt64 = 0
  private var w1: UInt64 = 0
  private var w2: UInt64 = 0
  private var w3: UInt64 = 0

  init(_ codes: RawSpan) {
    for offset in 0..<codes.byteCount {
      guard let code = codes.uint8(at: offset) else { continue }
      let bit = UInt64(1) << UInt64(code & 63)
      switch code >> 6 {
      case 0: w0 |= bit
      case 1: w1 |= bit
      case 2: w2 |= bit
      default: w3 |= bit
      }
    }
  }

  func contains(_ code: DHCPOptionCode) -> Bool {
    let word =
      switch code.rawValue >> 6 {
      case 0: w0
      case 1: w1
      case 2: w2
      default: w3
      }
    return word >> UInt64(code.rawValue & 63) & 1 != 0
  }
}
