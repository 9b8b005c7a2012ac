import ArgumentParser
import NIOCore
import OpenFlow
import SwitchEngine

/// Measures how long one changed flow takes on a switch with many.
struct OneFlowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "one-flow",
    abstract: "Change one flow among many, with the engine and with a bare bundle in turn, and compare.")

  @OptionGroup var flowOptions: FlowOptions
  @OptionGroup var switchOptions: SwitchOptions
  @OptionGroup var resultOptions: ResultOptions
  @Option(help: "How many changes in one block.") var changes = 1000
  @Option(help: "How many blocks.") var blocks = 7

  func run() async throws {
    let model = flowOptions.model
    let connection = try RawConnection(unix: switchOptions.socket)
    try connection.deleteAllFlows()
    let engine = EngineUnderTest(socket: switchOptions.socket, options: switchOptions.engineOptions)
    try await engine.fill(model)
    let probe = OneFlowProbe(engine)
    let sender = RawSender(connection: connection)
    var medians = Samples(), tails = Samples(), shortMedians = Samples()
    var rawMedians = Samples(), rawTails = Samples(), engineMedians = Samples(), engineTails = Samples()
    for block in 0..<blocks {
      var raw = Samples(), own = Samples(), short = Samples()
      for change in 0..<changes {
        let number = block * changes + change
        let xid = 0x2000_0000 + UInt32(number) * 8
        let first = FlowMod.add(OneFlowCommand.flow(1, number * 2))
        raw.add(nanoseconds: try send(EncodedBundles.encode(first, xid: xid), sender))
        try await Task.sleep(for: .microseconds(200))
        let second = FlowMod.add(OneFlowCommand.flow(1, number * 2 + 1))
        short.add(nanoseconds: try send(EncodedBundles.encode([second], xid: xid + 4), sender))
        try await Task.sleep(for: .microseconds(200))
        own.add(nanoseconds: await probe.change(OneFlowCommand.flow(FlowModel.ownership.value, number)))
        try await Task.sleep(for: .microseconds(200))
      }
      print("  block \(block + 1): raw \(raw.summary); engine \(own.summary); not closed \(short.summary)")
      shortMedians.add(own.median() / short.median())
      rawMedians.add(raw.median())
      rawTails.add(raw.percentile(0.99))
      engineMedians.add(own.median())
      engineTails.add(own.percentile(0.99))
      medians.add(own.median() / raw.median())
      tails.add(own.percentile(0.99) / raw.percentile(0.99))
    }
    await engine.stop()
    try connection.deleteAllFlows()
    try resultOptions.report(
      Verdict(
        "one flow among \(model.flowCount.grouped), p50",
        "\(medians.median().text(2)) of raw [\(medians.smallest().text(2))..\(medians.largest().text(2))]; "
          + "\(engineMedians.median().duration) and \(rawMedians.median().duration); "
          + "\(shortMedians.median().text(2)) of a bundle that is not closed, as the engine sends it",
        limit: "<= 1.20 of raw", passed: medians.median() <= 1.2))
    try resultOptions.report(
      Verdict(
        "one flow among \(model.flowCount.grouped), p99",
        "\(tails.median().text(2)) of raw [\(tails.smallest().text(2))..\(tails.largest().text(2))]; "
          + "\(engineTails.median().duration) and \(rawTails.median().duration)",
        limit: "<= 2.00 of raw", passed: tails.median() <= 2))
  }

  /// A flow beside the others, in the same table, which does something else each time.
  private static func flow(_ cookie: UInt64, _ number: Int) -> Flow {
    Flow(
      table: TableID(rawValue: 20), priority: cookie == FlowModel.ownership.value ? 99 : 98, cookie: cookie,
      match: Match([.vlanVID(4001)]),
      instructions: [
        .applyActions([.popVLAN, .setField(.tunnelID(UInt64(number + 1))), .output(OFPort(rawValue: 1))])
      ])
  }

  private func send(_ bundle: [UInt8], _ sender: RawSender) throws -> UInt64 {
    let start = Clock.now()
    try sender.commit(bundle)
    return Clock.now() - start
  }
}

/// Changes flows from where the engine runs, as its user does: nothing changes threads but the switch's answer.
actor OneFlowProbe {
  private let target: EngineUnderTest

  init(_ target: EngineUnderTest) { self.target = target }

  nonisolated var unownedExecutor: UnownedSerialExecutor { target.loop.executor.asUnownedSerialExecutor() }

  /// How long it takes from telling the change until the switch has answered its commit; the flow is made before.
  func change(_ flow: Flow) async -> UInt64 {
    let start = Clock.now()
    await target.engine.update(.max - 1, flows: [flow])
    // Nothing else runs on this thread between the two, so the answer cannot come too early.
    return await target.commits.next() - start
  }
}
