import ArgumentParser
import DHCP
import DHCPServer
import Daemon
import Dispatch
import Glibc
import Logging
import NetworkTypes
import PacketCapture

/// `alioth dhcp serve`: the node's responder alone.
struct DHCPServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Answer DHCP on an interface, from a file of reservations.",
    discussion: """
      The guests are told by their MAC addresses: each gets what the file has for it, and a MAC address that is not in \
      the file gets nothing. SIGHUP reads the file again; a file that cannot be read leaves everything as it was. \
      Ctrl-C ends it, with the counts on standard error.

      The interface needs no address. Where it has the server's, the host answers ARP for it, which renewals by \
      unicast need.
      """)

  @Option(name: .shortAndLong, help: ArgumentHelp("Where the guests are.", valueName: "interface"))
  var interface: String
  @Option(
    name: .shortAndLong, help: ArgumentHelp("The reservations, as YAML; see docs/dhcp.md.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var bindings: String
  @Option(
    help: ArgumentHelp("How many messages of one guest are looked at in a second; 0 for all.", valueName: "count"))
  var rateLimit = DHCPRateLimit.standard.perSecond
  @Option(help: "What is logged.") var logLevel = LogLevel.info

  enum LogLevel: String, CaseIterable, ExpressibleByArgument {
    case error, warning, info, debug
  }

  func validate() throws {
    guard (0...1_000_000).contains(rateLimit) else { throw ValidationError("--rate-limit must be from 0 to 1000000.") }
  }

  func run() async throws {
    let console = Console.current
    let serverMAC = try hardwareAddress(of: interface)
    let table = DHCPTable(key: .source)
    let publisher = DHCPFilePublisher(table: table, path: bindings, serverMAC: serverMAC)
    let count = try publisher.publish()
    var reader = try ConfigurationReader(text: "log: {level: \(logLevel.rawValue)}", file: "command line")
    try LogConfiguration(&reader).bootstrap()
    let logger = Logger(label: "dhcp")
    logger.info("reservations", metadata: ["file": "\(bindings)", "count": "\(count)"])
    let limit = DHCPRateLimit(perSecond: rateLimit, burst: rateLimit * 3)
    // A client that renews by unicast from a kernel's socket takes "port unreachable" for an end; a socket on the port
    // that nobody reads keeps the host from saying so.
    let silence = UnreadSocket(port: 67, interface: interface)
    let server = DHCPServer(
      table: table, options: DHCPServer.Options(interface: interface, rateLimit: limit), logger: logger)
    let running = Task { await server.run() }
    await serve(publisher, logger) { running.cancel() }
    await running.value
    withExtendedLifetime(silence) {}
    console.noteLine(summary(server.counters))
  }

  /// Until a signal ends it.
  private func serve(_ publisher: DHCPFilePublisher, _ logger: Logger, stop: @escaping @Sendable () -> Void) async {
    let signals = SignalStream([SIGINT, SIGTERM, SIGHUP])
    defer { withExtendedLifetime(signals) {} }
    for await number in signals.numbers {
      guard number == SIGHUP else { break }
      do {
        let count = try publisher.publish()
        logger.info("reservations read again", metadata: ["file": "\(bindings)", "count": "\(count)"])
      } catch {
        logger.error("reservations not read: the old ones stay", metadata: ["reason": "\(error)"])
      }
    }
    stop()
  }

  private func summary(_ counters: DHCPCounters) -> String {
    let replies = counters.replies.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key)" }
    let drops = counters.drops.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key.rawValue)" }
    var parts = [replies.isEmpty ? "nothing answered" : "answered with " + replies.joined(separator: ", ")]
    let replies6 = counters.repliesV6.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key)" }
    if !replies6.isEmpty { parts.append("over IPv6 with " + replies6.joined(separator: ", ")) }
    if counters.advertisements > 0 { parts.append("\(counters.advertisements) router advertisements") }
    let drops6 = counters.dropsV6.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key.rawValue)" }
    if !drops6.isEmpty { parts.append("dropped over IPv6 " + drops6.joined(separator: ", ")) }
    if !drops.isEmpty { parts.append("dropped " + drops.joined(separator: ", ")) }
    if counters.strays > 0 { parts.append("\(counters.strays) of unknown guests") }
    if counters.limited > 0 { parts.append("\(counters.limited) beyond the rate limit") }
    if counters.overruns > 0 { parts.append("\(counters.overruns) lost before they were read") }
    if counters.sendFailures > 0 { parts.append("\(counters.sendFailures) answers not sent") }
    return sentence(parts.joined(separator: "; "))
  }
}
