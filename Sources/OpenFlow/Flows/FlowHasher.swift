/// Hashes of encoded flows, 64 bits wide: what flows are found and compared by where millions of comparisons must not
/// touch the bytes.
///
/// The seed is drawn anew for each process: whoever may choose addresses in a flow cannot choose two flows that hash
/// alike. So hashes are comparable within a process only, and never leave it as names of anything.
public struct FlowHasher: Hashable, Sendable {
  private let seed: UInt64

  /// A hasher with this seed; without one, with a random one.
  public init(seed: UInt64 = .random(in: .min ... .max)) {
    self.seed = seed
  }

  /// The hash of what the switch tells flows apart by: table, priority and match.
  ///
  /// - Parameter match: The whole ofp_match with its padding.
  public func key(table: TableID, priority: UInt16, match: RawSpan) -> UInt64 {
    hash(match, from: UInt64(table.rawValue) << 16 | UInt64(priority))
  }

  /// The hash of everything that the switch reports of a flow as it was given.
  ///
  /// - Parameter tail: The ofp_match with its padding, and the instructions after it.
  public func content(_ header: FlowHeader, tail: RawSpan) -> UInt64 {
    let timeouts = UInt64(header.idleTimeout) << 16 | UInt64(header.hardTimeout)
    let place = UInt64(header.table.rawValue) << 16 | UInt64(header.priority)
    let flags = UInt64(header.flags.intersection(.reported).rawValue)
    let start = FlowHasher.fold(header.cookie ^ FlowHasher.first, timeouts << 32 | flags << 24 | place)
    return hash(tail, from: start)
  }

  private static let first: UInt64 = 0x9e37_79b9_7f4a_7c15
  private static let second: UInt64 = 0xd6e8_feb8_6659_fd93

  /// The two halves of a product: every bit of both factors reaches every bit of the result.
  @inline(__always)
  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = (left ^ first).multipliedFullWidth(by: right ^ second)
    return product.high ^ product.low
  }

  /// Eight bytes at a time; what is left over at the end counts as if zeros followed.
  @inline(__always)
  private func hash(_ bytes: RawSpan, from start: UInt64) -> UInt64 {
    let count = bytes.byteCount
    var state = FlowHasher.fold(start ^ seed, UInt64(truncatingIfNeeded: count))
    var offset = 0
    while offset + 8 <= count {
      state = FlowHasher.fold(bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ seed, state)
      offset += 8
    }
    var rest: UInt64 = 0
    while offset < count {
      rest = rest << 8 | UInt64(bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self))
      offset += 1
    }
    return FlowHasher.fold(state, rest)
  }
}
