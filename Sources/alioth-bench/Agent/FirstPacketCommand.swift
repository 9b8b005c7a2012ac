import ArgumentParser
import GoalState
import OpenFlow
import PacketFormats

/// Measures how long the first packet to a neighbor waits that the host has to ask for.
struct FirstPacketCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent-first-packet",
    abstract: "Have a guest send to one unknown neighbor after the other, with a controller that answers at once.")

  @OptionGroup var agentOptions: AgentOptions
  @OptionGroup var switchOptions: SwitchOptions
  @OptionGroup var resultOptions: ResultOptions
  @Option(help: "How many neighbors are sent to.") var neighbors = 400

  func run() async throws {
    let agent = try await AgentUnderTest(
      agentOptions, holding: BenchGoal.base(asking: true) + [BenchGoal.port(0)]
    ) { ask in
      if case .mac(let mac) = ask.target { BenchGoal.neighbor(having: mac) } else { nil }
    }
    // An update that changes nothing is in force when what came before it is.
    try await agent.change([])
    let port = try OFPort(rawValue: UInt32(AgentStatus(of: agent.agentSocket).number("ofport")))
    let connection = try RawConnection(unix: switchOptions.socket)
    let bare = try BareBundle(socket: switchOptions.socket)
    var bareTimes = Samples()
    for number in 0..<neighbors {
      // Slower than a port may ask.
      try await Task.sleep(for: .milliseconds(25))
      bareTimes.add(nanoseconds: try bare.send())
      let packet = PacketOut(inPort: port, actions: [.output(.table)], data: frame(to: number))
      try connection.write(OpenFlowMessage.packetOut(packet).encode(xid: 7))
    }
    try await Task.sleep(for: .seconds(1))
    let status = try AgentStatus(of: agent.agentSocket)
    let released = try status.number("neighbor_packets_released")
    let (median, high) = (try status.number("neighbor_wait_p50_us"), try status.number("neighbor_wait_p99_us"))
    await agent.stop()
    try bare.remove()
    try resultOptions.report(
      Verdict(
        "first packet to a neighbor on demand, ask to released, p50",
        "\((Double(median) * 1e3).duration), p99 \((Double(high) * 1e3).duration) of \(released) released of \(neighbors) "
          + "sent; a bare bundle of one flow meanwhile \(bareTimes.median().duration)",
        limit: "<= 2 ms", passed: median <= 2000 && released == neighbors))
  }

  private func frame(to number: Int) -> [UInt8] {
    var frame: [UInt8] = []
    EthernetHeader(
      destination: BenchGoal.neighborMAC(number), source: BenchGoal.portMAC(0), etherType: .ipv4
    ).write(to: &frame)
    IPv4Header(source: BenchGoal.portAddress(0), destination: BenchGoal.neighborAddress(number), protocol: .udp)
      .write(to: &frame, payloadLength: 26)
    return frame + [0, 9, 0, 9, 0, 26, 0, 0] + [UInt8](repeating: 0, count: 18)
  }
}
