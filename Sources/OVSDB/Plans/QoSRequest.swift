/// How a port of ours is to shape what it sends.
public struct QoSRequest: Hashable, Sendable {
  /// A queue. Rates are in bit/s, the burst in bits.
  public struct Queue: Hashable, Sendable {
    /// The rate that it gets whatever the others send.
    public var minimumRate: UInt64?
    /// The rate that it never exceeds.
    public var maximumRate: UInt64?
    /// What may be sent at once.
    public var burst: UInt64?
    /// Queues with smaller numbers get what is left first.
    public var priority: UInt32?

    /// A queue.
    public init(
      minimumRate: UInt64? = nil, maximumRate: UInt64? = nil, burst: UInt64? = nil, priority: UInt32? = nil
    ) {
      self.minimumRate = minimumRate
      self.maximumRate = maximumRate
      self.burst = burst
      self.priority = priority
    }

    /// The keys that are ours to set; nil means that the key must not be there.
    var settings: [String: String?] {
      [
        "min-rate": minimumRate?.description, "max-rate": maximumRate?.description, "burst": burst?.description,
        "priority": priority?.description,
      ]
    }
  }

  /// The shaping of a port.
  public struct Shaping: Hashable, Sendable {
    /// Open vSwitch's name of the discipline, such as "linux-htb".
    public var type: String
    /// The rate of all queues together, in bit/s.
    public var maximumRate: UInt64?
    /// The queues by the numbers that `set_queue` names.
    public var queues: [UInt32: Queue]

    /// A shaping.
    public init(type: String = "linux-htb", maximumRate: UInt64?, queues: [UInt32: Queue] = [:]) {
      self.type = type
      self.maximumRate = maximumRate
      self.queues = queues
    }
  }

  /// The port.
  public var port: String
  /// Its shaping; nil takes away what we have set.
  public var shaping: Shaping?

  /// A request.
  public init(port: String, shaping: Shaping?) {
    self.port = port
    self.shaping = shaping
  }

  /// Plans the way from what is there to what is asked for.
  ///
  /// QoS and queues are rows that live on when nothing refers to them, so that what we made for the port and lies about, after
  /// somebody has deleted and made it again, is deleted too.
  public func plan(in view: OpenVSwitchView) throws(PlanConflict) -> OpenVSwitchPlan {
    if let shaping, shaping.type.isEmpty { throw .invalidRequest("the QoS of port \(port) needs a type") }
    var planner = try QoSPlanner(request: self, view: view)
    try planner.plan()
    return OpenVSwitchPlan(planner.draft)
  }
}
