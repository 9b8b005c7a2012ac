import NetworkTypes
import PacketFormats

/// Makes the frames of one router's advertisement to one port. The message is encoded once; only where it goes, and so its
/// checksum, differ from frame to frame.
public struct RouterAdvertiser: Hashable, Sendable {
  /// What is advertised.
  public let advertisement: RouterAdvertisement
  /// The router's MAC address.
  public let routerMAC: MACAddress
  /// The router's link-local address.
  public let routerAddress: IPv6Address
  private let message: [UInt8]

  /// Encodes an advertisement.
  ///
  /// - Throws: an address that is not link-local, which hosts ignore (RFC 4861 section 6.1.2), a name that is none, and an
  ///   advertisement that does not fit into IPv6's least MTU.
  public init(
    _ advertisement: RouterAdvertisement, routerMAC: MACAddress, routerAddress: IPv6Address
  ) throws(DHCPv6ConfigurationError) {
    guard routerAddress.isLinkLocal else { throw .serverAddressNotLinkLocal(routerAddress) }
    guard advertisement.routerLifetime <= 9000 else {
      throw .outOfRange(field: "router lifetime", UInt32(advertisement.routerLifetime))
    }
    for name in advertisement.domainSearch {
      var encoded: [UInt8] = []
      guard name != ".", encoded.appendDomainName(name) else { throw .invalidName(field: "search domain", name) }
    }
    var message: [UInt8] = []
    advertisement.write(to: &message, sourceMAC: routerMAC)
    guard message.count <= RouterAdvertiser.longestMessage else {
      throw .tooLong(field: "router advertisement", bytes: message.count, limit: RouterAdvertiser.longestMessage)
    }
    self.advertisement = advertisement
    self.routerMAC = routerMAC
    self.routerAddress = routerAddress
    self.message = message
  }

  /// The longest message in bytes: it goes out in one packet, which every link of IPv6 carries.
  public static let longestMessage = IPv6Frame.leastPayload

  /// Answers a router solicitation: to the host itself, or to all nodes when it has no address yet (RFC 4861
  /// section 6.2.6).
  ///
  /// - Parameters:
  ///   - frame: a whole Ethernet frame from a guest, untagged or with a priority tag.
  ///   - portMAC: the MAC address of the port that the frame came from: no other sender is answered.
  ///   - senderMAC: the source of the frame, where the switch puts the router's in its place; nil for the router's.
  ///   - buffer: is emptied, and holds a whole untagged Ethernet frame when nothing is thrown.
  public func respond(
    to frame: RawSpan, portMAC: MACAddress, from senderMAC: MACAddress? = nil, into buffer: inout [UInt8]
  ) throws(RouterSolicitationDropReason) {
    buffer.removeAll(keepingCapacity: true)
    let solicitation = try RouterSolicitation(parsing: frame)
    guard solicitation.senderMAC == portMAC else { throw .foreignHardwareAddress }
    if solicitation.source == .any {
      write(to: .allNodes, mac: .ipv6AllNodes, from: senderMAC, in: &buffer)
    } else {
      write(to: solicitation.source, mac: portMAC, from: senderMAC, in: &buffer)
    }
  }

  /// Makes an advertisement that nobody asked for, to all nodes (RFC 4861 section 6.2.4).
  ///
  /// - Parameters:
  ///   - senderMAC: the source of the frame, where the switch puts the router's in its place; nil for the router's.
  ///   - buffer: is emptied, and then holds a whole untagged Ethernet frame.
  public func advertise(from senderMAC: MACAddress? = nil, into buffer: inout [UInt8]) {
    buffer.removeAll(keepingCapacity: true)
    write(to: .allNodes, mac: .ipv6AllNodes, from: senderMAC, in: &buffer)
  }

  /// Hosts take an advertisement only with a hop limit of 255 (RFC 4861 section 6.1.2).
  private func write(
    to destination: IPv6Address, mac: MACAddress, from senderMAC: MACAddress?, in buffer: inout [UInt8]
  ) {
    IPv6Frame(
      destinationMAC: mac, sourceMAC: senderMAC ?? routerMAC, source: routerAddress, destination: destination,
      hopLimit: 255
    ).write(.icmpv6, checksumOffset: 2, to: &buffer) { $0.append(contentsOf: message) }
  }
}

extension MACAddress {
  /// `33:33:00:00:00:01`, where frames to all nodes go (RFC 2464 section 7).
  static let ipv6AllNodes = MACAddress(0x33, 0x33, 0, 0, 0, 1)
}
