/// Slot numbers by the hash of their keys: open addressing with linear probing, four bytes an entry.
///
/// The index holds no keys; who asks says which of the candidates is meant.
struct FlowIndex: Sendable {
  private var entries: [UInt32] = Array(repeating: FlowSlot.none, count: 64)
  private(set) var count = 0

  /// The slot of this hash for which `isMatch` holds.
  @inline(__always)
  func find(_ hash: UInt64, where isMatch: (UInt32) -> Bool) -> UInt32? {
    let mask = entries.count - 1
    var position = Int(truncatingIfNeeded: hash) & mask
    while entries[position] != FlowSlot.none {
      if isMatch(entries[position]) { return entries[position] }
      position = (position + 1) & mask
    }
    return nil
  }

  /// Adds a slot. `slots` tells the hashes of those that have to move when the table grows.
  mutating func insert(_ slot: UInt32, hash: UInt64, slots: [FlowSlot]) {
    if (count + 1) * 3 > entries.count * 2 { grow(slots) }
    place(slot, hash)
    count += 1
  }

  /// Removes a slot; those that were pushed on past it move back, so that there are no gravestones.
  mutating func remove(_ slot: UInt32, hash: UInt64, slots: [FlowSlot]) {
    let mask = entries.count - 1
    var hole = Int(truncatingIfNeeded: hash) & mask
    while entries[hole] != slot {
      guard entries[hole] != FlowSlot.none else { return }
      hole = (hole + 1) & mask
    }
    count -= 1
    var position = (hole + 1) & mask
    while entries[position] != FlowSlot.none {
      let home = Int(truncatingIfNeeded: slots[Int(entries[position])].keyHash) & mask
      // Into the hole when that is not before its home.
      if (position - home) & mask >= (position - hole) & mask {
        entries[hole] = entries[position]
        hole = position
      }
      position = (position + 1) & mask
    }
    entries[hole] = FlowSlot.none
  }

  private mutating func place(_ slot: UInt32, _ hash: UInt64) {
    let mask = entries.count - 1
    var position = Int(truncatingIfNeeded: hash) & mask
    while entries[position] != FlowSlot.none { position = (position + 1) & mask }
    entries[position] = slot
  }

  private mutating func grow(_ slots: [FlowSlot]) {
    let old = entries
    entries = Array(repeating: FlowSlot.none, count: old.count * 2)
    for slot in old where slot != FlowSlot.none { place(slot, slots[Int(slot)].keyHash) }
  }
}
