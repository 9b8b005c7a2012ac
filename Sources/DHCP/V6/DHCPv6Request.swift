import NetworkTypes
import PacketFormats

/// A client's message in a frame: parsed, and checked as far as that goes without knowing whose port it came from.
/// Ranges are of the payload.
struct DHCPv6Request {
  let message: DHCPv6Message
  /// Who sent the frame.
  let senderMAC: MACAddress
  /// Whom the reply goes to.
  let source: IPv6Address
  /// Where the message is in the frame.
  let payload: Range<Int>
  private(set) var clientID: Range<Int>?
  private(set) var serverID: Range<Int>?
  private(set) var optionRequest: Range<Int>?
  private(set) var fqdn: Range<Int>?
  private(set) var vendorClass: Range<Int>?
  private(set) var wantsRapidCommit = false
  private(set) var hasIANA = false
  private(set) var hasIATA = false
  private(set) var hasIAPD = false

  /// Reads a whole frame.
  init(parsing frame: RawSpan) throws(DHCPv6DropReason) {
    let ethernet: EthernetHeader
    do throws(PacketError) { ethernet = try EthernetHeader(parsing: frame) } catch { throw .truncatedFrame }
    guard ethernet.outerTag?.isPriorityOnly ?? true, ethernet.innerTag == nil else { throw .foreignVLAN }
    guard ethernet.etherType == .ipv6 else { throw .notIPv6 }
    let packet = frame.extracting(ethernet.length..<frame.byteCount)
    let ip: IPv6Header
    do throws(PacketError) { ip = try IPv6Header(parsing: packet) } catch { throw .malformedIPv6 }
    guard !ip.isFragment, ip.startsUpperLayer else { throw .fragment }
    guard ip.upperProtocol == .udp else { throw .notUDP }
    let udp: UDPHeader
    do throws(PacketError) {
      udp = try UDPHeader(parsing: packet.extracting(ip.payload))
    } catch { throw .malformedUDP }
    guard udp.destinationPort == 547 else { throw .notServerPort }
    guard ip.source.isLinkLocal else { throw .notLinkLocalSource }
    guard ip.destination == .allDHCPServers else { throw .notForServer }
    senderMAC = ethernet.source
    source = ip.source
    let start = ethernet.length + ip.payload.lowerBound
    payload = start + udp.payload.lowerBound..<start + udp.payload.upperBound
    let bytes = frame.extracting(payload)
    do throws(DHCPv6ParseError) {
      message = try DHCPv6Message(parsing: bytes)
    } catch {
      throw DHCPv6DropReason(error)
    }
    try scanOptions(bytes)
    try checkParties()
  }

  private mutating func scanOptions(_ payload: RawSpan) throws(DHCPv6DropReason) {
    var cursor = DHCPv6OptionCursor(message.options)
    while let option = cursor.nextValid(in: payload) {
      switch option.code {
      case .clientID:
        guard clientID == nil else { throw .duplicateIdentifier }
        clientID = option.value
      case .serverID:
        guard serverID == nil else { throw .duplicateIdentifier }
        serverID = option.value
      case .optionRequest:
        guard option.value.count % 2 == 0 else { throw .malformedOptions }
        optionRequest = optionRequest ?? option.value
      case .clientFQDN:
        guard !option.value.isEmpty else { throw .malformedOptions }
        fqdn = fqdn ?? option.value
      case .vendorClass: vendorClass = vendorClass ?? option.value
      case .rapidCommit: wantsRapidCommit = true
      case .iaNA: hasIANA = true
      case .iaTA: hasIATA = true
      case .iaPD: hasIAPD = true
      default: break
      }
    }
  }

  /// Which identifiers each message has and has not (RFC 8415 sections 16.2 to 16.12).
  private func checkParties() throws(DHCPv6DropReason) {
    guard DHCPv6DUID.lengths.contains(clientID?.count ?? 3), DHCPv6DUID.lengths.contains(serverID?.count ?? 3) else {
      throw .malformedIdentifier
    }
    switch message.type {
    case .solicit, .confirm, .rebind:
      guard clientID != nil else { throw .noClientIdentifier }
      guard serverID == nil else { throw .unexpectedServerIdentifier }
    case .request, .renew, .decline, .release:
      guard clientID != nil else { throw .noClientIdentifier }
      guard serverID != nil else { throw .noServerIdentifier }
    case .informationRequest:
      guard !hasIANA, !hasIATA, !hasIAPD else { throw .unexpectedAssociation }
    case .advertise, .reply, .reconfigure, .relayForward, .relayReply:
      throw .unexpectedMessageType
    }
  }

  /// Whether the client asked for the option (RFC 8415 section 21.7).
  func asks(for code: DHCPv6OptionCode, in payload: RawSpan) -> Bool {
    guard let optionRequest else { return false }
    var offset = optionRequest.lowerBound
    while offset < optionRequest.upperBound {
      if payload.uint16(at: offset) == code.rawValue { return true }
      offset += 2
    }
    return false
  }
}

extension IPv6Address {
  /// `ff02::1:2`, all DHCP relay agents and servers on the link (RFC 8415 section 7.1).
  static let allDHCPServers = IPv6Address(high: 0xff02_0000_0000_0000, low: 0x1_0002)
}

extension DHCPv6DropReason {
  init(_ error: DHCPv6ParseError) {
    switch error {
    case .truncated: self = .truncatedMessage
    case .unknownMessageType: self = .unexpectedMessageType
    case .relayed: self = .relayed
    case .truncatedOption, .optionOverrun, .wrongLength, .invalidValue, .nestedTooDeep: self = .malformedOptions
    }
  }
}
