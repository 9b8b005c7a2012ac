import NetworkTypes

/// An option with its value, for what shows, tests or configures options.
public struct DHCPv6Option: Hashable, Sendable {
  /// Which option.
  public var code: DHCPv6OptionCode
  /// Its value, in the form that the registry gives for the code.
  public var value: DHCPv6OptionValue

  /// An option of the given value.
  public init(_ code: DHCPv6OptionCode, _ value: DHCPv6OptionValue) {
    self.code = code
    self.value = value
  }
}

/// The value of an option. Each case is what one `DHCPv6OptionForm` is read as.
public indirect enum DHCPv6OptionValue: Hashable, Sendable {
  case empty
  case uint8(UInt8)
  case uint16(UInt16)
  case uint32(UInt32)
  case codes([UInt16])
  case addresses([IPv6Address])
  case domains([String])
  case text(String)
  case strings([[UInt8]])
  case duid(DHCPv6DUID)
  /// IA_NA, IA_TA (whose times are not on the wire) or IA_PD. Times are in seconds.
  case association(iaid: UInt32, t1: UInt32, t2: UInt32, options: [DHCPv6Option])
  /// Lifetimes are in seconds.
  case address(IPv6Address, preferred: UInt32, valid: UInt32, options: [DHCPv6Option])
  /// Lifetimes are in seconds; the prefix may have host bits.
  case prefix(IPv6Address, length: UInt8, preferred: UInt32, valid: UInt32, options: [DHCPv6Option])
  case status(DHCPv6StatusCode, message: String)
  case vendorClass(enterprise: UInt32, [[UInt8]])
  case vendorOptions(enterprise: UInt32, [DHCPv6RawOption])
  /// Bits 0 to 2 are S, O and N (RFC 4704 section 4.1); a partial name has no end on the wire.
  case fqdn(flags: UInt8, name: String, isPartial: Bool)
  case ntp([DHCPv6TimeSource])
  case interface(type: UInt8, major: UInt8, minor: UInt8)
  case opaque([UInt8])
}

/// An option of a vendor's own numbers.
public struct DHCPv6RawOption: Hashable, Sendable {
  /// The vendor's number for it.
  public var code: UInt16
  /// Its value.
  public var value: [UInt8]

  /// An option of the given parts.
  public init(code: UInt16, value: [UInt8]) {
    self.code = code
    self.value = value
  }
}

/// Where to get the time from (RFC 5908 section 4).
public enum DHCPv6TimeSource: Hashable, Sendable {
  /// A server's address.
  case server(IPv6Address)
  /// A group to listen to.
  case group(IPv6Address)
  /// A server's name.
  case name(String)
  /// A sub-option that is not known.
  case other(DHCPv6RawOption)
}
