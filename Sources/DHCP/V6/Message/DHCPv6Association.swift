import NetworkTypes
import PacketFormats

/// The fixed fields of an identity association in a message, and where its options are: IA_NA, IA_TA or IA_PD (RFC 8415
/// sections 21.4, 21.5 and 21.21).
struct DHCPv6Association {
  let code: DHCPv6OptionCode
  /// What the client calls it, unique among its own of the kind.
  let iaid: UInt32
  /// When to renew, in seconds; 0 in an IA_TA, which has none.
  let t1: UInt32
  /// When to rebind, in seconds.
  let t2: UInt32
  /// Where the options are in the payload.
  let options: Range<Int>

  /// Nil when the option is no association, or too short for one.
  init?(_ code: DHCPv6OptionCode, _ value: Range<Int>, in payload: RawSpan) {
    guard let length = DHCPv6Association.headerLength(code), value.count >= length,
      let iaid = payload.uint32(at: value.lowerBound)
    else { return nil }
    self.code = code
    self.iaid = iaid
    t1 = length == 12 ? payload.uint32(at: value.lowerBound + 4) ?? 0 : 0
    t2 = length == 12 ? payload.uint32(at: value.lowerBound + 8) ?? 0 : 0
    options = value.lowerBound + length..<value.upperBound
  }

  private static func headerLength(_ code: DHCPv6OptionCode) -> Int? {
    switch code {
    case .iaNA, .iaPD: 12
    case .iaTA: 4
    default: nil
    }
  }

  /// Throws when the option is an association that is too short, or holds something that is.
  static func check(
    _ code: DHCPv6OptionCode, _ value: Range<Int>, in payload: RawSpan
  ) throws(DHCPv6ParseError) {
    guard let length = headerLength(code) else { return }
    guard value.count >= length else {
      throw .wrongLength(code: code, offset: value.lowerBound, found: value.count)
    }
    var leases = DHCPv6OptionCursor(value.lowerBound + length..<value.upperBound)
    while let lease = try leases.next(in: payload) {
      let nested: Range<Int>
      switch lease.code {
      case .iaAddress: nested = try DHCPv6AddressLease(lease.value, in: payload).options
      case .iaPrefix: nested = try DHCPv6PrefixLease(lease.value, in: payload).options
      default: continue
      }
      var inner = DHCPv6OptionCursor(nested)
      while try inner.next(in: payload) != nil {}
    }
  }
}

/// An address of an association (RFC 8415 section 21.6).
struct DHCPv6AddressLease {
  let address: IPv6Address
  let preferredLifetime: UInt32
  let validLifetime: UInt32
  let options: Range<Int>

  init(_ value: Range<Int>, in payload: RawSpan) throws(DHCPv6ParseError) {
    let start = value.lowerBound
    guard value.count >= 24, let address = payload.ipv6Address(at: start),
      let preferred = payload.uint32(at: start + 16), let valid = payload.uint32(at: start + 20)
    else { throw .wrongLength(code: .iaAddress, offset: start, found: value.count) }
    self.address = address
    preferredLifetime = preferred
    validLifetime = valid
    options = start + 24..<value.upperBound
  }
}

/// A delegated prefix of an association (RFC 8415 section 21.22).
struct DHCPv6PrefixLease {
  let preferredLifetime: UInt32
  let validLifetime: UInt32
  /// Host bits are kept: a client may send any, and gets them back when the prefix is taken from it.
  let address: IPv6Address
  let length: UInt8
  let options: Range<Int>

  init(_ value: Range<Int>, in payload: RawSpan) throws(DHCPv6ParseError) {
    let start = value.lowerBound
    guard value.count >= 25, let preferred = payload.uint32(at: start), let valid = payload.uint32(at: start + 4),
      let length = payload.uint8(at: start + 8), let address = payload.ipv6Address(at: start + 9)
    else { throw .wrongLength(code: .iaPrefix, offset: start, found: value.count) }
    guard length <= 128 else { throw .invalidValue(code: .iaPrefix, offset: start + 8) }
    preferredLifetime = preferred
    validLifetime = valid
    self.length = length
    self.address = address
    options = start + 25..<value.upperBound
  }

  /// Whether this is that prefix, exactly.
  func matches(_ prefix: IPv6Prefix) -> Bool {
    Int(length) == prefix.length && address == prefix.address
  }
}

extension [UInt8] {
  /// Appends an address of an association.
  mutating func appendLease(_ address: IPv6Address, preferred: UInt32, valid: UInt32) {
    appendUInt16(DHCPv6OptionCode.iaAddress.rawValue)
    appendUInt16(24)
    append(address)
    appendUInt32(preferred)
    appendUInt32(valid)
  }

  /// Appends a prefix of an association.
  mutating func appendLease(prefix address: IPv6Address, length: UInt8, preferred: UInt32, valid: UInt32) {
    appendUInt16(DHCPv6OptionCode.iaPrefix.rawValue)
    appendUInt16(25)
    appendUInt32(preferred)
    appendUInt32(valid)
    append(length)
    append(address)
  }

  /// Appends a status without a message: clients show their users the name of the code.
  mutating func appendStatus(_ status: DHCPv6StatusCode) {
    appendUInt16(DHCPv6OptionCode.statusCode.rawValue)
    appendUInt16(2)
    appendUInt16(status.rawValue)
  }
}
