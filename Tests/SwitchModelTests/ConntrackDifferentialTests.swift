import OpenFlow
import SwitchModel
import SwitchTestSupport
import Testing

/// The same conversations through the same connection tracking flows, in the model and in a real Open vSwitch.
@Suite(.enabled(if: DummyOpenVSwitch.isAvailable), .serialized)
struct ConntrackDifferentialTests {
  @Test("tracked packets show the state, and are translated, as in Open vSwitch")
  func tracking() throws {
    var real = try DummyOpenVSwitch()
    defer { real.stop() }
    var report = DifferenceReport()
    for seed in EvaluationDifferentialTests.sets {
      do {
        try converse(seed, real, &report)
      } catch let failure as DummyOpenVSwitch.Failure where failure.hasEnded {
        // Its connection tracking has mistakes of its own, which are not the model's: another one goes on.
        report.end(seed, failure)
        real.stop()
        real = try DummyOpenVSwitch()
      }
    }
    report.print("connection tracking")
    #expect(report.differences.count == 0)
    #expect(report.refused == 0)
    #expect(report.ended * 10 <= EvaluationDifferentialTests.sets.count)
  }

  /// Sends the packets of one set of flows into both, up to the first difference.
  private func converse(_ seed: UInt64, _ real: DummyOpenVSwitch, _ report: inout DifferenceReport) throws {
    var generator = TrackingFlowGenerator(random: SeededGenerator(seed: seed))
    let state = generator.state()
    do {
      try real.install(flows: state.flows.map(\.description))
    } catch {
      // Whether it is there at all.
      _ = try real.command("version", [])
      report.refuse(seed, error)
      return
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
      let left = try real.receive(packet, on: port, expecting: result.outputs.filter { $0.port != .local }.count)
      packets.note(left.values.flatMap { $0 })
      story.append("in port \(port): \(Comparison.hex(packet))\n\(result.trace)")
      let difference = Comparison.difference(result, left)
      report.add(result, difference.map { "seed \(seed):\n\(story.suffix(6).joined(separator: "\n"))\n\($0)" })
      if difference != nil { break }
    }
  }
}
