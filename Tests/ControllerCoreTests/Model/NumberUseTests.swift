import Testing

@testable import ControllerCore

@Suite("The lowest free number")
struct NumberUseTests {
  @Test("is what a search from the start would find, through any takes and returns")
  func property() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<50 {
      var use = NumberUse<UInt32>()
      var taken: Set<UInt32> = []
      let ranges: [ClosedRange<UInt32>] = [2...9, 20...24]
      use.follow(rangesFrom: ranges.map(\.lowerBound))
      for _ in 0..<200 {
        let number = UInt32.random(in: 0...30, using: &generator)
        if Bool.random(using: &generator) {
          use.insert(number)
          taken.insert(number)
        } else {
          use.remove(number)
          taken.remove(number)
        }
        let reserved: Set<UInt32> = Bool.random(using: &generator) ? [3, 20] : []
        for range in ranges + [15...30] {
          let expected = range.first { !taken.contains($0) && !reserved.contains($0) }
          #expect(use.firstFree(in: range, besides: reserved) == expected)
        }
      }
    }
  }

  @Test("does not run over the end of what numbers there are")
  func end() {
    var use = NumberUse<UInt32>()
    use.follow(rangesFrom: [.max])
    #expect(use.firstFree(in: .max ... .max) == .max)
    use.insert(.max)
    #expect(use.firstFree(in: .max ... .max) == nil)
    #expect(use.firstFree(in: (.max - 1) ... .max) == UInt32.max - 1)
  }

  @Test("may follow ranges after numbers were taken")
  func lateRange() {
    var use = NumberUse<UInt32>()
    for number in UInt32(2)...5 { use.insert(number) }
    use.follow(rangesFrom: [2])
    #expect(use.firstFree(in: 2...9) == 6)
    use.remove(3)
    #expect(use.firstFree(in: 2...9) == 3)
  }
}
