import NetworkTypes
import PacketFormats

/// A host's question for routers, in a whole frame (RFC 4861 section 4.1).
public struct RouterSolicitation: Hashable, Sendable {
  /// Who sent the frame.
  public let senderMAC: MACAddress
  /// Who asks; `::` for a host that has no address yet.
  public let source: IPv6Address
  /// The MAC address that the host names as its own.
  public let sourceMAC: MACAddress?

  /// Reads a frame, and checks what RFC 4861 section 6.1.1 has routers check. Neighbor discovery is made in full by every
  /// host, not left to its interface, so a wrong checksum is wrong.
  public init(parsing frame: RawSpan) throws(RouterSolicitationDropReason) {
    let ethernet: EthernetHeader
    do throws(PacketError) { ethernet = try EthernetHeader(parsing: frame) } catch { throw .truncatedFrame }
    guard ethernet.outerTag?.isPriorityOnly ?? true, ethernet.innerTag == nil else { throw .foreignVLAN }
    guard ethernet.etherType == .ipv6 else { throw .notIPv6 }
    let packet = frame.extracting(ethernet.length..<frame.byteCount)
    let ip: IPv6Header
    do throws(PacketError) { ip = try IPv6Header(parsing: packet) } catch { throw .malformedIPv6 }
    guard !ip.isFragment, ip.startsUpperLayer else { throw .fragment }
    guard ip.upperProtocol == .icmpv6 else { throw .notSolicitation }
    let message = packet.extracting(ip.payload)
    guard let type = message.uint8(at: 0) else { throw .truncatedMessage }
    guard type == 133 else { throw .notSolicitation }
    guard message.byteCount >= 8, let code = message.uint8(at: 1) else { throw .truncatedMessage }
    guard code == 0 else { throw .unknownCode }
    // A packet that was forwarded does not come from this link.
    guard ip.hopLimit == 255 else { throw .wrongHopLimit }
    guard RouterSolicitation.hasRightChecksum(message, ip) else { throw .badChecksum }
    sourceMAC = try RouterSolicitation.readOptions(message)
    guard !ip.source.isMulticast else { throw .invalidSource }
    guard ip.source != .any || sourceMAC == nil else { throw .sourceOptionWithoutSource }
    senderMAC = ethernet.source
    source = ip.source
  }

  private static func hasRightChecksum(_ message: RawSpan, _ ip: IPv6Header) -> Bool {
    var checksum = InternetChecksum()
    checksum.addPseudoHeader(
      source: ip.source, destination: ip.destination, protocol: .icmpv6, length: message.byteCount)
    checksum.add(message)
    return checksum.value == 0
  }

  /// Walks over all options; each has a length of at least eight bytes (RFC 4861 section 4.6).
  private static func readOptions(_ message: RawSpan) throws(RouterSolicitationDropReason) -> MACAddress? {
    var mac: MACAddress?
    var offset = 8
    while offset < message.byteCount {
      guard let type = message.uint8(at: offset), let units = message.uint8(at: offset + 1), units > 0,
        message.holds(Int(units) * 8, at: offset)
      else { throw .malformedOptions }
      if type == 1, units == 1 { mac = mac ?? message.macAddress(at: offset + 2) }
      offset += Int(units) * 8
    }
    return mac
  }
}

/// Why a frame is no valid router solicitation, or gets no answer; the names are those of counters.
public enum RouterSolicitationDropReason: String, Error, Hashable, Sendable, CaseIterable {
  /// The Ethernet header is cut short.
  case truncatedFrame = "truncated_frame"
  /// The frame is of a VLAN; only a tag of priority (VID 0) is taken.
  case foreignVLAN = "foreign_vlan"
  /// No IPv6 in the frame.
  case notIPv6 = "not_ipv6"
  /// The IPv6 header or one of its extensions contradicts itself or the frame.
  case malformedIPv6 = "malformed_ipv6"
  /// A fragment: neighbor discovery is never fragmented (RFC 6980 section 5).
  case fragment = "fragment"
  /// Another message.
  case notSolicitation = "not_solicitation"
  /// The message is cut short.
  case truncatedMessage = "truncated_message"
  /// The code is not 0.
  case unknownCode = "unknown_code"
  /// The hop limit is not 255, so the packet may come from elsewhere.
  case wrongHopLimit = "wrong_hop_limit"
  /// The checksum is wrong.
  case badChecksum = "bad_checksum"
  /// An option has no length, or leads out of the message.
  case malformedOptions = "malformed_options"
  /// The source is a group.
  case invalidSource = "invalid_source"
  /// There is a source link-layer address, but no source.
  case sourceOptionWithoutSource = "source_option_without_source"
  /// The frame's sender is not the port's MAC address.
  case foreignHardwareAddress = "foreign_hardware_address"
}
