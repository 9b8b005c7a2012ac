import ArgumentParser
import Glibc

/// Lets guests boot while another one floods the server.
struct DHCPFloodCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dhcp-flood", abstract: "Let guests boot while one more sends DISCOVERs without end.")

  @OptionGroup var guestOptions: GuestOptions
  @Option(help: "How many guests boot.") var guests = 100
  @Option(help: "How many of them boot in a second.") var rate = 50.0
  @Option(help: "How many DISCOVERs the flooding guest sends in a second.") var flood = 50_000

  func validate() throws {
    try BenchNetwork.validate(count: guests + 1)
    guard guests > 0, rate > 0, flood > 0 else { throw ValidationError("guests and rates are more than 0") }
  }

  func run() throws {
    // The one that floods has an address of its own, the next after the others', so that it is answered like them.
    let flooder = BenchNetwork.firstNumber + guests
    var plan = guestOptions.plan(guests: guests)
    plan.window = guests
    plan.exchanges = guests
    plan.rate = rate
    plan.ignoredGuest = flooder
    let source = DiscoverFlood()
    let (interface, flood) = (guestOptions.interface, flood)
    let thread = BlockingThread { source.run(interface: interface, guest: flooder, perSecond: flood) }
    // The flood is at its height before the first guest boots.
    Clock.sleep(until: Clock.now() + 500_000_000)
    let result = Result { try GuestLoad(plan).run() }
    source.stop()
    thread.join()
    print("flood_per_s=\(DHCPRun.plain(try source.perSecond())) \(try result.get().line)")
    fflush(nil)
  }
}
