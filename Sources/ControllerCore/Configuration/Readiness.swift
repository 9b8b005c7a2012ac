import Daemon
import Logging
import Synchronization

/// Tells systemd and the log once everything listens.
final class Readiness: Sendable {
  private let missing: Mutex<Set<String>>
  private let logger: Logger

  init(_ parts: Set<String>, logger: Logger) {
    self.missing = Mutex(parts)
    self.logger = logger
  }

  func reached(_ part: String, at address: String) {
    logger.info("\(part) is listening", metadata: ["address": "\(address)"])
    let isComplete = missing.withLock { $0.remove(part) != nil && $0.isEmpty }
    guard isComplete else { return }
    logger.info("ready", metadata: ["version": "\(aliothVersion)"])
    SystemdNotifier.ready(status: "Serving")
  }
}
