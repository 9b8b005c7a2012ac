/// The slots of each owner as a list through the slots themselves, and those that it lost to others.
struct OwnerHoldings: Sendable {
  private var first: [UInt32] = []
  private var lost: [UInt32: Set<UInt32>] = [:]

  /// Makes room for an owner with this number, which has nothing.
  mutating func add(_ number: UInt32) {
    while first.count <= Int(number) { first.append(FlowSlot.none) }
  }

  /// Whether the owner neither has nor wants any key.
  func isEmpty(_ number: UInt32) -> Bool { first[Int(number)] == FlowSlot.none && !hasLost(number) }

  func firstSlot(of number: UInt32) -> UInt32 { first[Int(number)] }

  /// Takes the list away from its owner.
  mutating func takeSlots(of number: UInt32) -> UInt32 {
    defer { first[Int(number)] = FlowSlot.none }
    return first[Int(number)]
  }

  mutating func link(_ slot: UInt32, to number: UInt32, in store: inout FlowStore) {
    store[slot].next = first[Int(number)]
    first[Int(number)] = slot
  }

  mutating func unlink(_ slot: UInt32, from number: UInt32, in store: inout FlowStore) {
    let after = store[slot].next
    store[slot].next = FlowSlot.none
    if first[Int(number)] == slot {
      first[Int(number)] = after
      return
    }
    var position = first[Int(number)]
    while position != FlowSlot.none {
      if store[position].next == slot {
        store[position].next = after
        return
      }
      position = store[position].next
    }
  }

  /// Whether the owner wants a key that another has.
  func hasLost(_ number: UInt32) -> Bool { !lost.isEmpty && lost[number] != nil }

  func lostSlots(of number: UInt32) -> Set<UInt32> { lost[number] ?? [] }

  mutating func lost(_ slot: UInt32, by number: UInt32) { lost[number, default: []].insert(slot) }

  mutating func regained(_ slot: UInt32, by number: UInt32) {
    lost[number]?.remove(slot)
    if lost[number]?.isEmpty == true { lost[number] = nil }
  }
}
