import OpenFlow
import SwitchModel
import SwitchTestSupport
import Testing

/// The same flows over the wire into the model and into a real Open vSwitch, the same packets into their ports: the same
/// packets leave, and the flows and groups have counted the same.
@Suite(.enabled(if: DummyOpenVSwitch.isAvailable), .serialized, .timeLimit(.minutes(10)))
struct CountingDifferentialTests {
  private static let sets = EvaluationDifferentialTests.environment("MODEL_CASES") ?? 10
  private static let packetsPerSet = 20

  @Test("packets leave and are counted as by Open vSwitch, flow by flow")
  func counting() throws {
    let real = try DummyOpenVSwitch()
    defer { real.stop() }
    var pair = try SwitchPair(real)
    var differences: [String] = []
    var counted = 0
    for set in 0..<CountingDifferentialTests.sets {
      let seed = EvaluationDifferentialTests.seed &* 5_000_011 &+ UInt64(set)
      var generator = FlowGenerator(random: SeededGenerator(seed: seed))
      let state = generator.state()
      let groups = state.groups.values.sorted { $0.id < $1.id }
      var messages: [OpenFlowMessage] = groups.map { .groupMod(GroupMod(.add, $0)) }
      messages += state.flows.map { .flowMod(.add($0)) }
      let refused = try pair.install(messages)
      if !refused.isEmpty { differences.append("seed \(seed): refused \(refused)") }
      var packets = PacketGenerator(random: SeededGenerator(seed: seed ^ 0xfeed))
      for _ in 0..<CountingDifferentialTests.packetsPerSet {
        let packet = packets.packet()
        let port = UInt32.random(in: 1..<5, using: &packets.random)
        let difference: String?
        do {
          difference = try pair.comparePacket(packet, on: port, real)
        } catch {
          Issue.record("seed \(seed), in port \(port): \(Comparison.hex(packet)): \(error)")
          throw error
        }
        if let difference {
          differences.append("seed \(seed): in port \(port): \(Comparison.hex(packet)): \(difference)")
        }
      }
      _ = try real.command("revalidator/purge", [])
      let counts = try pair.compareCounts()
      counted += counts.packets
      differences += counts.differences.map { "seed \(seed): \($0)" }
      try pair.clean()
    }
    print(
      "counting, seed \(EvaluationDifferentialTests.seed): \(CountingDifferentialTests.sets) sets, "
        + "\(counted) packets counted, \(differences.count) differences")
    for difference in differences.prefix(10) { print(difference) }
    #expect(differences.count == 0)
    #expect(counted > 0)
  }
}

extension SwitchPair {
  /// Sends messages that are to be taken; the errors of both.
  mutating func install(_ messages: [OpenFlowMessage]) throws -> [String] {
    let bytes = try messages.enumerated().map { try $1.encode(xid: UInt32($0 + 1)) }
    let client = try BlockingClient(socket)
    let id = open()
    let replies = try client.exchange(bytes) + exchange(bytes, id)
    _ = handle(.closed(id))
    return replies.compactMap {
      guard case .error(let error)? = try? OpenFlowMessage.decode($0).message else { return nil }
      let message = bytes.indices.contains(Int(error.xid) - 1) ? Comparison.hex(bytes[Int(error.xid) - 1]) : ""
      return "\(error) to message \(error.xid) \(message)"
    }
  }

  /// Puts a packet into both; what is different of what leaves, with both traces.
  mutating func comparePacket(_ packet: [UInt8], on port: UInt32, _ real: DummyOpenVSwitch) throws -> String? {
    let input = PacketInput(packet, port: OFPort(port))
    let before = model
    var left: [UInt32: [[UInt8]]] = [:]
    for case .output(let output) in handle(.packet(input)) where output.port != .local {
      left[output.port.rawValue, default: []].append(output.bytes)
    }
    let expected = left.values.reduce(0) { $0 + $1.count }
    let really = try real.receive(packet, on: port, expecting: expected)
    guard really != left else { return nil }
    let trace = before.evaluate(input, at: .zero).trace.description
    let ports = Set(really.keys).union(left.keys).sorted().filter { really[$0] != left[$0] }
    let packets = ports.map { port in
      let (real, model) = (really[port] ?? [], left[port] ?? [])
      return "port \(port)\n  real:  \(real.map(Comparison.hex))\n  model: \(model.map(Comparison.hex))\n"
    }
    return packets.joined() + trace + "\n"
      + Comparison.readable(try real.trace(packet, on: port))
  }

  /// What flows and groups have counted in both, and what is different.
  mutating func compareCounts() throws -> (packets: Int, differences: [String]) {
    let questions = [
      Raw.multipart(1, xid: 1, [255, 0, 0, 0] + Raw.number(UInt64.max, 8) + Raw.number(0, 20) + Raw.match([])),
      Raw.multipart(6, xid: 2, Raw.number(0xffff_fffc as UInt32, 4) + Raw.number(0, 4)),
    ]
    let client = try BlockingClient(socket)
    let id = open()
    let real = CountText.lines(try client.exchange(questions))
    let model = CountText.lines(exchange(questions, id))
    _ = handle(.closed(id))
    let differences = Set(real.lines).symmetricDifference(model.lines).sorted()
    return (real.packets, differences)
  }

  /// Empties both.
  mutating func clean() throws {
    let client = try BlockingClient(socket)
    let id = open()
    // Connections too: those of every zone and protocol.
    let cleaning = MessageGenerator.cleaning(xid: 1) + [Raw.nicira(32, xid: 2, Raw.number(0, 8))]
    _ = try client.exchange(cleaning)
    _ = exchange(cleaning, id)
    _ = handle(.closed(id))
  }
}

/// What was counted, a line each.
private enum CountText {
  static func lines(_ replies: [[UInt8]]) -> (lines: [String], packets: Int) {
    var lines: [String] = []
    var packets = 0
    for reply in replies {
      guard case .multipartReply(let part)? = try? OpenFlowMessage.decode(reply).message else { continue }
      switch try? part.answer() {
      case .flows(let flows):
        lines += flows.map { "\($0.flow.key) cookie \($0.flow.cookie): \($0.packets) packets, \($0.bytes) bytes" }
        packets += flows.reduce(0) { $0 + Int($1.packets) }
      case .groups(let groups):
        lines += groups.map { "group \($0.group): \($0.total), \($0.buckets.map { "\($0.packets)/\($0.bytes)" })" }
      default: break
      }
    }
    return (lines, packets)
  }
}
