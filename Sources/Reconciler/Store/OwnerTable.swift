/// The owners, by small numbers, and the slots of each as a list through the slots themselves.
struct OwnerTable<Owner: Hashable & Comparable & Sendable>: Sendable {
  private struct Record: Sendable {
    var owner: Owner
    var first: UInt32
  }

  private var byOwner: [Owner: UInt32] = [:]
  private var records: [Record] = []
  private var free: [UInt32] = []
  private var lost: [UInt32: Set<UInt32>] = [:]

  /// Every owner's number.
  var numbers: [UInt32] { byOwner.sorted { $0.key < $1.key }.map(\.value) }

  /// The owner with this number.
  subscript(number: UInt32) -> Owner { records[Int(number)].owner }

  /// The number of `owner`, if it has one.
  func existingNumber(of owner: Owner) -> UInt32? { byOwner[owner] }

  /// The number of `owner`, which gets one when it has none and `adding` says so.
  mutating func number(of owner: Owner, adding: Bool) -> UInt32? {
    if let number = byOwner[owner] { return number }
    guard adding else { return nil }
    let record = Record(owner: owner, first: FlowSlot.none)
    let number: UInt32
    if let last = free.popLast() {
      number = last
      records[Int(last)] = record
    } else {
      number = UInt32(truncatingIfNeeded: records.count)
      records.append(record)
    }
    byOwner[owner] = number
    return number
  }

  /// Forgets an owner that neither has nor wants any key.
  mutating func removeIfUnused(_ number: UInt32) {
    guard records[Int(number)].first == FlowSlot.none, lost[number] == nil else { return }
    byOwner[records[Int(number)].owner] = nil
    free.append(number)
  }

  func firstSlot(of number: UInt32) -> UInt32 { records[Int(number)].first }

  /// Takes the list away from its owner.
  mutating func takeSlots(of number: UInt32) -> UInt32 {
    defer { records[Int(number)].first = FlowSlot.none }
    return records[Int(number)].first
  }

  mutating func link(_ slot: UInt32, to number: UInt32, in store: inout FlowStore) {
    store[slot].next = records[Int(number)].first
    records[Int(number)].first = slot
  }

  mutating func unlink(_ slot: UInt32, from number: UInt32, in store: inout FlowStore) {
    let after = store[slot].next
    store[slot].next = FlowSlot.none
    if records[Int(number)].first == slot {
      records[Int(number)].first = after
      return
    }
    var position = records[Int(number)].first
    while position != FlowSlot.none {
      if store[position].next == slot {
        store[position].next = after
        return
      }
      position = store[position].next
    }
  }

  func lostSlots(of number: UInt32) -> Set<UInt32> { lost[number] ?? [] }

  mutating func lost(_ slot: UInt32, by number: UInt32) { lost[number, default: []].insert(slot) }

  mutating func regained(_ slot: UInt32, by number: UInt32) {
    lost[number]?.remove(slot)
    if lost[number]?.isEmpty == true { lost[number] = nil }
  }
}
