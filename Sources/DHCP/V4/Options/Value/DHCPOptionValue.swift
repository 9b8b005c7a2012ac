import NetworkTypes
import PacketFormats

/// An option's value as what it means. Its bytes are `encoded`; `init(decoding:of:)` reads them. Its text is `text`;
/// `init(text:of:)` reads it.
///
/// What has been decoded is encoded to bytes that are decoded to the same. They are the same bytes but for what says
/// nothing: NULs after a text, bits of a route beyond its mask, compression of names, and padding of sub-options.
public enum DHCPOptionValue: Hashable, Sendable {
  /// Nothing: the option's presence is what it says.
  case empty
  /// Yes or no.
  case flag(Bool)
  /// A number of a byte.
  case uint8(UInt8)
  /// A number of two bytes.
  case uint16(UInt16)
  /// A number of four bytes.
  case uint32(UInt32)
  /// A signed number of four bytes.
  case int32(Int32)
  /// Numbers of a byte each.
  case uint8List([UInt8])
  /// Numbers of two bytes each.
  case uint16List([UInt16])
  /// An address.
  case address(IPv4Address)
  /// Addresses in the order of preference.
  case addressList([IPv4Address])
  /// Pairs of addresses.
  case addressPairs([DHCPAddressPair])
  /// Text.
  case text(String)
  /// A domain name.
  case domainName(DHCPDomainName)
  /// Domain names in the order of preference.
  case domainList([DHCPDomainName])
  /// Routes.
  case classlessRoutes([DHCPClasslessRoute])
  /// A client identifier.
  case clientIdentifier(DHCPClientIdentifier)
  /// A client's full name.
  case clientFQDN(DHCPClientFQDN)
  /// What a relay agent knows.
  case relayAgentInformation(DHCPRelayAgentInformation)
  /// Sub-options of a vendor.
  case vendorSuboptions(DHCPVendorSuboptions)
  /// Data of enterprises.
  case vendorData([DHCPVendorData])
  /// User classes.
  case userClass(DHCPUserClass)
  /// For what a client boots, the preferred first.
  case architectures([DHCPClientArchitecture])
  /// A network interface in bootstrap.
  case networkInterface(DHCPNetworkInterface)
  /// A machine's UUID.
  case machineIdentifier(DHCPMachineIdentifier)
  /// SIP servers.
  case sipServers(DHCPSIPServers)
  /// 6rd's parameters.
  case sixRapidDeployment(DHCPSixRapidDeployment)
  /// Bytes that mean nothing here.
  case bytes([UInt8])
}

/// Two addresses that belong together: a destination and its mask in option 21 (RFC 2132 section 4.3), a destination
/// and its router in option 33 (RFC 2132 section 5.8).
public struct DHCPAddressPair: Hashable, Sendable {
  /// The destination.
  public var first: IPv4Address
  /// Its mask or router.
  public var second: IPv4Address

  /// A pair of the given addresses.
  public init(_ first: IPv4Address, _ second: IPv4Address) {
    self.first = first
    self.second = second
  }
}

extension DHCPOptionValue {
  /// The bytes on the wire, names uncompressed. Longer values than 255 bytes are split where the option is written
  /// (RFC 3396 section 6).
  public var encoded: [UInt8] {
    var bytes: [UInt8] = []
    switch self {
    case .empty: break
    case .flag(let value): bytes.append(value ? 1 : 0)
    case .uint8(let value): bytes.append(value)
    case .uint16(let value): bytes.appendUInt16(value)
    case .uint32(let value): bytes.appendUInt32(value)
    case .int32(let value): bytes.appendUInt32(UInt32(bitPattern: value))
    case .uint8List(let values): bytes += values
    case .uint16List(let values): for value in values { bytes.appendUInt16(value) }
    case .address(let address): bytes.append(address)
    case .addressList(let addresses): for address in addresses { bytes.append(address) }
    case .addressPairs(let pairs):
      for pair in pairs {
        bytes.append(pair.first)
        bytes.append(pair.second)
      }
    case .text(let text): bytes += text.utf8
    case .domainName(let name): name.write(to: &bytes)
    case .domainList(let names): for name in names { name.write(to: &bytes) }
    case .classlessRoutes(let routes): for route in routes { route.write(to: &bytes) }
    case .clientIdentifier(let identifier): identifier.write(to: &bytes)
    case .clientFQDN(let name): name.write(to: &bytes)
    case .relayAgentInformation(let information): information.write(to: &bytes)
    case .vendorSuboptions(let suboptions): suboptions.write(to: &bytes)
    case .vendorData(let data): for datum in data { datum.write(to: &bytes) }
    case .userClass(let userClass): userClass.write(to: &bytes)
    case .architectures(let architectures): for value in architectures { bytes.appendUInt16(value.rawValue) }
    case .networkInterface(let interface): interface.write(to: &bytes)
    case .machineIdentifier(let identifier): identifier.write(to: &bytes)
    case .sipServers(let servers): servers.write(to: &bytes)
    case .sixRapidDeployment(let parameters): parameters.write(to: &bytes)
    case .bytes(let value): bytes += value
    }
    return bytes
  }

  /// The bytes on the wire, with the ends of names that were there before compressed (RFC 1035 section 4.1.4), as
  /// RFC 3397 section 2 recommends for a list of domains; for every other value as `encoded`.
  public var encodedCompressed: [UInt8] {
    guard case .domainList(let names) = self else { return encoded }
    return DHCPDomainName.compressed(names)
  }
}
