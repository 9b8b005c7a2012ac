/// The owners, by small numbers.
struct OwnerTable<Owner: Hashable & Comparable & Sendable>: Sendable {
  private var byOwner: [Owner: UInt32] = [:]
  private var owners: [Owner] = []
  private var free: [UInt32] = []

  /// Every owner's number, in the order of the owners.
  var numbers: [UInt32] { byOwner.sorted { $0.key < $1.key }.map(\.value) }

  /// The owner with this number.
  subscript(number: UInt32) -> Owner { owners[Int(number)] }

  /// The number of `owner`, if it has one.
  func number(of owner: Owner) -> UInt32? { byOwner[owner] }

  /// Gives `owner`, which has none, a number.
  mutating func add(_ owner: Owner) -> UInt32 {
    let number: UInt32
    if let last = free.popLast() {
      number = last
      owners[Int(last)] = owner
    } else {
      number = UInt32(truncatingIfNeeded: owners.count)
      owners.append(owner)
    }
    byOwner[owner] = number
    return number
  }

  mutating func remove(_ number: UInt32) {
    byOwner[owners[Int(number)]] = nil
    free.append(number)
  }
}
