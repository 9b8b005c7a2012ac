import ArgumentParser
import Glibc

/// How guests behave, whatever is measured with them.
struct GuestOptions: ParsableArguments {
  @Option(help: "The interface that the guests are on.") var interface: String
  @Option(help: "After how many milliseconds a request is sent again.") var timeout = 1000
  @Option(help: "How often a request is sent before its guest gives up.") var tries = 4
  @Flag(help: "Ask for replies that are broadcast.") var broadcastFlag = false
  @Option(help: "The server's process, to tell its CPU time.") var serverPid: Int32?

  /// A plan for this many guests; everything else is to be put in.
  func plan(guests: Int) -> GuestLoad.Plan {
    var plan = GuestLoad.Plan(interface: interface)
    plan.guests = guests
    plan.timeout = UInt64(max(1, timeout)) * 1_000_000
    plan.tries = tries
    plan.asksForBroadcast = broadcastFlag
    plan.serverPID = serverPid
    return plan
  }
}

/// Plays guests that boot, and prints what they met with.
struct DHCPLoadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dhcp-load", abstract: "Play guests that get addresses by DHCP, and tell how fast they do.")

  @OptionGroup var guestOptions: GuestOptions
  @Option(help: "How many guests there are.") var guests = 1000
  @Option(help: "How many exchanges are on their way at once.") var window = 32
  @Option(help: "For how many seconds.") var seconds = 5.0
  @Option(help: "What is done in the first seconds is not counted.") var warmUp = 0.2
  @Option(help: "Exchanges a second; without it, as many as there can be.") var rate: Double?
  @Option(help: "End after so many exchanges instead of after a time.") var exchanges: Int?

  func validate() throws {
    try BenchNetwork.validate(count: guests)
    guard window >= 1, window <= guests else { throw ValidationError("the window is from 1 to the number of guests") }
    guard rate.map({ $0 > 0 }) ?? true else { throw ValidationError("the rate is more than 0") }
    guard seconds > 0, warmUp >= 0, seconds < 1e6, warmUp < 1e6 else { throw ValidationError("times are positive") }
  }

  func run() throws {
    var plan = guestOptions.plan(guests: guests)
    plan.window = window
    plan.nanoseconds = UInt64(seconds * 1e9)
    plan.warmUp = exchanges == nil ? UInt64(warmUp * 1e9) : 0
    plan.rate = rate
    plan.exchanges = exchanges
    let figures = try GuestLoad(plan).run()
    print(figures.line)
    fflush(nil)
    guard figures.completed > 0 else { throw ExitCode(1) }
  }
}
