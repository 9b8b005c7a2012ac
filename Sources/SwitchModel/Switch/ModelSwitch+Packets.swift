import OpenFlow

/// Packets that wait for a controller to let them go on, the oldest dropped when there are too many.
struct PausedPackets: Sendable {
  private var packets: [UInt64: (packet: PacketInput, continuation: Continuation)] = [:]
  private var next: UInt64 = 1
  private static let limit: UInt64 = 1024

  /// Keeps a packet; the bytes that name it.
  mutating func keep(_ packet: PacketInput, _ continuation: Continuation) -> [UInt8] {
    packets[next] = (packet, continuation)
    if next > PausedPackets.limit { packets[next - PausedPackets.limit] = nil }
    defer { next += 1 }
    return (0..<8).map { UInt8(truncatingIfNeeded: next >> (56 - 8 * UInt64($0))) }
  }

  mutating func take(_ name: [UInt8]) -> (packet: PacketInput, continuation: Continuation)? {
    name.number(at: 0, count: 8).flatMap { packets.removeValue(forKey: UInt64(truncatingIfNeeded: $0)) }
  }
}

extension ModelSwitch {
  /// Takes in a packet on a port.
  mutating func receive(_ packet: PacketInput, at now: ModelTime) {
    guard let port = forwarding.ports[packet.port], port.configuration.isDisjoint(with: [.down, .noReceive]) else {
      return
    }
    portStatistics[packet.port, default: PortStatistics(port: packet.port)].received.count(packet.bytes.count)
    forwarding.order()
    let result = Evaluator(forwarding, options: identity.evaluation).evaluate(packet, at: now, memory: &memory)
    take(result, of: packet, at: now)
  }

  /// Carries out a packet_out that has been checked.
  mutating func send(_ packetOut: PacketOut, at now: ModelTime) throws(Refusal) {
    let (packet, result) = try evaluate(packetOut, at: now)
    take(result, of: packet, at: now)
  }

  /// What comes of a packet_out; only connections and meters know of it then.
  mutating func evaluate(
    _ packetOut: PacketOut, at now: ModelTime
  ) throws(Refusal) -> (packet: PacketInput, result: Evaluation) {
    let references = FlowReferences(actions: packetOut.actions)
    if references.groups.contains(where: { forwarding.groups[$0] == nil }) { throw .badOutGroup }
    forwarding.order()
    let packet = PacketInput(packetOut.data, port: packetOut.inPort)
    let result = Evaluator(forwarding, options: identity.evaluation)
      .evaluate(packet, actions: packetOut.actions, at: now, memory: &memory)
    // What Open vSwitch answers when it cannot carry out the actions.
    guard !result.hasFailed else { throw .flowModUnknown }
    return (packet, result)
  }

  /// Lets a paused packet go on, as the controller gives it back.
  mutating func resume(_ message: PacketIn2, at now: ModelTime) throws(Refusal) {
    guard let continuation = message.continuation, let paused = paused.take(continuation) else { throw .staleResume }
    var packet = paused.packet
    packet.bytes = message.packet
    forwarding.order()
    let result = Evaluator(forwarding, options: identity.evaluation)
      .resume(packet, paused.continuation, at: now, memory: &memory)
    take(result, of: packet, at: now)
  }

  /// Does what a packet causes.
  mutating func take(_ result: Evaluation, of packet: PacketInput, at now: ModelTime) {
    forwarding.count(result, at: now)
    for mod in result.learned { learn(mod, at: now) }
    for output in result.outputs { self.output(output) }
    for event in result.packetIns { tell(event, of: packet) }
  }

  /// Installs a flow that a packet has made. One that is there already is used by that.
  private mutating func learn(_ mod: FlowMod, at now: ModelTime) {
    guard let changes = try? forwarding.apply(mod, at: now) else { return }
    report(changes, from: nil, xid: 0, at: now)
  }

  // MARK: Packets for controllers

  private mutating func tell(_ event: PacketInEvent, of packet: PacketInput) {
    for id in connections.keys.sorted() {
      guard let connection = connections[id], connection.controllerID == event.controllerID,
        connection.wants(.packetIn, reason: event.reason)
      else { continue }
      let continuation = event.continuation.map { continuation in
        var kept = packet
        kept.bytes = event.bytes
        return paused.keep(kept, continuation)
      }
      let message = ModelSwitch.message(event, continuation, in: connection.packetInFormat, connection.missSendLength)
      send(message, to: id)
    }
  }

  private static func message(
    _ event: PacketInEvent, _ continuation: [UInt8]?, in format: PacketInFormat, _ missSendLength: UInt16
  ) -> OpenFlowMessage {
    // A controller says with set-config how much it wants of what matched nothing; actions say it for themselves.
    let bytes = event.reason == 0 ? Array(event.bytes.prefix(Int(missSendLength))) : event.bytes
    guard format != .standard else {
      return .packetIn(
        PacketIn(
          totalLength: UInt16(clamping: event.totalLength), reason: event.reason, table: event.table,
          cookie: event.cookie, metadata: Match(event.metadata), data: bytes))
    }
    var message = PacketIn2(packet: bytes, metadata: Match(event.metadata))
    if bytes.count < event.totalLength { message.fullLength = UInt32(clamping: event.totalLength) }
    message.table = event.table
    if continuation == nil { message.cookie = event.cookie }
    message.reason = event.reason
    if !event.userdata.isEmpty { message.userdata = event.userdata }
    message.continuation = continuation
    return .packetIn2(message)
  }
}
