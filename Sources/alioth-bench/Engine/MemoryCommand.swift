import ArgumentParser
import CBench
import Glibc
import SwitchEngine

/// Measures what a flow costs in memory, in a process that has done nothing else before.
struct MemoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memory", abstract: "Fill the switch with the engine and tell by how much this process has grown.")

  @OptionGroup var flowOptions: FlowOptions
  @OptionGroup var switchOptions: SwitchOptions
  @OptionGroup var resultOptions: ResultOptions

  func run() async throws {
    let model = flowOptions.model
    try RawConnection(unix: switchOptions.socket).deleteAllFlows()
    let engine = EngineUnderTest(socket: switchOptions.socket, options: switchOptions.engineOptions)
    await engine.wait { $0.flowsInstalled != nil }
    // A unit made and dropped: what the first one loads for good is not a cost of flows.
    _ = model.flows(of: 0)
    let before = ProcessFigures().residentBytes
    try await engine.fill(model)
    try await Task.sleep(for: .milliseconds(200))
    let after = ProcessFigures().residentBytes
    malloc_trim(0)
    let trimmed = ProcessFigures().residentBytes
    let state = await engine.engine.state
    await engine.stop()
    try RawConnection(unix: switchOptions.socket).deleteAllFlows()
    guard state.flowsInstalled == model.flowCount else {
      throw RawConnection.Failure(description: "\(state.flowsInstalled ?? 0) flows installed of \(model.flowCount)")
    }
    let each = Double(after - before) / Double(model.flowCount)
    try resultOptions.report(
      Verdict(
        "memory, \(model.flowCount.grouped) flows, \(model.shape.rawValue)",
        "\(each.text()) bytes RSS a flow, desired and installed; of these \(Double(trimmed - before).perFlow(model)) "
          + "in use; process \((Double(before) / 1e6).text(1)) MB before",
        limit: "<= 300 bytes", passed: each <= 300))
  }
}

extension Double {
  fileprivate func perFlow(_ model: FlowModel) -> String { (self / Double(model.flowCount)).text() }
}
