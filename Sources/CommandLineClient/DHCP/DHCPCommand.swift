import ArgumentParser

/// `alioth dhcp`: guests' addresses.
struct DHCPCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dhcp",
    abstract: "Guests' addresses: what they were told, whether one would be answered, and a server from a file.",
    subcommands: [DHCPLeasesCommand.self, DHCPProbeCommand.self, DHCPServeCommand.self])
}
