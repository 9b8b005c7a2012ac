/// What a DHCPv6 message is: its first byte (RFC 8415 section 7.3).
public enum DHCPv6MessageType: UInt8, Hashable, Sendable, CaseIterable {
  case solicit = 1
  case advertise = 2
  case request = 3
  case confirm = 4
  case renew = 5
  case rebind = 6
  case reply = 7
  case release = 8
  case decline = 9
  case reconfigure = 10
  case informationRequest = 11
  case relayForward = 12
  case relayReply = 13

  /// Whether it wraps another message, behind a header of its own (RFC 8415 section 9).
  public var isRelayed: Bool { self == .relayForward || self == .relayReply }
}

extension DHCPv6MessageType: CustomStringConvertible {
  /// The name in RFC 8415.
  public var description: String {
    switch self {
    case .solicit: "SOLICIT"
    case .advertise: "ADVERTISE"
    case .request: "REQUEST"
    case .confirm: "CONFIRM"
    case .renew: "RENEW"
    case .rebind: "REBIND"
    case .reply: "REPLY"
    case .release: "RELEASE"
    case .decline: "DECLINE"
    case .reconfigure: "RECONFIGURE"
    case .informationRequest: "INFORMATION-REQUEST"
    case .relayForward: "RELAY-FORW"
    case .relayReply: "RELAY-REPL"
    }
  }
}
