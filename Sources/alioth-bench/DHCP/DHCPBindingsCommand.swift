import ArgumentParser

/// Prints what a server has to know of the guests that `dhcp-load` plays.
struct DHCPBindingsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dhcp-bindings", abstract: "Print the guests' addresses as a DHCP server reads them.")

  @Option(help: "How many guests have an address.") var count = 1000
  @Option(help: "For whom: alioth, kea or dnsmasq.") var format = BindingsFormat.alioth
  @Option(help: "The interface that the server is to listen on.") var interface = "eth0"

  func validate() throws { try BenchNetwork.validate(count: count) }

  func run() { print(format.text(count: count, interface: interface)) }
}
