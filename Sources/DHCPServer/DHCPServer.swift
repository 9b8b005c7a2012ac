import DHCP
import Foundation
import Logging
import NetworkTypes
import PacketCapture
import Synchronization

/// Answers guests' DHCP on an interface, on a thread of its own, so that it keeps answering while everything else is busy
/// or gone.
///
/// The table of ports is its only input, the counters and the ports' histories its only output. It survives the interface
/// going away and coming back.
public final class DHCPServer: Sendable {
  /// What a server is told at its start.
  public struct Options: Sendable {
    /// The interface.
    public var interface: String
    /// How many messages of one guest are looked at.
    public var rateLimit: DHCPRateLimit
    /// Makes the interface ready before it is opened; returns whether it is there. Called again after it was gone.
    public var prepare: @Sendable () throws -> Bool

    /// Options of the given parts.
    public init(
      interface: String, rateLimit: DHCPRateLimit = .standard, prepare: @escaping @Sendable () throws -> Bool = { true }
    ) {
      self.interface = interface
      self.rateLimit = rateLimit
      self.prepare = prepare
    }
  }

  private let options: Options
  private let table: DHCPTable
  private let logger: Logger
  private let wakeUp = CaptureWakeUp()
  private let isStopped = Atomic(false)
  private let counted = Mutex(DHCPCounters())
  private let announcements = Mutex(DHCPAnnouncements())

  private static let filter = "udp dst port 67 or udp dst port 547 or (icmp6 and ip6[40] = 133)"
  /// How many frames are looked at before their answers are sent.
  private static let batchSize = 128

  /// A server that does not listen before `run`.
  public init(table: DHCPTable, options: Options, logger: Logger) {
    self.table = table
    self.options = options
    self.logger = logger
    (news, newsToTell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Tells that a port's lease is another than before. For one reader; several changes may be told of once.
  public let news: AsyncStream<Void>
  private let newsToTell: AsyncStream<Void>.Continuation

  /// Tells guests of their router without their asking, because what it says has changed (RFC 4861 section 6.2.4).
  ///
  /// - Parameter macs: What tells their ports in the table.
  public func announce(_ macs: some Sequence<MACAddress>) {
    announcements.withLock { $0.add(macs) }
    wakeUp.signal()
  }

  /// What was answered and dropped so far, and whether the interface is being listened on.
  public var counters: DHCPCounters { counted.withLock { $0 } }

  /// The ports as they are now.
  public var snapshot: DHCPSnapshot { table.current }

  /// Listens until the calling task is cancelled.
  public func run() async {
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
    var session = DHCPSession(limit: options.rateLimit, logger: logger)
    var lastProblem: String?
    while !stopped {
      do {
        guard try options.prepare() else {
          pause()
          continue
        }
        // What clients send to servers, and router solicitations; what this host sends is not seen.
        let capture = try PacketCapture(
          interface: options.interface, snapshotLength: 2048, promiscuous: false, filter: DHCPServer.filter,
          direction: .in, bufferSize: 8 * 1024 * 1024, wakeUp: wakeUp)
        logger.info("answering DHCP", metadata: ["interface": "\(options.interface)"])
        lastProblem = nil
        try serve(on: capture, &session)
      } catch {
        counted.withLock { $0.isListening = false }
        if !stopped, "\(error)" != lastProblem {
          lastProblem = "\(error)"
          logger.warning("not answering DHCP", metadata: ["interface": "\(options.interface)", "reason": "\(error)"])
        }
        pause()
      }
    }
  }

  private func serve(on capture: PacketCapture, _ session: inout DHCPSession) throws {
    counted.withLock { $0.isListening = true }
    let overrunsBefore = counters.overruns
    var nextLook: UInt64 = 0
    var nextAdvertisement: UInt64 = 0
    while !stopped {
      let now = DHCPSession.monotonicNanoseconds()
      if now >= nextAdvertisement {
        // RFC 4861 section 6.2.1: the longest interval, and a third of it as the shortest.
        nextAdvertisement = now + UInt64.random(in: 200...600) * 1_000_000_000
        let snapshot = table.current
        announcements.withLock { $0.addAll(of: snapshot) }
      }
      let isAnnounced = try announceSome(on: capture, &session)
      // The library reads two files for it, which takes longer than an answer.
      if now >= nextLook, let statistics = try? capture.statistics() {
        nextLook = now + 1_000_000_000
        counted.withLock { $0.overruns = overrunsBefore + Int(clamping: statistics.dropped) }
      }
      guard try capture.wait(timeoutMilliseconds: isAnnounced ? 1000 : 0) else { continue }
      var isDrained = false
      while !isDrained, !stopped {
        // One look at the table per batch: what changes meanwhile counts from the next on.
        let snapshot = table.current
        session.begin()
        isDrained = try drain(capture, snapshot, &session) < DHCPServer.batchSize
        let sent = try capture.inject(session.batch)
        if session.takeNews() { newsToTell.yield() }
        if sent < session.batch.count { counted.withLock { $0.sendFailures += session.batch.count - sent } }
      }
    }
  }

  /// Advertises to some of the ports that are to be told; returns whether that was all.
  private func announceSome(on capture: PacketCapture, _ session: inout DHCPSession) throws -> Bool {
    let (macs, isAll) = announcements.withLock { announcements in
      (announcements.take(DHCPServer.batchSize), announcements.isEmpty)
    }
    guard !macs.isEmpty else { return true }
    session.begin()
    session.advertise(to: macs, from: table.current)
    let sent = try capture.inject(session.batch)
    counted.withLock { counters in
      counters.unsolicitedAdvertisements += sent
      counters.sendFailures += session.batch.count - sent
    }
    return isAll
  }

  private func drain(
    _ capture: PacketCapture, _ snapshot: DHCPSnapshot, _ session: inout DHCPSession
  ) throws -> Int {
    try counted.withLock { counters in
      try capture.drain(limit: DHCPServer.batchSize) { _, frame in
        session.answer(frame, from: snapshot, &counters)
      }
    }
  }

  private func pause() {
    if !stopped { Thread.sleep(forTimeInterval: 0.2) }
  }
}
