import Pipeline

/// The units that are to be compiled anew, each once, in the order in which they became so.
///
/// Neighbors come last: there are many, and a guest is answered, and its own port is in force, without them.
struct DirtyUnits: Sendable {
  private var neighbors = UnitQueue()
  private var others = UnitQueue()

  init(_ units: some Sequence<Unit>) { formUnion(units) }

  var isEmpty: Bool { others.isEmpty && neighbors.isEmpty }
  var count: Int { others.count + neighbors.count }

  func contains(_ unit: Unit) -> Bool { others.contains(unit) || neighbors.contains(unit) }

  mutating func formUnion(_ units: some Sequence<Unit>) {
    for unit in units {
      if case .neighbor = unit { neighbors.append(unit) } else { others.append(unit) }
    }
  }

  /// Takes the first of them, at most so many, in the order of units.
  mutating func take(_ limit: Int) -> [Unit] {
    var units = others.take(limit)
    units += neighbors.take(limit - units.count)
    return units.sorted()
  }
}

/// Units in a queue, each once.
///
/// The queue says which come first, and the set only which there are: to take what a set has first, again and again while others are
/// added, would leave its beginning empty and its end so crowded that each addition looks at thousands of others.
private struct UnitQueue: Sendable {
  private var units: [Unit] = []
  private var start = 0
  private var members: Set<Unit> = []

  var isEmpty: Bool { members.isEmpty }
  var count: Int { members.count }

  func contains(_ unit: Unit) -> Bool { members.contains(unit) }

  mutating func append(_ unit: Unit) {
    if members.insert(unit).inserted { units.append(unit) }
  }

  mutating func take(_ limit: Int) -> [Unit] {
    let end = min(units.count, start + limit)
    let taken = Array(units[start..<end])
    start = end
    guard start < units.count else {
      self = UnitQueue()
      return taken
    }
    for unit in taken { members.remove(unit) }
    if start > 4096, start > units.count / 2 {
      units.removeSubrange(..<start)
      start = 0
    }
    return taken
  }
}
