import NetworkTypes
import PacketFormats

/// How IPv6 is had over a provider's IPv4 (RFC 5969 section 7.1.1).
public struct DHCPSixRapidDeployment: Hashable, Sendable {
  /// How many leading bits of all IPv4 addresses in the domain are the same, 0 to 32.
  public let ipv4MaskLength: Int
  /// The domain's IPv6 prefix.
  public let prefix: IPv6Prefix
  /// Border relays; one or more.
  public let relays: [IPv4Address]

  /// Parameters of the given parts.
  ///
  /// - Returns: nil when the mask's length is not 0 to 32, when there is no relay, or when the prefix and what is left
  ///   of an IPv4 address are longer than 128 bits.
  public init?(ipv4MaskLength: Int, prefix: IPv6Prefix, relays: [IPv4Address]) {
    guard (0...32).contains(ipv4MaskLength), !relays.isEmpty, prefix.length + 32 - ipv4MaskLength <= 128 else {
      return nil
    }
    self.ipv4MaskLength = ipv4MaskLength
    self.prefix = prefix
    self.relays = relays
  }

  init(reading reader: inout DHCPOptionReader) throws(DHCPOptionError) {
    guard reader.remaining >= 22, (reader.remaining - 22).isMultiple(of: 4) else {
      throw reader.wrongLength(expected: "22 and a multiple of 4")
    }
    let maskLength = try reader.uint8()
    let prefixLength = try reader.uint8()
    let address = try reader.ipv6Address()
    var relays: [IPv4Address] = []
    while !reader.isAtEnd { relays.append(try reader.address()) }
    guard let prefix = IPv6Prefix(containing: address, length: Int(prefixLength)) else {
      throw reader.invalid(prefixLength, at: 1, expected: "a prefix length of 0 to 128")
    }
    guard
      let parameters = DHCPSixRapidDeployment(ipv4MaskLength: Int(maskLength), prefix: prefix, relays: relays)
    else {
      throw reader.invalid(maskLength, at: 0, expected: "a mask length of 0 to 32 that leaves room in the prefix")
    }
    self = parameters
  }

  func write(to buffer: inout [UInt8]) {
    buffer.append(UInt8(truncatingIfNeeded: ipv4MaskLength))
    buffer.append(UInt8(truncatingIfNeeded: prefix.length))
    buffer.append(prefix.address)
    for relay in relays { buffer.append(relay) }
  }
}
