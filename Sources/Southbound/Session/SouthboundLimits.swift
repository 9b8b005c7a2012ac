/// How much either end sends at once and is willing to take.
public struct SouthboundLimits: Sendable, Hashable {
  /// Updates and reports are cut into messages of about this many bytes.
  public var chunkBytes: Int
  /// A longer message is refused by the transport.
  public var maximumMessageBytes: Int
  /// A snapshot, a delta or a report with more entries is refused.
  public var maximumResources: Int
  /// The sessions that a controller holds at once.
  public var maximumSessions: Int

  /// The limits that the two ends agree on unless they are told otherwise.
  ///
  /// A message that is cut fits a frame of HTTP/2 (RFC 9113 section 4.2). The transport keeps room for the longest one of each connection.
  public init(
    chunkBytes: Int = 16_000, maximumMessageBytes: Int = 4 * 1024 * 1024, maximumResources: Int = 2_000_000,
    maximumSessions: Int = 20_000
  ) {
    self.chunkBytes = chunkBytes
    self.maximumMessageBytes = maximumMessageBytes
    self.maximumResources = maximumResources
    self.maximumSessions = maximumSessions
  }
}

/// How long things may take.
public struct SouthboundTiming: Sendable, Hashable {
  /// How often each end says something; the controller tells it to the agent.
  public var heartbeatInterval: Duration
  /// How long after the stream's start a controller waits for the agent's Hello.
  public var helloTimeout: Duration
  /// How long an agent waits for the controller's Welcome, dialling included.
  public var welcomeTimeout: Duration
  /// The shortest wait before an agent dials again.
  public var minimumBackoff: Duration
  /// The longest wait before an agent dials again.
  public var maximumBackoff: Duration

  /// The timing in production; tests give shorter ones.
  public init(
    heartbeatInterval: Duration = .seconds(10), helloTimeout: Duration = .seconds(10),
    welcomeTimeout: Duration = .seconds(20), minimumBackoff: Duration = .milliseconds(500),
    maximumBackoff: Duration = .seconds(30)
  ) {
    self.heartbeatInterval = heartbeatInterval
    self.helloTimeout = helloTimeout
    self.welcomeTimeout = welcomeTimeout
    self.minimumBackoff = minimumBackoff
    self.maximumBackoff = maximumBackoff
  }

  /// Silence for this many intervals means that the other end is gone.
  static let silentIntervals = 3
}

extension Duration {
  /// Rounded down, and within what the type holds.
  var wholeMilliseconds: UInt32 {
    let (seconds, attoseconds) = components
    guard (0..<4_000_000).contains(seconds) else { return seconds < 0 ? 0 : .max }
    return UInt32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
  }
}
