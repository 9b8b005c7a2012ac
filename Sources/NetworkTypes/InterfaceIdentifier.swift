extension MACAddress {
  /// The modified EUI-64 interface identifier (RFC 4291 appendix A): `fffe` in the middle, the universal bit turned.
  public var interfaceIdentifier: UInt64 {
    let upper = (rawValue >> 24) ^ 0x02_0000
    return upper << 40 | 0xff_fe00_0000 | rawValue & 0xff_ffff
  }
}

extension IPv6Address {
  /// The link-local address that an interface forms of its MAC address (RFC 2464 section 5).
  public init(linkLocalOf mac: MACAddress) {
    self.init(high: 0xfe80 << 48, low: mac.interfaceIdentifier)
  }
}

extension IPv6Prefix {
  /// The address that a host forms in this network of its MAC address (RFC 4862 section 5.5.3).
  ///
  /// - Returns: nil unless the prefix has 64 bits: hosts form none in others.
  public func address(formedOf mac: MACAddress) -> IPv6Address? {
    guard length == 64 else { return nil }
    return IPv6Address(high: address.high, low: mac.interfaceIdentifier)
  }
}
