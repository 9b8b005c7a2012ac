import NetworkTypes
import PacketFormats

extension RouterAdvertisement {
  /// The number of bytes of the ICMPv6 message.
  public var length: Int {
    var message: [UInt8] = []
    write(to: &message, sourceMAC: .zero)
    return message.count
  }

  /// Appends the ICMPv6 message with a checksum of zero (RFC 4861 section 4.2).
  ///
  /// - Parameter sourceMAC: the router's MAC address.
  func write(to buffer: inout [UInt8], sourceMAC: MACAddress) {
    buffer.append(134)
    buffer.append(0)
    buffer.appendUInt16(0)
    buffer.append(hopLimit)
    buffer.append((isManaged ? 0x80 : 0) | (hasOtherConfiguration ? 0x40 : 0) | preference.rawValue << 3)
    buffer.appendUInt16(min(routerLifetime, 9000))
    buffer.appendUInt32(reachableTime)
    buffer.appendUInt32(retransmissionTimer)
    buffer.append(1)
    buffer.append(1)
    buffer.append(sourceMAC)
    if let mtu {
      buffer.append(5)
      buffer.append(1)
      buffer.appendUInt16(0)
      buffer.appendUInt32(mtu)
    }
    for prefix in prefixes { prefix.write(to: &buffer) }
    for route in routes { route.write(to: &buffer) }
    writeDNS(to: &buffer)
  }

  /// Lengths of options count eight bytes, with their header (RFC 4861 section 4.6).
  private func writeDNS(to buffer: inout [UInt8]) {
    if !dnsServers.isEmpty {
      buffer.append(25)
      buffer.append(UInt8(clamping: 1 + 2 * dnsServers.count))
      buffer.appendUInt16(0)
      buffer.appendUInt32(dnsLifetime)
      for server in dnsServers { buffer.append(server) }
    }
    guard !domainSearch.isEmpty else { return }
    let start = buffer.count
    buffer.append(31)
    buffer.append(0)
    buffer.appendUInt16(0)
    buffer.appendUInt32(dnsLifetime)
    for name in domainSearch { _ = buffer.appendDomainName(name) }
    buffer.appendZeros((8 - (buffer.count - start) % 8) % 8)
    buffer[start + 1] = UInt8(clamping: (buffer.count - start) / 8)
  }
}

extension RouterAdvertisement.Prefix {
  /// RFC 4861 section 4.6.2. A preferred lifetime above the valid one would have the prefix ignored.
  fileprivate func write(to buffer: inout [UInt8]) {
    buffer.append(3)
    buffer.append(4)
    buffer.append(UInt8(truncatingIfNeeded: prefix.length))
    buffer.append((isOnLink ? 0x80 : 0) | (isAutonomous && prefix.length == 64 ? 0x40 : 0))
    buffer.appendUInt32(validLifetime)
    buffer.appendUInt32(min(preferredLifetime, validLifetime))
    buffer.appendUInt32(0)
    buffer.append(prefix.address)
  }
}

extension RouterAdvertisement.Route {
  /// RFC 4191 section 2.3: as much of the address as its length makes significant, in units of eight bytes.
  fileprivate func write(to buffer: inout [UInt8]) {
    buffer.append(24)
    buffer.append(destination.length == 0 ? 1 : destination.length <= 64 ? 2 : 3)
    buffer.append(UInt8(truncatingIfNeeded: destination.length))
    buffer.append(preference.rawValue << 3)
    buffer.appendUInt32(lifetime)
    if destination.length > 0 { buffer.appendUInt64(destination.address.high) }
    if destination.length > 64 { buffer.appendUInt64(destination.address.low) }
  }
}
