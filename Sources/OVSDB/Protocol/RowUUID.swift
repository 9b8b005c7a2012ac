import NetworkTypes

/// The identity of a row, a UUID (RFC 7047 §3.1), in the text form of RFC 4122.
public struct RowUUID: Hashable, Sendable {
  /// The first 64 bits.
  public let high: UInt64
  /// The last 64 bits.
  public let low: UInt64

  /// A UUID of two halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12 with hyphens between; nil for anything else.
  public init?(_ text: String) {
    var high: UInt64 = 0
    var low: UInt64 = 0
    var count = 0
    for byte in text.utf8 {
      if count == 8 || count == 13 || count == 18 || count == 23 {
        guard byte == UInt8(ascii: "-") else { return nil }
      } else {
        guard let digit = hexDigitValue(byte), count < 36 else { return nil }
        if count < 18 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
      }
      count += 1
    }
    guard count == 36 else { return nil }
    self.init(high: high, low: low)
  }
}

extension RowUUID: Comparable {
  /// Numeric order, which is also the order of the text.
  public static func < (lhs: RowUUID, rhs: RowUUID) -> Bool {
    lhs.high != rhs.high ? lhs.high < rhs.high : lhs.low < rhs.low
  }
}

extension RowUUID: CustomStringConvertible {
  /// Lower case with hyphens.
  public var description: String {
    let digits = Array((hexString(high, digits: 16) + hexString(low, digits: 16)).utf8)
    let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(decoding: digits[$0], as: UTF8.self) }
    return groups.joined(separator: "-")
  }
}
