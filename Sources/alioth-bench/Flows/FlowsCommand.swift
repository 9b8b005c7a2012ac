import ArgumentParser
import OpenFlow

/// Which flows are measured with, and how many.
struct FlowOptions: ParsableArguments {
  @Option(help: "The shape of the flows: l2, sg or neighbors.")
  var shape = FlowShape.l2

  @Option(help: "How many flows.")
  var flows = 100_000

  var model: FlowModel { FlowModel(shape, flowCount: flows) }
}

/// Prints the flows.
struct FlowsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flows", abstract: "Print the flows as ovs-ofctl add-flows reads them.")

  @OptionGroup var options: FlowOptions

  func run() throws {
    let model = options.model
    for unit in 0..<model.unitCount {
      print(model.flows(of: unit).map(FlowModel.line).joined(separator: "\n"))
    }
  }
}
