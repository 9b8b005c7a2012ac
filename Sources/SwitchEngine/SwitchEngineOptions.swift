/// How a `SwitchEngine` goes about its work. What is not said suits a switch on the same host.
public struct SwitchEngineOptions: Hashable, Sendable {
  /// About how many flows go into one bundle. The switch carries a bundle out in one go, and does nothing else meanwhile:
  /// Open vSwitch takes 5 to 8 µs a flow.
  public var bundleSize: Int
  /// How many bundles may be with the switch at once. The others keep it busy while the first is confirmed.
  public var bundlesInFlight: Int
  /// The first wait before another try to connect; it doubles from there.
  public var reconnectDelay: Duration
  /// The longest wait before another try to connect. Dialling a local socket costs next to nothing, and a switch that
  /// comes back should not have to wait.
  public var longestReconnectDelay: Duration
  /// A connection that lasted this long, or carried a bundle, ends the doubling.
  public var usefulConnection: Duration
  /// The first wait before a refused owner gets another try without having changed; it doubles from there.
  public var quarantineDelay: Duration
  /// The longest wait before a refused owner gets another try.
  public var longestQuarantineDelay: Duration
  /// The pause between two pieces of an audit; nil for no audits.
  public var auditPause: Duration?
  /// The most flows that one piece of an audit should read, since the switch lists them in one go.
  public var auditSize: Int

  /// The defaults.
  public init(
    bundleSize: Int = 1024, bundlesInFlight: Int = 4, reconnectDelay: Duration = .milliseconds(100),
    longestReconnectDelay: Duration = .milliseconds(250), usefulConnection: Duration = .seconds(10),
    quarantineDelay: Duration = .seconds(60), longestQuarantineDelay: Duration = .seconds(900),
    auditPause: Duration? = .seconds(30), auditSize: Int = 2048
  ) {
    self.bundleSize = bundleSize
    self.bundlesInFlight = bundlesInFlight
    self.reconnectDelay = reconnectDelay
    self.longestReconnectDelay = longestReconnectDelay
    self.usefulConnection = usefulConnection
    self.quarantineDelay = quarantineDelay
    self.longestQuarantineDelay = longestQuarantineDelay
    self.auditPause = auditPause
    self.auditSize = auditSize
  }
}
