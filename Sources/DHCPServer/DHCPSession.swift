import DHCP
import Glibc
import Logging
import NetworkTypes
import PacketCapture

/// What the responder's thread does with frames: answers go into a batch, which is sent when all that has come is looked
/// at.
struct DHCPSession {
  private let limit: DHCPRateLimit
  let logger: Logger
  let logsEveryOutcome: Bool
  var reply: [UInt8] = []
  var batch = FrameBatch()
  private var now: UInt64 = 0
  var hasNews = false
  private(set) var seconds = 0

  init(limit: DHCPRateLimit, logger: Logger) {
    self.limit = limit
    self.logger = logger
    logsEveryOutcome = logger.logLevel <= .debug
    reply.reserveCapacity(2048)
  }

  /// Begins a batch: one look at the clocks is enough for it.
  mutating func begin() {
    batch.removeAll()
    now = DHCPSession.monotonicNanoseconds()
    seconds = Int(DHCPSession.read(CLOCK_REALTIME_COARSE) / 1_000_000_000)
  }

  /// Whether a lease has changed since this was asked last.
  mutating func takeNews() -> Bool {
    defer { hasNews = false }
    return hasNews
  }

  /// As of the kernel's last tick, some milliseconds ago at most: that is exact enough for everything here.
  static func monotonicNanoseconds() -> UInt64 { read(CLOCK_MONOTONIC_COARSE) }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
  }

  /// Answers a frame. One of nobody that is known costs a look into the table, and leaves nothing behind.
  mutating func answer(_ frame: RawSpan, from snapshot: DHCPSnapshot, _ counters: inout DHCPCounters) {
    guard let port = snapshot.port(of: frame) else {
      counters.strays += 1
      return
    }
    port.history.change { answer(frame, port, $0, &counters) }
  }

  private mutating func answer(
    _ frame: RawSpan, _ port: DHCPServedPort, _ state: DHCPPortState, _ counters: inout DHCPCounters
  ) {
    guard state.bucket.take(limit, at: now) else {
      counters.limited += 1
      return
    }
    let elapsed = Duration.nanoseconds(Int64(clamping: now))
    if DHCPSession.isIPv6(frame) {
      answerIPv6(frame, port, state, elapsed, &counters)
      return
    }
    var notes = DHCPClientNotes()
    let outcome = DHCPResponder.respond(
      to: frame, binding: port.binding, serverMAC: port.serverMAC,
      holdsOffers: state.v4.backOff.holdsOffers(at: elapsed), into: &reply, notes: &notes)
    if logsEveryOutcome { logger.debug("DHCP", metadata: ["port": "\(port.name)", "outcome": "\(outcome)"]) }
    if state.v4.isProbe(notes), let probed = DHCPPortHistory.ProbeOutcome(outcome) {
      state.v4.noteProbe(probed)
      if case .reply = outcome { batch.append(reply) }
      return
    }
    switch outcome {
    case .reply(let description):
      batch.append(reply)
      counters.answers[.init(description.kind, description.state), default: 0] += 1
      let isNews = state.v4.note(
        description.kind, description.state, description.address, at: seconds, acknowledges: description.kind == .ack,
        notes, in: frame)
      if isNews { hasNews = true }
      // Its accepting an offer says nothing, as it declines after that; its prolonging the lease says that all is well.
      if description.kind == .ack, description.state == .renewing || description.state == .rebinding {
        if state.v4.isInConflict { hasNews = true }
        state.v4.noteRenewal()
      }
    case .event(.declined(let address)):
      counters.declines += 1
      // A guest could decline all day: its first is worth a line, the others are counted.
      if !state.v4.isInConflict { warnOfDecline(port, "\(address)") }
      _ = state.v4.note(.decline, nil, address, at: seconds, acknowledges: false, notes, in: frame)
      state.v4.noteDecline(at: elapsed)
      hasNews = true
    case .event(.released(let address)):
      counters.releases += 1
      if state.v4.note(.release, nil, address, at: seconds, acknowledges: false, notes, in: frame) { hasNews = true }
    case .drop(let reason): counters.drops[reason, default: 0] += 1
    }
  }

  func warnOfDecline(_ port: DHCPServedPort, _ address: String) {
    logger.warning(
      "guest declined its address: somebody else may be using it",
      metadata: ["port": "\(port.name)", "address": "\(address)"])
  }
}

extension DHCPPortHistory.ProbeOutcome {
  /// Nil for what no probe is.
  fileprivate init?(_ outcome: DHCPOutcome) {
    switch outcome {
    case .reply(let reply): self = .answered(.v4(reply.address))
    case .drop(let reason): self = .dropped(reason.rawValue)
    case .event: return nil
    }
  }
}
