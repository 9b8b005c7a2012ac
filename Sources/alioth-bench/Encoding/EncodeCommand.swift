import ArgumentParser
import OpenFlow
import Reconciler

/// Measures how fast flows become messages, on one core and without a switch.
struct EncodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode", abstract: "Encode flows into bundles, and count time and allocations.")

  @OptionGroup var flowOptions: FlowOptions
  @OptionGroup var resultOptions: ResultOptions
  @Option(help: "How many flows go into one bundle.") var bundleSize = 2048
  @Option(help: "How often all flows are encoded.") var runs = 15

  func run() throws {
    guard Allocations.areCounted else { throw RawConnection.Failure(description: "allocations are not counted") }
    let model = flowOptions.model
    let flows = (0..<model.unitCount).flatMap { model.flows(of: $0) }
    try measure("\(model.shape.rawValue), from values", flows.count) { encodeValues(flows, bundleSize) }
    let store = StoredFlows(model, bundleSize)
    try measure("\(model.shape.rawValue), from the store", flows.count) { store.encode() }
  }

  /// One pass to warm up; the others count. The time is the thread's own, as others may have the core meanwhile.
  private func measure(_ name: String, _ count: Int, _ encode: () -> Int) throws {
    var nanoseconds = Samples(), allocations = Samples()
    var bytes = encode()
    for _ in 0..<runs {
      let before = Allocations.count
      let start = Clock.threadCPU()
      bytes = encode()
      nanoseconds.add(Double(Clock.threadCPU() - start) / Double(count))
      allocations.add(Double(Allocations.count - before) / Double(count))
    }
    let rate = 1e9 / nanoseconds.median()
    let each = allocations.median()
    try resultOptions.report(
      Verdict(
        "encode \(name)",
        "\((rate / 1e6).text(1)) M flow mods/s, \(nanoseconds.median().text(0)) ns; \(each.text(4)) allocations, "
          + "\((Double(bytes) / Double(count)).text()) bytes a flow",
        limit: ">= 5.0 M/s, 0 a flow", passed: rate >= 5e6 && each < 0.01))
  }
}

/// From flow values to bundles. Returns how many bytes there are.
@inline(never)
private func encodeValues(_ flows: [Flow], _ bundleSize: Int) -> Int {
  var bytes = 0
  var body: [UInt8] = []
  var start = 0
  while start < flows.count {
    let end = min(start + bundleSize, flows.count)
    var builder = BundleBuilder(firstXID: 0x1000_0000)
    for index in start..<end {
      body.removeAll(keepingCapacity: true)
      FlowBody.append(flows[index], to: &body)
      builder.append(.flowMod, body: body[...])
    }
    bytes += builder.finish().byteCount
    start = end
  }
  return bytes
}

/// Flows as the engine keeps them, all of them about to be sent.
private struct StoredFlows {
  private var reconciler = FlowReconciler<Int>(ownership: FlowModel.ownership)
  private var batches: [FlowReconciler<Int>.Batch] = []

  init(_ model: FlowModel, _ bundleSize: Int) {
    reconciler.loadInstalled([])
    for unit in 0..<model.unitCount { reconciler.setDesired(model.flows(of: unit), for: unit) }
    while let batch = reconciler.nextBatch(limit: bundleSize) { batches.append(batch) }
  }

  @inline(never)
  func encode() -> Int {
    batches.reduce(0) { $0 + reconciler.encode($1, firstXID: 0x1000_0000).byteCount }
  }
}

extension EncodedBundle {
  /// Counted, so that nothing of the encoding can be left out as unused.
  fileprivate var byteCount: Int { bytes.count }
}
