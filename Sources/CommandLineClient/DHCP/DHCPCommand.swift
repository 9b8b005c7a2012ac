import ArgumentParser

/// `alioth dhcp`: guests' addresses.
struct DHCPCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dhcp",
    abstract: "Guests' addresses: serve them from a file, without a controller or a switch.",
    subcommands: [DHCPServeCommand.self])
}
