import Glibc
import OpenFlow
import SwitchModel
import Testing

/// The same random flows and packets, in the model and in a real Open vSwitch.
@Suite(.enabled(if: DummyOpenVSwitch.isAvailable), .serialized)
struct EvaluationDifferentialTests {
  /// How many sets of flows there are; MODEL_CASES says another number, MODEL_SEED another seed.
  static let sets = environment("MODEL_CASES") ?? 12
  static let packetsPerSet = 25
  static let seed = UInt64(environment("MODEL_SEED") ?? 1)

  static func environment(_ name: String) -> Int? {
    getenv(name).flatMap { Int(String(cString: $0)) }
  }

  @Test("packets leave as they leave Open vSwitch, and match the same flows")
  func forwarding() throws {
    let real = try DummyOpenVSwitch()
    defer { real.stop() }
    var compared = 0
    var refused = 0
    var outputs = 0
    var matched = 0
    var differences: [String] = []
    for set in 0..<EvaluationDifferentialTests.sets {
      let seed = EvaluationDifferentialTests.seed &* 1_000_003 &+ UInt64(set)
      var generator = FlowGenerator(random: SeededGenerator(seed: seed))
      let state = generator.state()
      do {
        try real.install(
          flows: state.flows.map(\.commandText),
          groups: state.groups.values.sorted { $0.id < $1.id }.map(\.text))
      } catch {
        refused += 1
        print("seed \(seed): \(error)")
        continue
      }
      var packets = PacketGenerator(random: SeededGenerator(seed: seed ^ 0xfeed))
      var memory = SwitchMemory()
      for _ in 0..<EvaluationDifferentialTests.packetsPerSet {
        let packet = packets.packet()
        let port = UInt32.random(in: 1..<5, using: &packets.random)
        let result = Evaluator(state).evaluate(PacketInput(packet, port: OFPort(port)), at: .zero, memory: &memory)
        let left = try real.receive(packet, on: port)
        let trace = try real.trace(packet, on: port)
        compared += 1
        outputs += result.outputs.count
        matched += result.matched.count
        if let difference = Comparison.difference(result, left) ?? Comparison.pathDifference(result, trace) {
          differences.append(
            "seed \(seed): \(difference)\nin port \(port): \(Comparison.hex(packet))\n\(result.trace)\n\(Comparison.readable(trace))"
          )
        }
      }
    }
    print(
      "seed \(EvaluationDifferentialTests.seed): \(compared) packets compared, \(outputs) left, \(matched) flows matched, \(refused) sets of flows refused, \(differences.count) differences"
    )
    for difference in differences.prefix(3) { print(difference) }
    #expect(differences.count == 0)
    #expect(refused == 0)
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

  /// What is different of the flows that were matched, by their cookies; Open vSwitch's are read from a trace.
  static func pathDifference(_ result: Evaluation, _ trace: String) -> String? {
    let real = readable(trace).split(separator: "\n").flatMap { line -> [UInt64] in
      guard let range = line.firstRange(of: "cookie 0x"), !line.contains("restored state") else { return [] }
      return UInt64(line[range.upperBound...].prefix { $0.isHexDigit }, radix: 16).map { [$0] } ?? []
    }
    let model = result.trace.lines.compactMap(\.cookie)
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
