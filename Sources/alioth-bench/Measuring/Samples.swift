/// Measured values, to be asked for what is typical and what is worst.
struct Samples: Sendable {
  private var values: [Double] = []
  private var isSorted = true

  init(_ values: [Double] = []) {
    self.values = values
    isSorted = false
  }

  var count: Int { values.count }
  var isEmpty: Bool { values.isEmpty }

  mutating func add(_ value: Double) {
    values.append(value)
    isSorted = false
  }

  mutating func add(nanoseconds: UInt64) { add(Double(nanoseconds)) }

  /// The smallest value that at least this share of the values does not exceed; 0 when there are none.
  mutating func percentile(_ share: Double) -> Double {
    if !isSorted {
      values.sort()
      isSorted = true
    }
    guard !values.isEmpty else { return 0 }
    let rank = (share * Double(values.count)).rounded(.up)
    return values[max(0, min(values.count - 1, Int(rank) - 1))]
  }

  mutating func median() -> Double {
    guard values.count > 1, values.count.isMultiple(of: 2) else { return percentile(0.5) }
    _ = percentile(0.5)
    return (values[values.count / 2 - 1] + values[values.count / 2]) / 2
  }

  mutating func smallest() -> Double { percentile(0) }
  mutating func largest() -> Double { percentile(1) }
}
