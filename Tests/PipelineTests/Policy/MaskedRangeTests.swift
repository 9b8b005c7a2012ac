import Testing

@testable import Pipeline

@Suite("Ranges as values with masks")
struct MaskedRangeTests {
  private func texts(_ range: ClosedRange<UInt16>) -> [String] {
    MaskedRange.parts(of: range).map { "\($0.value)/\(String($0.mask, radix: 16))" }
  }

  @Test("a range is the fewest blocks of powers of two")
  func known() {
    #expect(texts(80...80) == ["80/ffff"])
    #expect(texts(8000...8007) == ["8000/fff8"])
    #expect(texts(0...65535) == ["0/0"])
    #expect(texts(1...65535).count == 16)
    #expect(texts(1...65534).count == 30)
    #expect(
      texts(80...443) == ["80/fff0", "96/ffe0", "128/ff80", "256/ff80", "384/ffe0", "416/fff0", "432/fff8", "440/fffc"])
    #expect(texts(65535...65535) == ["65535/ffff"])
  }

  @Test("every number of a range is in exactly one block, and none beside", arguments: 1...200 as ClosedRange<UInt64>)
  func exact(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let ends = [UInt16.random(in: 0...65535, using: &random), UInt16.random(in: 0...65535, using: &random)].sorted()
    let range = ends[0]...ends[1]
    let parts = MaskedRange.parts(of: range)
    #expect(parts.reduce(0) { $0 + Int(~$1.mask) + 1 } == range.count, "seed \(seed)")
    for part in parts {
      #expect(part.value & ~part.mask == 0, "seed \(seed): \(part)")
      #expect(range.contains(part.value) && range.contains(part.value | ~part.mask), "seed \(seed): \(part)")
    }
  }
}
