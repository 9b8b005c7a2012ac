import NetworkTypes
import PacketFormats

/// SIP servers in the order of preference (RFC 3361 section 3).
public enum DHCPSIPServers: Hashable, Sendable {
  /// By name: encoding 0.
  case names([DHCPDomainName])
  /// By address: encoding 1.
  case addresses([IPv4Address])

  init(reading reader: inout DHCPOptionReader) throws(DHCPOptionError) {
    let encoding = try reader.uint8()
    switch encoding {
    case 0:
      // Pointers count from behind the encoding: so dnsmasq writes them.
      var names = DHCPOptionReader(reader.code, reader.rest(), origin: 1)
      self = .names(try DHCPDomainName.list(reading: &names))
    case 1:
      guard !reader.isAtEnd, reader.remaining.isMultiple(of: 4) else {
        throw reader.wrongLength(expected: "1 and a multiple of 4")
      }
      var addresses: [IPv4Address] = []
      while !reader.isAtEnd { addresses.append(try reader.address()) }
      self = .addresses(addresses)
    default:
      throw reader.invalid(encoding, at: 0, expected: "0 for names or 1 for addresses")
    }
  }

  func write(to buffer: inout [UInt8]) {
    switch self {
    case .names(let names):
      buffer.append(0)
      for name in names { name.write(to: &buffer) }
    case .addresses(let addresses):
      buffer.append(1)
      for address in addresses { buffer.append(address) }
    }
  }
}
