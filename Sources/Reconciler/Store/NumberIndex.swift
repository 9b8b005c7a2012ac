/// Small numbers by the hash of what they stand for: open addressing with linear probing, four bytes an entry.
///
/// The index holds no keys; who asks says which of the candidates is meant, and tells the hashes of those that have to
/// move.
struct NumberIndex: Sendable {
  private var entries: [UInt32] = Array(repeating: NumberIndex.none, count: 64)
  private(set) var count = 0

  private static let none = UInt32.max

  /// The number of this hash for which `isMatch` holds.
  @inline(__always)
  func find(_ hash: UInt64, where isMatch: (UInt32) -> Bool) -> UInt32? {
    let mask = entries.count - 1
    var position = Int(truncatingIfNeeded: hash) & mask
    while entries[position] != NumberIndex.none {
      if isMatch(entries[position]) { return entries[position] }
      position = (position + 1) & mask
    }
    return nil
  }

  /// The number that is looked at first for this hash, which is mostly the one.
  @inline(__always)
  func candidate(_ hash: UInt64) -> UInt32? {
    let number = entries[Int(truncatingIfNeeded: hash) & (entries.count - 1)]
    return number == NumberIndex.none ? nil : number
  }

  /// Adds a number that is not there.
  @inline(__always)
  mutating func insert(_ number: UInt32, hash: UInt64, hashOf: (UInt32) -> UInt64) {
    if (count + 1) * 3 > entries.count * 2 {
      let old = entries
      entries = Array(repeating: NumberIndex.none, count: old.count * 2)
      for number in old where number != NumberIndex.none { place(number, hashOf(number)) }
    }
    place(number, hash)
    count += 1
  }

  /// Removes a number; those that were pushed on past it move back, so that there are no gravestones.
  @inline(__always)
  mutating func remove(_ number: UInt32, hash: UInt64, hashOf: (UInt32) -> UInt64) {
    let mask = entries.count - 1
    var hole = Int(truncatingIfNeeded: hash) & mask
    while entries[hole] != number {
      guard entries[hole] != NumberIndex.none else { return }
      hole = (hole + 1) & mask
    }
    count -= 1
    var position = (hole + 1) & mask
    while entries[position] != NumberIndex.none {
      let home = Int(truncatingIfNeeded: hashOf(entries[position])) & mask
      // Into the hole when that is not before its home.
      if (position - home) & mask >= (position - hole) & mask {
        entries[hole] = entries[position]
        hole = position
      }
      position = (position + 1) & mask
    }
    entries[hole] = NumberIndex.none
  }

  private mutating func place(_ number: UInt32, _ hash: UInt64) {
    let mask = entries.count - 1
    var position = Int(truncatingIfNeeded: hash) & mask
    while entries[position] != NumberIndex.none { position = (position + 1) & mask }
    entries[position] = number
  }
}
