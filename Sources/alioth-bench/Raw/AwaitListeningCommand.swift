import ArgumentParser

/// Tells the moment from which a restarted switch can be talked to.
struct AwaitListeningCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "await-listening", abstract: "Wait until the switch listens, and print the time.")

  @Option(help: "The bridge's management socket.") var socket: String
  @Option(help: "For how many seconds at most.") var seconds = 30.0

  func run() throws {
    let deadline = Clock.now() + UInt64(seconds * 1e9)
    while Clock.now() < deadline {
      if let time = try RawConnection.listens(unix: socket) {
        print("time_us=\(time)")
        return
      }
      Clock.sleep(until: Clock.now() + 500_000)
    }
    throw RawConnection.Failure(description: "\(socket): nobody listens")
  }
}
