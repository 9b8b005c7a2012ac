/// An IPv4 address.
///
/// Text is four decimal octets without leading zeros (`192.0.2.1`), as RFC 6943 section 3.1.1 recommends: the shorter
/// and octal forms that `inet_aton` takes are refused, because two readers could disagree about them.
public struct IPv4Address: Hashable, Sendable {
  /// The address in host byte order, the first octet highest.
  public let rawValue: UInt32

  /// The address with the given value in host byte order.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// The address with the given octets, in the order of the text.
  public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
    self.rawValue = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
  }

  /// Reads dotted decimal.
  ///
  /// - Returns: nil for anything but four octets of 0 to 255 without leading zeros.
  public init?(_ text: some StringProtocol) {
    guard let value = withBytes(of: text, { parseDottedDecimal($0) }) else { return nil }
    self.rawValue = value
  }

  /// Reads the text form from its bytes.
  public init?(utf8: UnsafeBufferPointer<UInt8>) {
    guard let value = parseDottedDecimal(utf8) else { return nil }
    self.rawValue = value
  }

  /// `0.0.0.0`.
  public static let any = IPv4Address(rawValue: 0)
  /// `255.255.255.255` (RFC 919).
  public static let broadcast = IPv4Address(rawValue: .max)

  /// Whether this is in 224.0.0.0/4 (RFC 5771).
  public var isMulticast: Bool { rawValue >> 28 == 0xe }
  /// Whether this is in 127.0.0.0/8 (RFC 1122 section 3.2.1.3).
  public var isLoopback: Bool { rawValue >> 24 == 127 }
  /// Whether this is in 169.254.0.0/16 (RFC 3927).
  public var isLinkLocal: Bool { rawValue >> 16 == 0xa9fe }
  /// Whether one host can have this address: not 0.0.0.0/8, loopback, multicast, or 240.0.0.0/4.
  public var isHostAddress: Bool { rawValue >> 24 != 0 && !isLoopback && rawValue >> 28 < 0xe }

  /// The four octets in the order of the wire.
  public var octets: [UInt8] {
    [
      UInt8(truncatingIfNeeded: rawValue >> 24), UInt8(truncatingIfNeeded: rawValue >> 16),
      UInt8(truncatingIfNeeded: rawValue >> 8), UInt8(truncatingIfNeeded: rawValue),
    ]
  }
}

extension IPv4Address: Comparable {
  /// Numeric order.
  public static func < (lhs: IPv4Address, rhs: IPv4Address) -> Bool { lhs.rawValue < rhs.rawValue }
}

extension IPv4Address: CustomStringConvertible {
  /// Dotted decimal.
  public var description: String {
    String(unsafeUninitializedCapacity: 15) { text in
      var length = 0
      func append(_ byte: UInt8) {
        text[length] = byte
        length += 1
      }
      for shift in stride(from: 24, through: 0, by: -8) {
        let octet = UInt8(truncatingIfNeeded: rawValue >> UInt32(shift))
        if octet >= 100 { append(UInt8(ascii: "0") + octet / 100) }
        if octet >= 10 { append(UInt8(ascii: "0") + octet / 10 % 10) }
        append(UInt8(ascii: "0") + octet % 10)
        if shift > 0 { append(UInt8(ascii: ".")) }
      }
      return length
    }
  }
}

/// Strict dotted decimal, shared with the IPv4 tail of an IPv6 address.
func parseDottedDecimal(_ text: some Sequence<UInt8>) -> UInt32? {
  var value: UInt32 = 0
  var octet: UInt32 = 0
  var digits = 0
  var dots = 0
  for byte in text {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      guard digits == 0 || octet != 0, digits < 3 else { return nil }
      octet = octet * 10 + UInt32(byte - UInt8(ascii: "0"))
      guard octet <= 255 else { return nil }
      digits += 1
    case UInt8(ascii: "."):
      guard digits > 0, dots < 3 else { return nil }
      value = value << 8 | octet
      octet = 0
      digits = 0
      dots += 1
    default:
      return nil
    }
  }
  guard dots == 3, digits > 0 else { return nil }
  return value << 8 | octet
}
