/// A virtual network identifier: the 24-bit segment number of VXLAN and Geneve (RFC 7348 section 5, RFC 8926
/// section 3.4). Zero names no network.
public struct VNI: Hashable, Sendable {
  /// 1 to 16,777,215.
  public let rawValue: UInt32

  /// - Returns: nil unless `rawValue` is 1 to 16,777,215.
  public init?(_ rawValue: some BinaryInteger) {
    guard let value = UInt32(exactly: rawValue), (1...0xff_ffff).contains(value) else { return nil }
    self.rawValue = value
  }
}

extension VNI: Comparable {
  /// Numeric order.
  public static func < (lhs: VNI, rhs: VNI) -> Bool { lhs.rawValue < rhs.rawValue }
}

extension VNI: CustomStringConvertible {
  /// Decimal.
  public var description: String { String(rawValue) }
}
