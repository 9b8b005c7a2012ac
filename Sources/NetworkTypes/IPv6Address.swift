/// An IPv6 address.
///
/// Text is read as RFC 4291 section 2.2 has it, without a zone, and written as RFC 5952 section 4 recommends.
public struct IPv6Address: Hashable, Sendable {
  /// The first 64 bits.
  public let high: UInt64
  /// The last 64 bits.
  public let low: UInt64

  /// The address with the given halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The address with the given value, the first octet highest.
  public init(value: UInt128) {
    self.init(high: UInt64(truncatingIfNeeded: value >> 64), low: UInt64(truncatingIfNeeded: value))
  }

  /// The address with the given 16-bit groups, in the order of the text.
  ///
  /// - Returns: nil unless there are exactly eight.
  public init?(groups: [UInt16]) {
    guard groups.count == 8 else { return nil }
    self.high = groups.prefix(4).reduce(0) { $0 << 16 | UInt64($1) }
    self.low = groups.suffix(4).reduce(0) { $0 << 16 | UInt64($1) }
  }

  /// Reads any of the three text forms of RFC 4291 section 2.2.
  ///
  /// - Returns: nil for malformed text, a zone (`%eth0`) or a prefix length.
  public init?(_ text: some StringProtocol) {
    let halves = splitAtDoubleColon(Array(text.utf8))
    guard let halves, let head = parseGroups(halves.head, allowsIPv4Tail: halves.tail == nil) else { return nil }
    guard let tailBytes = halves.tail else {
      self.init(groups: head)
      return
    }
    guard let tail = parseGroups(tailBytes, allowsIPv4Tail: true), head.count + tail.count <= 7 else { return nil }
    self.init(groups: head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
  }

  /// `::`.
  public static let any = IPv6Address(high: 0, low: 0)
  /// `ff02::1`, all nodes on the link (RFC 4291 section 2.7.1).
  public static let allNodes = IPv6Address(high: 0xff02_0000_0000_0000, low: 1)

  /// Whether this is in ff00::/8.
  public var isMulticast: Bool { high >> 56 == 0xff }
  /// Whether this is in fe80::/10.
  public var isLinkLocal: Bool { high >> 54 == 0xfe80 >> 6 }
  /// Whether this is `::1`.
  public var isLoopback: Bool { high == 0 && low == 1 }

  /// Whether one host can have this address: not unspecified, loopback or multicast.
  public var isHostAddress: Bool { self != .any && !isMulticast && !isLoopback }

  /// The value, the first octet highest.
  public var value: UInt128 { UInt128(high) << 64 | UInt128(low) }

  /// The eight 16-bit groups in the order of the text.
  public var groups: [UInt16] {
    [high, low].flatMap { half in [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> UInt64($0)) } }
  }

  /// The sixteen octets in the order of the wire.
  public var octets: [UInt8] {
    groups.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
  }
}

extension IPv6Address: Comparable {
  /// Numeric order.
  public static func < (lhs: IPv6Address, rhs: IPv6Address) -> Bool {
    (lhs.high, lhs.low) < (rhs.high, rhs.low)
  }
}

extension IPv6Address: CustomStringConvertible {
  /// The recommended text of RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups
  /// (the first of equals) as `::`.
  public var description: String {
    let groups = self.groups
    let run = longestZeroRun(groups)
    let text = { (slice: ArraySlice<UInt16>) in slice.map { String($0, radix: 16) }.joined(separator: ":") }
    guard run.count >= 2 else { return text(groups[...]) }
    return text(groups[..<run.lowerBound]) + "::" + text(groups[run.upperBound...])
  }
}

/// The bytes before and after `::`; `tail` is nil when there is none. Nil when there is more than one.
private func splitAtDoubleColon(_ bytes: [UInt8]) -> (head: ArraySlice<UInt8>, tail: ArraySlice<UInt8>?)? {
  let colon = UInt8(ascii: ":")
  let pairs = bytes.indices.dropLast().filter { bytes[$0] == colon && bytes[$0 + 1] == colon }
  guard let first = pairs.first else { return (bytes[...], nil) }
  guard pairs.count == 1 else { return nil }
  return (bytes[..<first], bytes[(first + 2)...])
}

/// Colon-separated groups of one to four hexadecimal digits; the last may be dotted decimal. Empty text is no groups.
private func parseGroups(_ bytes: ArraySlice<UInt8>, allowsIPv4Tail: Bool) -> [UInt16]? {
  guard !bytes.isEmpty else { return [] }
  var groups: [UInt16] = []
  let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
  for (index, part) in parts.enumerated() {
    if allowsIPv4Tail, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
      guard let value = parseDottedDecimal(part) else { return nil }
      groups += [UInt16(truncatingIfNeeded: value >> 16), UInt16(truncatingIfNeeded: value)]
      continue
    }
    guard (1...4).contains(part.count) else { return nil }
    var group: UInt16 = 0
    for byte in part {
      guard let digit = hexDigitValue(byte) else { return nil }
      group = group << 4 | UInt16(digit)
    }
    groups.append(group)
  }
  return groups.count <= 8 ? groups : nil
}

private func longestZeroRun(_ groups: [UInt16]) -> Range<Int> {
  var best = 0..<0
  var start: Int?
  for index in 0...groups.count {
    if index < groups.count, groups[index] == 0 {
      start = start ?? index
    } else if let begun = start {
      if index - begun > best.count { best = begun..<index }
      start = nil
    }
  }
  return best
}
