import NetworkTypes

/// What came of a frame.
public enum DHCPv6Outcome: Hashable, Sendable {
  /// The reply is in the buffer and is to be sent to the port that the frame came from. Unlike DHCP for IPv4, DHCPv6
  /// acknowledges what is told as well (RFC 8415 sections 18.3.7 and 18.3.8), so an event comes with a reply.
  case reply(DHCPv6Reply, event: DHCPv6Event?)
  /// There is nothing to send, and why.
  case drop(DHCPv6DropReason)
}

/// A reply in words.
public struct DHCPv6Reply: Hashable, Sendable {
  /// ADVERTISE or REPLY.
  public var kind: DHCPv6MessageType
  /// What it answers.
  public var request: DHCPv6MessageType
  /// The status of the message as a whole; success when it says nothing of it.
  public var status: DHCPv6StatusCode
  /// Whether it gives the guest an address or a prefix, in whichever association.
  public var grantsLease: Bool

  /// A reply of the given parts.
  public init(
    kind: DHCPv6MessageType, request: DHCPv6MessageType, status: DHCPv6StatusCode = .success, grantsLease: Bool = false
  ) {
    self.kind = kind
    self.request = request
    self.status = status
    self.grantsLease = grantsLease
  }
}

/// Something that a client says about leases that it has. The reservation stands.
public enum DHCPv6Event: Hashable, Sendable {
  /// DECLINE: somebody else uses the address. It is the first of `count` of the port's own; see `DHCPDeclineBackOff`.
  case declined(IPv6Address, count: Int)
  /// RELEASE: the guest gives up so many of the port's addresses and delegated prefixes.
  case released(addresses: Int, prefixes: Int)
}

/// Why a frame got no reply; the names are those of counters.
public enum DHCPv6DropReason: String, Error, Hashable, Sendable, CaseIterable {
  /// The Ethernet header is cut short.
  case truncatedFrame = "truncated_frame"
  /// The frame is of a VLAN; only a tag of priority (VID 0) is taken.
  case foreignVLAN = "foreign_vlan"
  /// No IPv6 in the frame.
  case notIPv6 = "not_ipv6"
  /// The IPv6 header or one of its extensions contradicts itself or the frame.
  case malformedIPv6 = "malformed_ipv6"
  /// A fragment: a client's message fits into one packet, and nothing here puts parts together.
  case fragment = "fragment"
  /// No UDP in the packet.
  case notUDP = "not_udp"
  /// The UDP length contradicts IPv6's.
  case malformedUDP = "malformed_udp"
  /// Not to the server's port, 547.
  case notServerPort = "not_server_port"
  /// Not from a link-local address. RFC 8415 section 5 knows others; guests are on this link, and are answered there.
  case notLinkLocalSource = "not_link_local_source"
  /// Not to ff02::1:2. No client is told that it may send to the server's own address, and one that does all the same gets
  /// no answer (RFC 8415 section 18.4 would have it told so).
  case notForServer = "not_for_server"
  /// The type and the transaction are cut short.
  case truncatedMessage = "truncated_message"
  /// An option's length leads out of what it is in, or is not what its definition gives.
  case malformedOptions = "malformed_options"
  /// A relay agent's message: guests do not relay for others.
  case relayed = "relayed"
  /// A message type that clients do not send, or that is unknown.
  case unexpectedMessageType = "unexpected_message_type"
  /// An identifier of a party is there twice.
  case duplicateIdentifier = "duplicate_identifier"
  /// The client does not say who it is (RFC 8415 section 16).
  case noClientIdentifier = "no_client_identifier"
  /// A client's or server's identifier is shorter or longer than any (RFC 8415 section 11.1).
  case malformedIdentifier = "malformed_identifier"
  /// The message does not say which server it is for (RFC 8415 section 16).
  case noServerIdentifier = "no_server_identifier"
  /// The message names a server although it is for any (RFC 8415 section 16).
  case unexpectedServerIdentifier = "unexpected_server_identifier"
  /// The client chose another server.
  case otherServer = "other_server"
  /// An INFORMATION-REQUEST with an identity association (RFC 8415 section 16.12).
  case unexpectedAssociation = "unexpected_association"
  /// The port has no configuration.
  case noBinding = "no_binding"
  /// DHCPv6 is turned off for the port.
  case disabled = "disabled"
  /// Only parameters are served here, not leases.
  case statelessOnly = "stateless_only"
  /// The frame's sender is not the port's MAC address.
  case foreignHardwareAddress = "foreign_hardware_address"
  /// A CONFIRM without an address, which must not be answered (RFC 8415 section 18.3.3).
  case nothingToConfirm = "nothing_to_confirm"
  /// A SOLICIT soon after a DECLINE.
  case heldAfterDecline = "held_after_decline"
  /// So many associations that the reply does not fit into a packet.
  case replyTooLong = "reply_too_long"
}
