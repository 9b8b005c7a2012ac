import Glibc
import OpenFlow
import SwitchModel
import SwitchTestSupport
import Testing

/// The same random flows and packets, in the model and in a real Open vSwitch.
@Suite(.enabled(if: DummyOpenVSwitch.isAvailable), .serialized)
struct EvaluationDifferentialTests {
  /// What the random sets of flows come from; MODEL_SEED says a single other one, MODEL_CASES another number of sets for
  /// each.
  static let seeds: [UInt64] = environment("MODEL_SEED").map { [UInt64(clamping: $0)] } ?? [1, 2, 3, 4, 5]
  static let setsPerSeed = environment("MODEL_CASES") ?? 8
  static let packetsPerSet = 25
  /// Where one seed is enough.
  static var seed: UInt64 { seeds.first ?? 1 }

  /// The seeds of all sets.
  static let sets: [UInt64] = seeds.flatMap { seed in (0..<setsPerSeed).map { seed &* 1_000_003 &+ UInt64($0) } }

  static func environment(_ name: String) -> Int? {
    getenv(name).flatMap { Int(String(cString: $0)) }
  }

  @Test("packets leave as they leave Open vSwitch, and match the same flows")
  func forwarding() throws {
    let real = try DummyOpenVSwitch()
    defer { real.stop() }
    var report = DifferenceReport()
    for seed in EvaluationDifferentialTests.sets {
      var generator = FlowGenerator(random: SeededGenerator(seed: seed))
      let state = generator.state()
      do {
        try real.install(
          flows: state.flows.map(\.description),
          groups: state.groups.values.sorted { $0.id < $1.id }.map(\.description))
      } catch {
        report.refuse(seed, error)
        continue
      }
      var packets = PacketGenerator(random: SeededGenerator(seed: seed ^ 0xfeed))
      var memory = SwitchMemory()
      for _ in 0..<EvaluationDifferentialTests.packetsPerSet {
        let packet = packets.packet()
        let port = UInt32.random(in: 1..<5, using: &packets.random)
        let result = Evaluator(state).evaluate(PacketInput(packet, port: OFPort(port)), at: .zero, memory: &memory)
        let trace: String
        let left: [UInt32: [[UInt8]]]
        do {
          trace = try real.trace(packet, on: port)
          left = try real.receive(packet, on: port, expecting: result.outputs.filter { $0.port != .local }.count)
        } catch {
          Issue.record("seed \(seed): in port \(port): \(Comparison.hex(packet))\n\(result.trace)\n\(error)")
          throw error
        }
        let difference = Comparison.difference(result, left) ?? Comparison.pathDifference(result, trace)
        report.add(
          result,
          difference.map {
            "seed \(seed): \($0)\nin port \(port): \(Comparison.hex(packet))\n\(result.trace)\n"
              + Comparison.readable(trace)
          })
      }
    }
    report.print("forwarding")
    #expect(report.differences.count == 0)
    #expect(report.refused == 0)
  }
}

/// What a differential test found.
struct DifferenceReport {
  private var compared = 0
  private var outputs = 0
  private var matched = 0
  private(set) var refused = 0
  private(set) var ended = 0
  private(set) var differences: [String] = []

  mutating func add(_ result: Evaluation, _ difference: String?) {
    compared += 1
    outputs += result.outputs.count
    matched += result.matched.count
    if let difference { differences.append(difference) }
  }

  /// Open vSwitch refused a set of flows: a mistake of the generator.
  mutating func refuse(_ seed: UInt64, _ error: any Error) {
    refused += 1
    Swift.print("seed \(seed): \(error)")
  }

  /// Open vSwitch has ended itself.
  mutating func end(_ seed: UInt64, _ error: any Error) {
    ended += 1
    Swift.print("seed \(seed): \(error)")
  }

  func print(_ name: String) {
    Swift.print(
      "\(name), seeds \(EvaluationDifferentialTests.seeds): \(compared) packets compared, \(outputs) left, "
        + "\(matched) flows matched, \(refused) sets refused, \(ended) ended by Open vSwitch, \(differences.count) differences"
    )
    for difference in differences.prefix(2) { Swift.print(difference) }
    for difference in differences.dropFirst(2) {
      Swift.print(difference.split(separator: "\n").suffix(2).joined(separator: "\n"))
    }
  }
}

/// What the model and Open vSwitch made of a packet, side by side.
enum Comparison {
  /// What is different of the packets that left, if anything. The order of those of one port counts.
  static func difference(_ result: Evaluation, _ real: [UInt32: [[UInt8]]]) -> String? {
    var model: [UInt32: [[UInt8]]] = [:]
    for output in result.outputs where output.port != .local {
      model[output.port.rawValue, default: []].append(output.bytes)
    }
    guard model != real else { return nil }
    return "model: \(text(model))\nreal:  \(text(real))"
  }

  /// What is different of the flows that were matched, by their cookies; Open vSwitch's are read from a trace, which does
  /// not follow a packet that is parsed again.
  static func pathDifference(_ result: Evaluation, _ trace: String) -> String? {
    let real = readable(trace).split(separator: "\n").flatMap { line -> [UInt64] in
      guard let range = line.firstRange(of: "cookie 0x"), !line.contains("restored state") else { return [] }
      return UInt64(line[range.upperBound...].prefix { $0.isHexDigit }, radix: 16).map { [$0] } ?? []
    }
    let model = result.trace.lines.prefix { $0.kind != .resumed }.compactMap(\.cookie)
    return model == real ? nil : "flows in the model: \(model)\nflows in Open vSwitch: \(real)"
  }

  static func readable(_ trace: String) -> String {
    trace.replacing("\\n", with: "\n")
  }

  private static func text(_ packets: [UInt32: [[UInt8]]]) -> String {
    packets.sorted { $0.key < $1.key }.map { "\($0.key): " + $0.value.map(hex).joined(separator: ", ") }
      .joined(separator: "; ")
  }

  static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
