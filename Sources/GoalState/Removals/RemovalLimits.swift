/// How much may go at once without having been marked as intended, and how long more than that is held back.
public struct RemovalLimits: Hashable, Sendable {
  /// More than this share of the ports and neighbors, in percent.
  public var percent: Int
  /// No fewer than these: a host with few of them changes by large shares.
  public var minimum: Int
  /// For how long.
  public var holdTime: Duration

  /// The limits, unless they are configured otherwise.
  public init(percent: Int = 50, minimum: Int = 50, holdTime: Duration = .seconds(600)) {
    self.percent = percent
    self.minimum = minimum
    self.holdTime = holdTime
  }

  /// Whether so many are too many to go at once.
  func areExceeded(by affected: Int, of held: Int) -> Bool {
    affected >= max(1, minimum) && affected * 100 > held * percent
  }
}
