/// What kind of value an option has: how its bytes and its text are read and written as a `DHCPOptionValue`.
public enum DHCPOptionKind: String, Hashable, Sendable, CaseIterable {
  /// No value at all: the option's presence is what it says.
  case empty
  /// One byte, 0 or 1.
  case flag
  /// One byte.
  case uint8
  /// Two bytes.
  case uint16
  /// Four bytes.
  case uint32
  /// Four bytes, two's complement.
  case int32
  /// One number or more of a byte each.
  case uint8List
  /// One number or more of two bytes each.
  case uint16List
  /// One IPv4 address.
  case address
  /// One IPv4 address or more.
  case addressList
  /// IPv4 addresses, or none (RFC 2132 section 8.13).
  case optionalAddressList
  /// One pair of IPv4 addresses or more (RFC 2132 sections 4.3 and 5.8).
  case addressPairs
  /// Text, at least one byte. NULs at its end are no part of it (RFC 2132 section 2).
  case text
  /// One domain name in DNS's form (RFC 1035 section 3.1).
  case domainName
  /// One domain name or more in DNS's form, compressed or not (RFC 1035 section 4.1.4, RFC 3397 section 2).
  case domainList
  /// Routes with prefixes (RFC 3442).
  case classlessRoutes
  /// A client identifier (RFC 2132 section 9.14, RFC 4361 section 6.1).
  case clientIdentifier
  /// Flags and a name (RFC 4702 section 2).
  case clientFQDN
  /// Sub-options, without padding or end (RFC 3046 section 2).
  case relayAgentInformation
  /// Sub-options, if the vendor keeps to RFC 2132 section 8.4, or any bytes.
  case vendorSpecific
  /// Data by enterprise number (RFC 3925).
  case vendorData
  /// User classes (RFC 3004 section 4), or any bytes as boot loaders send them.
  case userClass
  /// One architecture type or more (RFC 4578 section 2.1).
  case architectures
  /// A type and two version numbers (RFC 4578 section 2.2).
  case networkInterface
  /// A type and sixteen bytes (RFC 4578 section 2.3).
  case machineIdentifier
  /// SIP servers by name or by address (RFC 3361 section 3).
  case sipServers
  /// 6rd's parameters (RFC 5969 section 7.1.1).
  case sixRapidDeployment
  /// Any bytes.
  case bytes
}
