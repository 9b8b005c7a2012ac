/// The owners, by small numbers.
///
/// Their type is not known where this is compiled, so all that is asked of an owner is one hash and one comparison; a
/// dictionary asks for more, and takes more memory.
struct OwnerTable<Owner: Hashable & Comparable & Sendable>: Sendable {
  private var owners: [Owner] = []
  /// A part of each owner's hash.
  private var hashes: [UInt32] = []
  private var free: [UInt32] = []
  private var index = NumberIndex()

  /// Every owner's number, in the order of the owners.
  var numbers: [UInt32] {
    let unused = Set(free)
    let used = owners.indices.map { UInt32(truncatingIfNeeded: $0) }.filter { !unused.contains($0) }
    return used.sorted { owners[Int($0)] < owners[Int($1)] }
  }

  /// The owner with this number.
  subscript(number: UInt32) -> Owner { owners[Int(number)] }

  /// The number of `owner`, if it has one.
  func number(of owner: Owner) -> UInt32? { number(of: owner, OwnerTable.hash(owner)) }

  /// The number of `owner`, which is given one if it has none and this says so.
  mutating func number(of owner: Owner, adding isWanted: Bool) -> UInt32? {
    let hash = OwnerTable.hash(owner)
    return number(of: owner, hash) ?? (isWanted ? add(owner, hash) : nil)
  }

  private func number(of owner: Owner, _ hash: UInt32) -> UInt32? {
    index.find(UInt64(hash)) { hashes[Int($0)] == hash && owners[Int($0)] == owner }
  }

  private mutating func add(_ owner: Owner, _ hash: UInt32) -> UInt32 {
    let number: UInt32
    if let last = free.popLast() {
      number = last
      owners[Int(last)] = owner
      hashes[Int(last)] = hash
    } else {
      number = UInt32(truncatingIfNeeded: owners.count)
      owners.append(owner)
      hashes.append(hash)
    }
    index.insert(number, hash: UInt64(hash)) { [hashes] in UInt64(hashes[Int($0)]) }
    return number
  }

  mutating func remove(_ number: UInt32) {
    index.remove(number, hash: UInt64(hashes[Int(number)])) { [hashes] in UInt64(hashes[Int($0)]) }
    free.append(number)
  }

  private static func hash(_ owner: Owner) -> UInt32 { UInt32(truncatingIfNeeded: owner.hashValue) }
}
