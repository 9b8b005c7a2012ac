import ArgumentParser

/// What `make bench` is made of: every figure is a command of its own, so that each can be looked into by itself.
@main
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alioth-bench",
    abstract: "Measures the switch engine against a real Open vSwitch, side by side with the least that could be done.",
    subcommands: [
      FlowsCommand.self, RawSendCommand.self, EchoCommand.self, EncodeCommand.self, StreamCommand.self,
      OneFlowCommand.self, ColdStartCommand.self, ReportCommand.self,
    ])
}
