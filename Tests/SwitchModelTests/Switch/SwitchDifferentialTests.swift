import OpenFlow
import SwitchModel
import SwitchTestSupport
import Testing

/// The same random messages to the model and to a real Open vSwitch: the same answers and errors in the same order, and
/// the same flows, groups and meters afterwards.
@Suite(.enabled(if: DummyOpenVSwitch.isAvailable), .serialized, .timeLimit(.minutes(10)))
struct SwitchDifferentialTests {
  /// How many sequences there are, and of how many messages.
  static let sequences = (EvaluationDifferentialTests.environment("MODEL_CASES") ?? 10) * 20
  static let length = 25

  @Test("messages are answered and refused as by Open vSwitch, and leave the same behind")
  func messages() throws {
    let real = try DummyOpenVSwitch()
    defer { real.stop() }
    var pair = try SwitchPair(real)
    var differences: [String] = []
    var compared = 0
    for index in 0..<SwitchDifferentialTests.sequences {
      let seed = EvaluationDifferentialTests.seed &* 1_000_003 &+ UInt64(index)
      var generator = MessageGenerator(seed: seed, addresses: pair.addresses)
      let messages = generator.sequence(SwitchDifferentialTests.length)
      compared += messages.count
      differences += try pair.compare(messages).map { "seed \(seed): \($0)" }
    }
    print(
      "messages, seed \(EvaluationDifferentialTests.seed): \(SwitchDifferentialTests.sequences) sequences, "
        + "\(compared) messages, \(pair.errors) errors, \(pair.flows) flows listed, \(differences.count) differences")
    for difference in differences.prefix(40) { print(difference) }
    #expect(differences.count == 0)
    #expect(pair.errors > 0 && pair.flows > 0)
  }
}

extension SwitchDifferentialTests {
  @Test("who listens and monitors is told the same as by Open vSwitch, at once and when timeouts are over")
  func listening() throws {
    let real = try DummyOpenVSwitch()
    defer { real.stop() }
    var pair = try SwitchPair(real)
    var differences: [String] = []
    for index in 0..<SwitchDifferentialTests.sequences / 10 {
      let seed = EvaluationDifferentialTests.seed &* 7_000_003 &+ UInt64(index)
      var generator = MessageGenerator(seed: seed, addresses: pair.addresses)
      let messages = generator.sequence(SwitchDifferentialTests.length)
      let watching = [generator.monitor(1), generator.monitor(2)]
      differences += try pair.compareTelling(messages, watching: watching, real).map { "seed \(seed): \($0)" }
    }
    print(
      "listening, seed \(EvaluationDifferentialTests.seed): \(SwitchDifferentialTests.sequences / 10) sequences, "
        + "\(pair.told) messages told, \(differences.count) differences")
    for difference in differences.prefix(20) { print(difference) }
    #expect(differences.count == 0)
    #expect(pair.told > 0)
  }
}
