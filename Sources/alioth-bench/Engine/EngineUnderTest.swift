import NIOCore
import NIOPosix
import OpenFlow
import OpenFlowNIO
import Reconciler
import SwitchEngine

/// An engine on a real switch.
struct EngineUnderTest: Sendable {
  let engine: SwitchEngine<Int>
  let loop: any EventLoop
  private let running: Task<Void, Never>

  /// How many flows are handed over at once: an agent compiles a few units, hands them over, and goes on.
  private static let handOver = 1024

  /// Starts an engine, which connects and reads what is there.
  init(socket: String, options: SwitchEngineOptions = SwitchEngineOptions()) {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let engine = SwitchEngine<Int>(ownership: FlowModel.ownership, options: options, eventLoop: loop) { loop in
      try await SwitchConnection.connect(to: .unix(socket), group: loop)
    }
    self.loop = loop
    self.engine = engine
    running = Task { await engine.run() }
  }

  /// Waits until this holds of the state.
  @discardableResult
  func wait(
    until holds: @Sendable (SwitchEngineState<Int>) -> Bool
  ) async -> SwitchEngineState<Int> {
    let state = await engine.state
    if holds(state) { return state }
    for await _ in engine.changes {
      let state = await engine.state
      if holds(state) { return state }
    }
    return await engine.state
  }

  /// Compiles all units, hands them over as they come, and waits until they are in force.
  func fill(_ model: FlowModel) async throws {
    await handOver(model)
    let state = await wait { $0.isInSync || !$0.quarantined.isEmpty }
    if let (owner, quarantine) = state.quarantined.first {
      throw RawConnection.Failure(description: "unit \(owner): \(quarantine.reason)")
    }
  }

  /// Compiles all units and hands them over, between the traffic's first and last.
  func handOver(_ model: FlowModel, traffic: TrafficOptions? = nil) async {
    let traffic = traffic?.units
    if let first = traffic?.first { await engine.update([first], input: .arriving) }
    let step = max(1, EngineUnderTest.handOver / FlowModel.unitSize(model.shape))
    for start in stride(from: 0, to: model.unitCount, by: step) {
      let end = min(start + step, model.unitCount)
      await engine.update((start..<end).map { (owner: $0, flows: model.flows(of: $0)) }, input: .arriving)
    }
    await engine.update(traffic.map { [$0.last] } ?? [], input: .complete)
  }

  /// Ends it; the flows stay on the switch.
  func stop() async {
    running.cancel()
    await running.value
  }
}
