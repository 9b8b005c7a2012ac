import Pipeline

/// The units that are to be compiled anew.
///
/// Neighbors come last: there are many, and a guest is answered, and its own port is in force, without them.
struct DirtyUnits: Sendable {
  private var neighbors: Set<Unit> = []
  private var others: Set<Unit> = []

  init(_ units: some Sequence<Unit>) { formUnion(units) }

  var isEmpty: Bool { others.isEmpty && neighbors.isEmpty }
  var count: Int { others.count + neighbors.count }

  func contains(_ unit: Unit) -> Bool { others.contains(unit) || neighbors.contains(unit) }

  mutating func formUnion(_ units: some Sequence<Unit>) {
    for unit in units {
      if case .neighbor = unit { neighbors.insert(unit) } else { others.insert(unit) }
    }
  }

  /// Takes the first of them, at most so many, in order.
  mutating func take(_ limit: Int) -> [Unit] {
    var units = DirtyUnits.take(limit, from: &others)
    units += DirtyUnits.take(limit - units.count, from: &neighbors)
    return units.sorted()
  }

  private static func take(_ limit: Int, from set: inout Set<Unit>) -> [Unit] {
    guard set.count > limit else {
      defer { set = [] }
      return Array(set)
    }
    let units = Array(set.prefix(limit))
    set.subtract(units)
    return units
  }
}
