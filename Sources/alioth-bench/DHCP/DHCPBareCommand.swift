import ArgumentParser
import CDHCPBare

/// Runs the responder in C that all others are measured by.
struct DHCPBareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dhcp-bare", abstract: "Answer DHCPv4 with canned replies, as fast as plain C does on libpcap.")

  @Option(help: "The interface that guests are on.") var interface: String

  func run() throws {
    var error = [CChar](repeating: 0, count: 512)
    guard dhcp_bare_run(interface, &error, UInt(error.count)) == 0 else {
      let text = String(decoding: error.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw RawConnection.Failure(description: "the bare responder stopped: \(text)")
    }
  }
}
