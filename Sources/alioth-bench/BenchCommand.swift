import ArgumentParser

/// What `make bench` is made of: every figure is a command of its own, so that each can be looked into by itself.
@main
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alioth-bench",
    abstract: "Measures the agent, its switch engine and DHCP servers, side by side with the least that could be done.",
    subcommands: [
      ColdStartCommand.self, EchoDuringStartCommand.self, EncodeCommand.self, OneFlowCommand.self, RunCommand.self,
      MemoryCommand.self, IdleCommand.self, FlowsCommand.self, RawSendCommand.self, EchoCommand.self,
      StreamCommand.self, AwaitListeningCommand.self, RecordCommand.self, ReportCommand.self,
      DHCPLoadCommand.self, DHCPFloodCommand.self, DHCPBareCommand.self, DHCPBindingsCommand.self,
      DHCPVerdictsCommand.self, DHCPEngineCommand.self, CompileCommand.self, NeighborsCommand.self,
      AlcorStreamCommand.self, BootCommand.self, EncodeGoalStateCommand.self, DecodeGoalStateCommand.self,
      PortChangeCommand.self,
      MemberChangeCommand.self,
      FirstPacketCommand.self, DatagramEchoCommand.self,
      DatagramLoadCommand.self, ManyAgentsCommand.self,
    ])
}
