/// Numbers for ids, as registers and conjunctions need them: the same for the same id after every restart, unless two ids
/// want the same number. Then the one that came later has the next free one.
struct NumberBook<ID: ResourceIdentifier>: Sendable, Equatable {
  /// Two bits of a conjunction's id stay free for what it is of.
  private static var mask: UInt32 { 0x3fff_ffff }

  private var numbers: [ID: UInt32] = [:]
  private var taken: Set<UInt32> = []

  /// The number of an id; nil when it has none.
  subscript(id: ID) -> UInt32? { numbers[id] }

  /// Gives an id a number, 1 to 2^30 - 1, unless it has one.
  mutating func assign(_ id: ID) {
    guard numbers[id] == nil else { return }
    var number = NumberBook.wanted(id)
    while number == 0 || taken.contains(number) { number = (number &+ 1) & NumberBook.mask }
    numbers[id] = number
    taken.insert(number)
  }

  /// Takes an id's number back.
  mutating func release(_ id: ID) {
    if let number = numbers.removeValue(forKey: id) { taken.remove(number) }
  }

  /// FNV-1a, folded: stable across processes, unlike `Hasher`.
  private static func wanted(_ id: ID) -> UInt32 {
    let hash = id.rawValue.utf8.reduce(UInt32(0x811c_9dc5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    return (hash ^ hash >> 30) & mask
  }
}
