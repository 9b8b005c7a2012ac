import ArgumentParser
import Glibc
import Synchronization

/// Sends packets through a switch while something happens to it.
struct StreamCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream",
    abstract: "Send numbered packets from one link to another until SIGTERM, and tell which arrived.")

  @Option(help: "The link to send on.") var from: String
  @Option(help: "The link to receive on.") var to: String
  @Option(help: "Packets a second.") var rate = 1000
  @Option(help: "For how many seconds at most.") var seconds = 600.0
  @Option(help: "The packets' Ethernet type.") var etherType: UInt16 = 0x88b5

  func run() throws {
    signal(SIGTERM) { _ in stopRequested.store(true, ordering: .relaxed) }
    signal(SIGINT) { _ in stopRequested.store(true, ordering: .relaxed) }
    let stream = PacketStream()
    let (from, to, etherType, rate) = (from, to, etherType, rate)
    let thread = BlockingThread { stream.run(from: from, to: to, etherType: etherType, perSecond: rate) }
    let deadline = Clock.now() + UInt64(seconds * 1e9)
    while Clock.now() < deadline, !stopRequested.load(ordering: .relaxed) {
      Clock.sleep(until: Clock.now() + 50_000_000)
    }
    stream.stop()
    thread.join()
    let outcome = try stream.outcome()
    print(
      "sent=\(outcome.sent) received=\(outcome.received) lost=\(outcome.lost) longest_gap=\(outcome.longestGap) "
        + "first_lost=\(outcome.firstLost ?? -1) last_lost=\(outcome.lastLost ?? -1) "
        + "duplicates=\(outcome.duplicates) unsent=\(outcome.unsent)")
  }
}

private let stopRequested = Atomic<Bool>(false)
