/// Which numbers are taken, and the lowest free one of a range without searching from its start each time.
struct NumberUse<Number: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  private var used: Set<Number> = []
  /// By a range's first number: everything from there up to this number is taken.
  private var lowestCandidate: [Number: Number] = [:]

  var isEmpty: Bool { used.isEmpty }

  func contains(_ number: Number) -> Bool { used.contains(number) }

  /// Follows these ranges from now on, and no others.
  mutating func follow(rangesFrom starts: [Number]) {
    lowestCandidate = Dictionary(starts.map { ($0, $0) }) { first, _ in first }
    for start in lowestCandidate.keys { advance(start) }
  }

  mutating func insert(_ number: Number) {
    guard used.insert(number).inserted else { return }
    for (start, candidate) in lowestCandidate where candidate == number { advance(start) }
  }

  mutating func remove(_ number: Number) {
    guard used.remove(number) != nil else { return }
    for (start, candidate) in lowestCandidate where number >= start && number < candidate {
      lowestCandidate[start] = number
    }
  }

  private mutating func advance(_ start: Number) {
    guard var candidate = lowestCandidate[start] else { return }
    while used.contains(candidate), candidate < .max { candidate += 1 }
    lowestCandidate[start] = candidate
  }

  /// The lowest number of `range` that is neither taken nor in `reserved`.
  ///
  /// - Parameter known: every number of the range below this one is known not to be free.
  func firstFree(
    in range: ClosedRange<Number>, besides reserved: Set<Number> = [], from known: Number = 0
  ) -> Number? {
    var candidate = max(range.lowerBound, lowestCandidate[range.lowerBound] ?? range.lowerBound, known)
    while candidate <= range.upperBound {
      if !used.contains(candidate), !reserved.contains(candidate) { return candidate }
      guard candidate < .max else { return nil }
      candidate += 1
    }
    return nil
  }
}
