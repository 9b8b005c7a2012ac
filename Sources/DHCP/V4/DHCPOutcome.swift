import NetworkTypes

/// What came of a frame.
public enum DHCPOutcome: Hashable, Sendable {
  /// The reply is in the buffer and is to be sent to the port that the frame came from.
  case reply(DHCPReply)
  /// There is nothing to send, but something to tell.
  case event(DHCPEvent)
  /// There is nothing to send, and why.
  case drop(DHCPDropReason)
}

/// A reply in words.
public struct DHCPReply: Hashable, Sendable {
  /// OFFER, ACK or NAK.
  public var kind: DHCPMessageType
  /// What it answers.
  public var state: DHCPClientState
  /// The address that is given; the client's own in the answer to an INFORM; the refused one in a NAK.
  public var address: IPv4Address

  /// A reply of the given parts.
  public init(kind: DHCPMessageType, state: DHCPClientState, address: IPv4Address) {
    self.kind = kind
    self.state = state
    self.address = address
  }
}

/// What a client is about, as its message shows (RFC 2131 section 4.3.2 and figure 5).
public enum DHCPClientState: UInt8, Hashable, Sendable, CaseIterable {
  /// DISCOVER: it has nothing.
  case initializing
  /// REQUEST with a server identifier: it takes an offer.
  case selecting
  /// REQUEST with only a requested address: it comes back with a lease of old.
  case initReboot
  /// REQUEST by unicast with its address: it prolongs its lease.
  case renewing
  /// REQUEST by broadcast with its address: its server did not answer.
  case rebinding
  /// INFORM: it has an address of its own and asks for parameters.
  case informing
}

extension DHCPClientState: CustomStringConvertible {
  /// The name in RFC 2131, figure 5.
  public var description: String {
    switch self {
    case .initializing: "INIT"
    case .selecting: "SELECTING"
    case .initReboot: "INIT-REBOOT"
    case .renewing: "RENEWING"
    case .rebinding: "REBINDING"
    case .informing: "INFORM"
    }
  }
}

/// What a client says that needs no reply.
public enum DHCPEvent: Hashable, Sendable {
  /// DECLINE: somebody else uses the address. The reservation stands; see `DHCPDeclineBackOff`.
  case declined(IPv4Address)
  /// RELEASE: the guest gives the lease up. The reservation stands (RFC 2131 section 4.3.4).
  case released(IPv4Address)
}

/// Why a frame got no reply; the names are those of counters.
public enum DHCPDropReason: String, Error, Hashable, Sendable, CaseIterable {
  /// The Ethernet header is cut short.
  case truncatedFrame = "truncated_frame"
  /// The frame is of a VLAN; only a tag of priority (VID 0) is taken.
  case foreignVLAN = "foreign_vlan"
  /// No IPv4 in the frame.
  case notIPv4 = "not_ipv4"
  /// The IPv4 header contradicts itself or the frame.
  case malformedIPv4 = "malformed_ipv4"
  /// The IPv4 header's checksum is wrong (RFC 1122 section 3.2.1.2).
  case badIPv4Checksum = "bad_ipv4_checksum"
  /// A fragment: a DHCP message fits into one datagram, and nothing here puts parts together.
  case fragment = "fragment"
  /// No UDP in the datagram.
  case notUDP = "not_udp"
  /// The UDP length contradicts IPv4's.
  case malformedUDP = "malformed_udp"
  /// Not to the server's port, 67.
  case notServerPort = "not_server_port"
  /// The fixed fields are cut short.
  case truncatedMessage = "truncated_message"
  /// No magic cookie or no message type: BOOTP, which is not served (RFC 1534).
  case bootp = "bootp"
  /// An option's length leads out of its field, or is not what its definition gives.
  case malformedOptions = "malformed_options"
  /// A reply, not a request.
  case notRequest = "not_request"
  /// The hardware type or address length is not Ethernet's.
  case notEthernetClient = "not_ethernet_client"
  /// A message type that clients do not send, or that is unknown.
  case unexpectedMessageType = "unexpected_message_type"
  /// The port has no reservation.
  case noBinding = "no_binding"
  /// DHCP is turned off for the port.
  case disabled = "disabled"
  /// The client's hardware address is not the port's.
  case foreignHardwareAddress = "foreign_hardware_address"
  /// The datagram is to another host.
  case notForServer = "not_for_server"
  /// The client chose another server (RFC 2131 section 3.1, item 4).
  case otherServer = "other_server"
  /// A REQUEST with neither a requested address nor one of its own.
  case noAddress = "no_address"
  /// A DECLINE or RELEASE of an address that is not the port's, or an INFORM from another network.
  case foreignAddress = "foreign_address"
  /// A DISCOVER soon after a DECLINE.
  case heldAfterDecline = "held_after_decline"
}
