import NetworkTypes
import OpenFlow

/// A switch in memory that speaks OpenFlow 1.3 as Open vSwitch 3.1 does.
///
/// Nothing here does I/O or knows the time: events come with the moment at which they happen, and what is to be done
/// comes back as actions, in order. Whatever comes from a connection is answered or refused; nothing of it makes it trap.
public struct ModelSwitch: Sendable {
  /// Something that happens to the switch.
  public enum Event: Sendable {
    /// A connection was made.
    case opened(ConnectionID, ConnectionKind)
    /// A whole message came, with its header.
    case received(ConnectionID, [UInt8])
    /// A connection is gone.
    case closed(ConnectionID)
    /// Time has passed.
    case tick
    /// A packet came in.
    case packet(PacketInput)
    /// A port came, or is not what it was.
    case port(ModelPort)
    /// A port is gone.
    case portRemoved(OFPort)
    /// The switch's process ends and begins anew: its connections are gone, and without `keepingFlows` so is everything
    /// that controllers have put into it.
    case restart(keepingFlows: Bool)
  }

  /// Something that is to be done.
  public enum Action: Sendable {
    /// Sends a whole message.
    case send(ConnectionID, [UInt8])
    /// Ends a connection, after what was to be sent before.
    case close(ConnectionID)
    /// Sends a packet out of a port.
    case output(PacketOutput)
  }

  /// What the switch is.
  public let identity: ModelSwitchIdentity
  var forwarding: Forwarding
  var memory = SwitchMemory()
  var connections: [ConnectionID: ControllerState] = [:]
  var tunnelOptions: [TunnelOption] = []
  var fragmentHandling: UInt16 = 0
  /// The highest generation of roles that was asked with.
  var generation: UInt64?
  /// Packets that wait for controllers to resume them.
  var paused = PausedPackets()
  var portStatistics: [OFPort: PortStatistics] = [:]
  private var actions: [Action] = []

  /// When a message is looked at.
  public enum Moment: Hashable, Sendable {
    /// It has come: alone, or in a bundle that it is not put into then.
    case received
    /// The bundle that it is in is carried out, which fails then.
    case committed
  }

  /// Refuses messages that the switch would carry out: what it gives for one is answered to it. It is asked for every
  /// message; of a bundle's additions it gets the message that is added, once when it comes and once at the commit.
  public var refusal: (@Sendable (OpenFlowMessage, Moment) -> Refusal?)?

  /// A switch with these ports and no flows.
  public init(identity: ModelSwitchIdentity = ModelSwitchIdentity(), ports: [ModelPort] = []) {
    self.identity = identity
    forwarding = Forwarding(ports: ports)
  }

  /// Takes in an event; what is to be done about it.
  public mutating func handle(_ event: Event, at now: ModelTime) -> [Action] {
    defer { actions = [] }
    switch event {
    case .opened(let id, let kind):
      connections[id] = ControllerState(kind)
      send(.hello(Hello()), to: id)
    case .received(let id, let bytes): receive(bytes, from: id, at: now)
    case .closed(let id): connections[id] = nil
    case .tick: pass(now)
    case .packet(let packet): receive(packet, at: now)
    case .port(let port): update(port)
    case .portRemoved(let number): removePort(number)
    case .restart(let keepingFlows): restart(keepingFlows: keepingFlows)
    }
    return actions
  }

  /// When a `tick` has something to do.
  public var nextDeadline: ModelTime? {
    let bundles = connections.values.flatMap {
      $0.bundles.values.map { $0.used.advanced(milliseconds: identity.bundleIdle) }
    }
    // A timeout is over when the time is past it.
    return ([forwarding.nextExpiry].compactMap(\.self) + bundles).min()?.advanced(milliseconds: 1)
  }

  private mutating func pass(_ now: ModelTime) {
    report(forwarding.expire(at: now), from: nil, xid: 0, at: now)
    memory.connections.sweep(at: now)
    expireBundles(at: now)
  }

  private mutating func restart(keepingFlows: Bool) {
    for id in connections.keys.sorted() { actions.append(.close(id)) }
    connections = [:]
    generation = nil
    paused = PausedPackets()
    memory = SwitchMemory()
    guard !keepingFlows else { return }
    forwarding = Forwarding(ports: Array(forwarding.ports.values))
    tunnelOptions = []
    fragmentHandling = 0
  }

  // MARK: What is done

  /// Sends a message. One that is too long for any message is not sent.
  mutating func send(_ message: OpenFlowMessage, xid: UInt32 = 0, to id: ConnectionID) {
    guard let bytes = try? message.encode(xid: xid) else { return }
    actions.append(.send(id, bytes))
  }

  mutating func close(_ id: ConnectionID) {
    connections[id] = nil
    actions.append(.close(id))
  }

  mutating func output(_ packet: PacketOutput) {
    portStatistics[packet.port, default: PortStatistics(port: packet.port)].sent.count(packet.bytes.count)
    actions.append(.output(packet))
  }

  /// Answers a request that is not carried out.
  mutating func refuse(_ request: [UInt8], _ refusal: Refusal, to id: ConnectionID) {
    let xid = request.uint32(at: 4) ?? 0
    send(.error(refusal.error(request, xid: xid)), xid: xid, to: id)
  }
}

/// What a switch says that it is, and the settings that Open vSwitch has outside of OpenFlow.
public struct ModelSwitchIdentity: Hashable, Sendable {
  /// The bridge's identity.
  public var datapathID: UInt64
  /// What the multipart request for a description is answered.
  public var description: SwitchDescription
  /// How long, in milliseconds, a bundle may lie there without a message (other_config:bundle-idle-timeout).
  public var bundleIdle: UInt64
  /// What evaluation assumes.
  public var evaluation: EvaluationOptions

  /// A switch that says it is Open vSwitch 3.1.
  public init(datapathID: UInt64 = 0x2a) {
    self.datapathID = datapathID
    description = SwitchDescription(
      manufacturer: "Nicira, Inc.", hardware: "Open vSwitch", software: "3.1.0", serialNumber: "None", datapath: "None")
    bundleIdle = 10_000
    evaluation = EvaluationOptions()
  }
}

extension TrafficCount {
  /// The same after one more packet.
  mutating func count(_ length: Int) {
    packets &+= 1
    bytes &+= UInt64(clamping: length)
  }
}
