/// The two versions of the Internet Protocol.
public enum IPVersion: Int, Hashable, Sendable, CaseIterable, Codable {
  case v4 = 4
  case v6 = 6
}

extension IPVersion: CustomStringConvertible {
  /// `IPv4` or `IPv6`.
  public var description: String { "IPv\(rawValue)" }
}

extension IPVersion: Comparable {
  /// IPv4 before IPv6.
  public static func < (lhs: IPVersion, rhs: IPVersion) -> Bool { lhs.rawValue < rhs.rawValue }
}
