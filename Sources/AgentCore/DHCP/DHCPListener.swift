import DHCP
import Foundation
import GoalState
import HostNetwork
import Logging
import NetworkTypes
import OpenFlow
import PacketCapture
import PacketFormats
import Pipeline
import Synchronization

/// Answers guests' DHCP on the bridge's internal port, on a thread of its own, so that it keeps answering while the
/// control side is busy or gone.
///
/// The thread owns the capture, the reply buffer and the guests' back-offs; the table of reservations is its only input
/// from the agent, and the counters its only output. It survives the interface going away and coming back.
final class DHCPListener: Sendable {
  private let interface: String
  private let table: DHCPBindingTable
  private let logger: Logger
  private let wakeUp = CaptureWakeUp()
  private let isStopped = Atomic(false)
  private let published = Mutex(DHCPCounters())

  init(interface: String, table: DHCPBindingTable, logger: Logger) {
    self.interface = interface
    self.table = table
    self.logger = logger
  }

  /// What was answered and dropped so far, and whether the interface is being listened on.
  var counters: DHCPCounters { published.withLock { $0 } }

  /// Listens until the calling task is cancelled.
  func run() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let thread = Thread {
          self.listen()
          continuation.resume()
        }
        thread.name = "alioth-dhcp"
        thread.start()
      }
    } onCancel: {
      isStopped.store(true, ordering: .releasing)
      wakeUp.signal()
    }
  }

  private var stopped: Bool { isStopped.load(ordering: .acquiring) }

  private func listen() {
    var session = DHCPSession(counters: counters, logger: logger)
    var lastProblem: String?
    while !stopped {
      do {
        // Silent and up before it is opened: the host must not speak on it, and a port that is down receives nothing.
        let network = try HostNetwork()
        guard try network.link(named: interface) != nil else {
          pause()
          continue
        }
        try network.disableIPv6(interface)
        try network.setLinkUp(interface)
        let capture = try PacketCapture(
          interface: interface, snapshotLength: 2048, promiscuous: true, filter: "udp dst port 67", direction: .in,
          wakeUp: wakeUp)
        logger.info("answering DHCP", metadata: ["interface": "\(interface)"])
        lastProblem = nil
        try serve(on: capture, &session)
      } catch {
        session.counters.isListening = false
        publish(session.counters)
        if !stopped, "\(error)" != lastProblem {
          lastProblem = "\(error)"
          logger.warning("not answering DHCP", metadata: ["interface": "\(interface)", "reason": "\(error)"])
        }
        pause()
      }
    }
  }

  private func serve(on capture: PacketCapture, _ session: inout DHCPSession) throws {
    session.counters.isListening = true
    publish(session.counters)
    while !stopped {
      guard try capture.wait(timeoutMilliseconds: 1000) else { continue }
      // One look at the table per batch: what changes meanwhile counts from the next on.
      let entries = table.entries
      try capture.drain(limit: 256) { _, frame in
        session.answer(frame, entries: entries, on: capture)
      }
      publish(session.counters)
    }
  }

  private func publish(_ counters: DHCPCounters) {
    published.withLock { $0 = counters }
  }

  private func pause() {
    if !stopped { Thread.sleep(forTimeInterval: 0.2) }
  }
}

/// What the responder has done, by message and by reason.
struct DHCPCounters: Sendable {
  var isListening = false
  var replies: [DHCPMessageType: Int] = [:]
  var drops: [DHCPDropReason: Int] = [:]
  var declines = 0
  var releases = 0
  /// Frames without a port's number in them; only something else on the interface could send such.
  var strays = 0
  var sendFailures = 0
}

/// The state of the responder's thread, and what it does with one frame.
private struct DHCPSession {
  var counters: DHCPCounters
  private let logger: Logger
  private var reply: [UInt8] = []
  private var backOffs: [PortID: DHCPDeclineBackOff] = [:]
  private let start = ContinuousClock.now

  init(counters: DHCPCounters, logger: Logger) {
    self.counters = counters
    self.logger = logger
    reply.reserveCapacity(2048)
  }

  mutating func answer(_ frame: RawSpan, entries: [OFPort: DHCPBindingTable.Entry], on capture: PacketCapture) {
    guard let header = try? EthernetHeader(parsing: frame), let ofport = DHCPService.port(of: header.destination) else {
      counters.strays += 1
      return
    }
    let entry = entries[ofport]
    let outcome = DHCPResponder.respond(
      to: frame, binding: entry?.binding, serverMAC: DHCPService.mac(of: ofport),
      holdsOffers: entry.flatMap { backOffs[$0.port] }?.holdsOffers(at: now) ?? false, into: &reply)
    switch outcome {
    case .reply(let description):
      do {
        try capture.inject(reply)
        counters.replies[description.kind, default: 0] += 1
      } catch {
        counters.sendFailures += 1
        logger.debug("DHCP reply not sent", metadata: ["reason": "\(error)"])
      }
      // Its accepting an offer says nothing, as it declines after that; its prolonging the lease says that all is well.
      if description.kind == .ack, [.renewing, .rebinding].contains(description.state), let entry {
        backOffs[entry.port] = nil
      }
    case .event(.declined(let address)):
      counters.declines += 1
      if let entry {
        // A guest could decline all day: its first is worth a line, the others are counted.
        if backOffs[entry.port] == nil {
          logger.warning(
            "guest declined its address: somebody else may be using it",
            metadata: ["port": "\(entry.port)", "address": "\(address)"])
        }
        backOffs[entry.port, default: DHCPDeclineBackOff()].declined(at: now)
      }
    case .event(.released):
      counters.releases += 1
    case .drop(let reason):
      counters.drops[reason, default: 0] += 1
    }
    logger.debug("DHCP", metadata: ["ofport": "\(ofport.rawValue)", "outcome": "\(outcome)"])
  }

  private var now: Duration { ContinuousClock.now - start }
}
