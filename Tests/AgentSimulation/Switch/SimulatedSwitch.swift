import OpenFlow
import SwitchEngine
import SwitchModel

/// Open vSwitch as the agent reaches it: the model of a switch behind connections that can be lost at any message.
///
/// Of the loop's thread.
final class SimulatedSwitch: @unchecked Sendable {
  /// Where a connection is lost.
  enum Cut: Sendable {
    /// With the message after this many more.
    case after(messages: Int)
    /// When a bundle is to be committed: it never is.
    case beforeCommit
    /// When a bundle has been committed: nobody hears of it.
    case afterCommit
  }

  let loop: SimulatedLoop
  let trace: Trace
  private(set) var model: ModelSwitch
  private var connections: [ConnectionID: SimulatedConnection] = [:]
  private var lastNumber: UInt64 = 0
  /// Nobody can connect while it is not.
  var isReachable = true
  /// Where the next connection that gets there is lost.
  var cut: Cut?
  /// The messages that came.
  private(set) var messages = 0
  /// The changes of flows and meters that came.
  private(set) var changes = 0
  /// The marks of goal states whose flows have been committed, by what the flows have in them.
  private(set) var marks: Set<UInt64> = []
  private static let admin = ConnectionID(0)

  init(_ loop: SimulatedLoop, _ trace: Trace) {
    self.loop = loop
    self.trace = trace
    model = ModelSwitch()
    openAdmin()
  }

  private var now: ModelTime { ModelTime(milliseconds: UInt64(clamping: loop.time.milliseconds)) }

  /// Refuses what this says.
  func refuse(_ refusal: (@Sendable (OpenFlowMessage, ModelSwitch.Moment) -> Refusal?)?) { model.refusal = refusal }

  // MARK: Somebody else's hands

  private func openAdmin() {
    _ = model.handle(.opened(SimulatedSwitch.admin, .service), at: now)
    administer(.hello(Hello()))
  }

  /// Changes something beside the agent.
  func administer(_ message: OpenFlowMessage) {
    guard let bytes = try? message.encode(xid: 1) else { return }
    handle(.received(SimulatedSwitch.admin, bytes))
  }

  /// Ends the switch's process, and begins it anew.
  func restart(keepingFlows: Bool) {
    handle(.restart(keepingFlows: keepingFlows))
    openAdmin()
  }

  /// Ends all connections.
  func cutAll() {
    for id in connections.keys.sorted() { lose(id) }
  }

  /// Says nothing more on any connection, and does not hear.
  func fallSilent() {
    for id in connections.keys.sorted() { connections[id]?.fallSilent() }
  }

  // MARK: Connections

  func dial(_ clock: SimulatedClock) async throws -> any ProgrammableSwitch {
    try await clock.sleep(for: loop.drawn(0...5))
    guard isReachable else { throw ConnectionFailure.unreachable(address: "simulated", reason: "it is away") }
    lastNumber += 1
    let connection = SimulatedConnection(ConnectionID(lastNumber), to: self)
    connections[connection.id] = connection
    handle(.opened(connection.id, .service))
    try await connection.open()
    return connection
  }

  /// Takes whole messages, one after the other, in one piece.
  func receive(_ piece: [UInt8], from id: ConnectionID) {
    var offset = 0
    while offset + 8 <= piece.count {
      let length = Int(piece[offset + 2]) << 8 | Int(piece[offset + 3])
      guard length >= 8, offset + length <= piece.count, connections[id] != nil else { return }
      receive(message: Array(piece[offset..<(offset + length)]), from: id)
      offset += length
    }
  }

  private func receive(message: [UInt8], from id: ConnectionID) {
    let kind = SwitchMessageKind(message)
    messages += 1
    if case .after(let messages) = cut {
      cut = messages > 0 ? .after(messages: messages - 1) : nil
      if messages == 0 { return lose(id) }
    }
    if kind == .commit, case .beforeCommit = cut {
      cut = nil
      return lose(id)
    }
    trace.note("to switch", message) { "\(kind)" }
    if kind == .flowChange || kind == .meterChange { changes += 1 }
    if kind == .flowChange {
      connections[id]?.marks[SwitchMessageKind.bundle(of: message), default: []].formUnion(Mark.all(in: message))
    }
    var isLost = false
    if kind == .commit, case .afterCommit = cut { (isLost, cut) = (true, nil) }
    let wasRefused = handle(.received(id, message), losingAnswersTo: isLost ? id : nil)
    if kind == .commit,
      let committed = connections[id]?.marks.removeValue(forKey: SwitchMessageKind.bundle(of: message)),
      !wasRefused
    {
      marks.formUnion(committed)
    }
    if isLost { lose(id) }
  }

  /// Returns whether the switch answered with an error.
  @discardableResult
  private func handle(_ event: ModelSwitch.Event, losingAnswersTo lost: ConnectionID? = nil) -> Bool {
    var wasRefused = false
    for action in model.handle(event, at: now) {
      switch action {
      case .send(let id, let bytes):
        if bytes[1] == 1 { wasRefused = true }
        if id != lost { connections[id]?.answer(bytes) }
      case .close(let id): lose(id)
      case .output: break
      }
    }
    return wasRefused
  }

  private func lose(_ id: ConnectionID) {
    guard let connection = connections.removeValue(forKey: id) else { return }
    trace.note("switch", []) { "connection \(id.rawValue) is lost" }
    connection.lost()
    handle(.closed(id))
  }

  /// The agent has closed it.
  func closed(_ id: ConnectionID) {
    guard connections.removeValue(forKey: id) != nil else { return }
    handle(.closed(id))
  }
}

/// What a message to the switch is, as far as a simulation cares.
enum SwitchMessageKind: Equatable {
  case flowChange, meterChange, commit, other

  init(_ message: [UInt8]) {
    let isBundle = message[1] == 4 && SwitchMessageKind.number(message, 8) == 0x4f4e_4600
    switch (message[1], isBundle ? SwitchMessageKind.number(message, 12) : 0) {
    case (29, _): self = .meterChange
    case (_, 2301): self = .flowChange
    case (_, 2300) where SwitchMessageKind.number(message, 20) >> 16 == 4: self = .commit
    default: self = .other
    }
  }

  /// The bundle that a message is about.
  static func bundle(of message: [UInt8]) -> Int { number(message, 16) }

  private static func number(_ message: [UInt8], _ offset: Int) -> Int {
    guard message.count >= offset + 4 else { return 0 }
    return message[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
  }
}
