import OpenFlow
import SwitchModel
import Testing

/// The same conversations through the same connection tracking flows, in the model and in a real Open vSwitch.
@Suite(.enabled(if: DummyOpenVSwitch.isAvailable), .serialized)
struct ConntrackDifferentialTests {
  @Test("tracked packets show the state, and are translated, as in Open vSwitch")
  func tracking() throws {
    let real = try DummyOpenVSwitch()
    defer { real.stop() }
    var report = DifferenceReport()
    for set in 0..<EvaluationDifferentialTests.sets {
      let seed = EvaluationDifferentialTests.seed &* 1_000_003 &+ UInt64(set)
      var generator = TrackingFlowGenerator(random: SeededGenerator(seed: seed))
      let state = generator.state()
      do {
        try real.install(flows: state.flows.map(\.description))
      } catch {
        report.refuse(seed, error)
        continue
      }
      var packets = ConversationGenerator(random: SeededGenerator(seed: seed ^ 0xfeed))
      var memory = SwitchMemory()
      var time = ModelTime.seconds(1000)
      var story: [String] = []
      for _ in 0..<40 {
        if packets.random.chance(5) {
          let pause = packets.random.pick([20_000, 31_000, 61_000] as [UInt64])
          time = time.advanced(milliseconds: pause)
          try real.advance(milliseconds: pause)
          memory.connections.sweep(at: time)
          story.append("\(pause) ms pass")
        }
        let packet = packets.packet()
        let port = UInt32.random(in: 1..<3, using: &packets.random)
        let result = Evaluator(state).evaluate(PacketInput(packet, port: OFPort(port)), at: time, memory: &memory)
        let left = try real.receive(
          packet, on: port, expecting: result.outputs.filter { $0.port != .local }.count)
        packets.note(left.values.flatMap { $0 })
        story.append("in port \(port): \(Comparison.hex(packet))\n\(result.trace)")
        let difference = Comparison.difference(result, left)
        report.add(result, difference.map { "seed \(seed):\n\(story.suffix(6).joined(separator: "\n"))\n\($0)" })
        if difference != nil { break }
      }
    }
    report.print("connection tracking")
    #expect(report.differences.count == 0)
    #expect(report.refused == 0)
  }
}
