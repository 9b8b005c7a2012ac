/// What a DHCP message is: option 53 (RFC 2132 section 9.6).
public enum DHCPMessageType: UInt8, Hashable, Sendable, CaseIterable {
  case discover = 1
  case offer = 2
  case request = 3
  case decline = 4
  case ack = 5
  case nak = 6
  case release = 7
  case inform = 8
}

extension DHCPMessageType: CustomStringConvertible {
  /// The name in RFC 2131 without its prefix.
  public var description: String {
    switch self {
    case .discover: "DISCOVER"
    case .offer: "OFFER"
    case .request: "REQUEST"
    case .decline: "DECLINE"
    case .ack: "ACK"
    case .nak: "NAK"
    case .release: "RELEASE"
    case .inform: "INFORM"
    }
  }
}
