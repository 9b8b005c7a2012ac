import EventLoopTasks
import GRPCNIOTransportHTTP2
import GoalState
import Logging
import NIOCore
import NIOPosix
import NetworkTypes

/// The agent's end of the southbound stream: keeps one session with the controller, for as long as its task lives.
public struct SouthboundClient: Sendable {
  private let address: SouthboundAddress
  private let dialler: any ControllerDialler
  private let receiver: any GoalStateReceiver
  private let logger: Logger
  private let limits: SouthboundLimits
  private let timing: SouthboundTiming
  private let clock: any Clock<Duration>
  /// A number from 0 to 1.
  private let random: @Sendable () -> Double
  private let executor: EventLoopTaskExecutor?

  /// Reads the credentials once, so that a mistake in them is found at the start; each attempt reads them anew.
  ///
  /// - Parameter executor: Where the session's tasks run, on the event loop that the connection is on then, too: best the
  ///   receiver's, for then a message is taken in, and a report sent, without changing threads. Nil for wherever there is room.
  public init(
    address: SouthboundAddress, security: ClientSecurity, receiver: any GoalStateReceiver, logger: Logger,
    limits: SouthboundLimits = SouthboundLimits(), timing: SouthboundTiming = SouthboundTiming(),
    executor: EventLoopTaskExecutor? = nil
  ) throws(SouthboundError) {
    if case .mutualTLS(let files, let serverName) = security {
      // TLS has names, not addresses, as the name of a server (RFC 6066 section 3).
      if let serverName, IPAddress(serverName) != nil || (try? FieldRules.dnsName(serverName, "name")) == nil {
        throw .address(serverName, problem: "is not a DNS name, as the name in the controller's certificate must be")
      }
      for warning in try Credentials(files).warnings { logger.warning("\(warning)") }
    } else {
      logger.warning("the southbound session is in plaintext: whoever answers at \(address) is obeyed")
    }
    self.init(
      address: address,
      dialler: GRPCDialler(address: address, security: security, limits: limits, eventLoop: executor?.eventLoop),
      receiver: receiver, logger: logger, limits: limits, timing: timing, clock: ContinuousClock(),
      random: { Double.random(in: 0...1) }, executor: executor)
  }

  /// With everything that it depends on.
  init(
    address: SouthboundAddress, dialler: any ControllerDialler, receiver: any GoalStateReceiver, logger: Logger,
    limits: SouthboundLimits, timing: SouthboundTiming, clock: any Clock<Duration>,
    random: @escaping @Sendable () -> Double, executor: EventLoopTaskExecutor? = nil
  ) {
    self.address = address
    self.executor = executor
    self.dialler = dialler
    self.receiver = receiver
    self.logger = logger
    self.limits = limits
    self.timing = timing
    self.clock = clock
    self.random = random
  }

  /// Dials, keeps the session, and dials again when it ended, until the task is cancelled.
  public func run() async throws {
    try await withTaskExecutorPreference(executor) { try await keepSession() }
  }

  private func keepSession() async throws {
    var backoff = Backoff(minimum: timing.minimumBackoff, maximum: timing.maximumBackoff)
    var reports = FailureLog()
    // What is held is what was taken in whole, so that a gap or a message that must not come costs only what is missing. A
    // controller that goes wrong again without anything good between has another idea of what is held: it sends everything.
    var violations = 0
    while !Task.isCancelled {
      await receiver.connectionChanged(.connecting)
      let session = ClientSession(
        address: address, receiver: receiver, logger: logger, limits: limits, timing: timing, clock: clock)
      let reason: String
      do {
        try await session.run(over: dialler, resync: violations > 1)
        reason = "the controller ended the session"
      } catch {
        reason = describe(error)
      }
      guard !Task.isCancelled else { break }
      if session.tookUpdate { violations = 0 }
      if session.violated { violations += 1 }
      if session.lived {
        backoff.reset()
        reports = FailureLog()
      }
      let delay = backoff.next(random: random())
      await receiver.connectionChanged(.disconnected(reason: reason, retryIn: delay))
      let level: Logger.Level = reports.isNews(reason) ? .warning : .debug
      let retry = Duration.milliseconds(delay.wholeMilliseconds)
      let metadata: Logger.Metadata = ["controller": "\(address)", "retry-in": "\(retry)"]
      logger.log(level: level, "no session with the controller: \(reason)", metadata: metadata)
      try? await clock.sleep(for: delay)
    }
  }

  static func transport(
    to address: SouthboundAddress, security: ClientSecurity, eventLoop: (any EventLoop)? = nil
  ) throws -> HTTP2ClientTransport.Posix {
    let transportSecurity: HTTP2ClientTransport.Posix.TransportSecurity
    var authority: String?
    switch security {
    case .plaintext: transportSecurity = .plaintext
    case .mutualTLS(let files, let serverName):
      transportSecurity = try Credentials(files).clientSecurity()
      authority = serverName
      // A DNS name is checked against the certificate; for an address, the transport checks the address.
      if authority == nil, address.address == nil { authority = address.host }
    }
    let target: any ResolvableTarget =
      switch address.address {
      case .v4: .ipv4(address: address.host, port: address.port)
      case .v6: .ipv6(address: address.host, port: address.port)
      case nil: .dns(host: address.host, port: address.port)
      }
    return try HTTP2ClientTransport.Posix(
      target: target, transportSecurity: transportSecurity,
      config: .defaults {
        $0.http2.authority = authority
        $0.http2.targetWindowSize = 1 << 20
        $0.connection.maxIdleTime = nil
      }, eventLoopGroup: eventLoop ?? .singletonMultiThreadedEventLoopGroup)
  }

  private func describe(_ error: any Error) -> String {
    switch error {
    case let violation as ProtocolViolation: violation.description
    case let error as SouthboundError: error.description
    default: rootCause(of: error)
    }
  }
}

/// Which failures are worth a line: the first of a kind, not its repetitions.
private struct FailureLog {
  private var last: String?

  mutating func isNews(_ reason: String) -> Bool {
    defer { last = reason }
    return reason != last
  }
}
