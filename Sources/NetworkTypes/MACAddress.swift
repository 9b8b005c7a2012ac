/// A 48-bit IEEE 802 MAC address.
///
/// Text is six pairs of hexadecimal digits with colons (`fa:16:3e:00:00:01`). Parsing accepts either case and nothing
/// else: no hyphens, no shortened octets, no trailing text. Formatting is lower case.
public struct MACAddress: Hashable, Sendable {
  /// The address in the low 48 bits, the first octet on the wire highest.
  public let rawValue: UInt64

  /// The address made of the low 48 bits of `rawValue`; higher bits are ignored.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue & 0xffff_ffff_ffff
  }

  /// The address with the given octets, in the order of the wire.
  public init(_ o0: UInt8, _ o1: UInt8, _ o2: UInt8, _ o3: UInt8, _ o4: UInt8, _ o5: UInt8) {
    let high = UInt64(o0) << 40 | UInt64(o1) << 32 | UInt64(o2) << 24
    self.rawValue = high | UInt64(o3) << 16 | UInt64(o4) << 8 | UInt64(o5)
  }

  /// Reads the canonical text form.
  ///
  /// - Returns: nil when `text` is anything but six pairs of hexadecimal digits separated by colons.
  public init?(_ text: some StringProtocol) {
    guard let value = withBytes(of: text, MACAddress.parse) else { return nil }
    self.rawValue = value
  }

  /// Reads the canonical text form from its bytes.
  public init?(utf8: UnsafeBufferPointer<UInt8>) {
    guard let value = MACAddress.parse(utf8) else { return nil }
    self.rawValue = value
  }

  private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64? {
    guard bytes.count == 17 else { return nil }
    var value: UInt64 = 0
    for (index, byte) in bytes.enumerated() {
      if index % 3 == 2 {
        guard byte == UInt8(ascii: ":") else { return nil }
      } else {
        guard let digit = hexDigitValue(byte) else { return nil }
        value = value << 4 | UInt64(digit)
      }
    }
    return value
  }

  /// `ff:ff:ff:ff:ff:ff`.
  public static let broadcast = MACAddress(rawValue: 0xffff_ffff_ffff)
  /// `00:00:00:00:00:00`.
  public static let zero = MACAddress(rawValue: 0)

  /// Whether the group bit is set; true for broadcast too (IEEE 802-2014, 8.2.2).
  public var isMulticast: Bool { rawValue & 0x0100_0000_0000 != 0 }
  /// Whether all bits are set.
  public var isBroadcast: Bool { self == .broadcast }
  /// Whether this can be one station's address: neither a group address nor zero.
  public var isUnicast: Bool { !isMulticast && rawValue != 0 }

  /// The six octets in the order of the wire.
  public var octets: [UInt8] {
    [
      UInt8(truncatingIfNeeded: rawValue >> 40), UInt8(truncatingIfNeeded: rawValue >> 32),
      UInt8(truncatingIfNeeded: rawValue >> 24), UInt8(truncatingIfNeeded: rawValue >> 16),
      UInt8(truncatingIfNeeded: rawValue >> 8), UInt8(truncatingIfNeeded: rawValue),
    ]
  }
}

extension MACAddress: Comparable {
  /// Numeric order, which is also the order of the text.
  public static func < (lhs: MACAddress, rhs: MACAddress) -> Bool { lhs.rawValue < rhs.rawValue }
}

extension MACAddress: CustomStringConvertible {
  /// Lower-case pairs of digits with colons.
  public var description: String {
    String(unsafeUninitializedCapacity: 17) { text in
      for position in 0..<17 {
        // Two digits and a colon for each octet, the colons at 2, 5, 8, 11 and 14.
        let digit = position - position / 3
        let value = UInt8(truncatingIfNeeded: rawValue >> UInt64(44 - 4 * min(digit, 11)) & 0xf)
        text[position] = position % 3 == 2 ? UInt8(ascii: ":") : lowerCaseHexDigit(value)
      }
      return 17
    }
  }
}
