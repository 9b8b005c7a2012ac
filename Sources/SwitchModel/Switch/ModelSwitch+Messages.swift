import OpenFlow

extension ModelSwitch {
  /// Takes in a message: the versions first, then requests.
  mutating func receive(_ bytes: [UInt8], from id: ConnectionID, at now: ModelTime) {
    // Nothing of the connection is kept here: its bundles would be copied with every message.
    guard let hasGreeted = connections[id]?.hasGreeted else { return }
    let isHello = bytes.byte(at: 1) == MessageType.hello.rawValue
    guard hasGreeted else {
      greet(bytes, isHello: isHello, from: id)
      return
    }
    guard bytes.byte(at: 0) == MessageHeader.version13 || isHello else {
      close(id)
      return
    }
    do throws(Refusal) {
      try MessageCheck.check(bytes)
      try refuseAtWill(bytes, .received)
      try carryOut(bytes, from: id, at: now)
    } catch {
      refuse(bytes, error, to: id)
    }
  }

  /// Throws what the test that uses the switch wants a message to be refused with.
  func refuseAtWill(_ bytes: [UInt8], _ moment: Moment) throws(Refusal) {
    guard let refusal, let message = try? OpenFlowMessage.decode(bytes).message else { return }
    if case .bundleAdd(let add) = message { return try refuseAtWill(add.message, moment) }
    if let wanted = refusal(message, moment) { throw wanted }
  }

  /// The first message has to be a hello that offers 1.3.
  private mutating func greet(_ bytes: [UInt8], isHello: Bool, from id: ConnectionID) {
    guard isHello, case .hello(let hello)? = try? OpenFlowMessage.decode(bytes).message else {
      close(id)
      return
    }
    guard hello.speaksVersion13 else {
      let text = "We support version 0x04, you support versions \(hello.versionsText); no common versions."
      let xid = bytes.uint32(at: 4) ?? 0
      send(.error(OpenFlowError(xid: xid, type: 0, code: 0, data: Array(text.utf8))), xid: xid, to: id)
      close(id)
      return
    }
    connections[id]?.hasGreeted = true
  }

  /// Carries out a request whose kind and length are right.
  private mutating func carryOut(_ bytes: [UInt8], from id: ConnectionID, at now: ModelTime) throws(Refusal) {
    let type = bytes.byte(at: 1).flatMap(MessageType.init(rawValue:))
    let xid = bytes.uint32(at: 4) ?? 0
    switch type {
    case .flowMod:
      try requirePrimary(id)
      let mod = try FlowModCheck.read(bytes, options: mappedOptions)
      report(try forwarding.apply(mod, at: now), from: id, xid: xid, at: now)
    case .groupMod:
      try requirePrimary(id)
      let mod = try GroupModCheck.read(bytes)
      report(try forwarding.apply(mod, at: now), from: id, xid: xid, at: now)
      forward(bytes, reason: 0, from: id)
    case .meterMod:
      try requirePrimary(id)
      let mod = try MeterModCheck.read(bytes)
      report(try forwarding.apply(mod, at: now), from: id, xid: xid, at: now)
      memory.meters.reset(mod.meter.id.rawValue)
      forward(bytes, reason: 1, from: id)
    case .packetOut:
      try requirePrimary(id)
      try send(try PacketOutCheck.read(bytes), at: now)
    case .portMod:
      try requirePrimary(id)
      try apply(try decoded(bytes).portMod)
    case .tableMod:
      try requirePrimary(id)
      try check(try decoded(bytes).tableMod)
    case .multipartRequest: try answer(bytes, to: id, at: now)
    case .experimenter: try carryOutExtension(bytes, from: id, at: now)
    default: try carryOutPlain(try decoded(bytes), xid: xid, from: id)
    }
  }

  /// The message's values. What a decoder refuses that the checks let pass has a wrong length somewhere.
  func decoded(_ bytes: [UInt8]) throws(Refusal) -> OpenFlowMessage {
    guard let message = try? OpenFlowMessage.decode(bytes).message else { throw .badLength }
    return message
  }

  /// Throws when the connection may only look on.
  func requirePrimary(_ id: ConnectionID) throws(Refusal) {
    if connections[id]?.role == .secondary { throw .isSecondary }
  }

  private mutating func carryOutPlain(
    _ message: OpenFlowMessage, xid: UInt32, from id: ConnectionID
  ) throws(Refusal) {
    switch message {
    case .hello, .error, .echoReply: break
    case .echoRequest(let data): send(.echoReply(data), xid: xid, to: id)
    case .featuresRequest: send(.featuresReply(features), xid: xid, to: id)
    case .getConfigRequest: send(.getConfigReply(configuration(of: id)), xid: xid, to: id)
    case .setConfig(let configuration): try set(configuration, of: id)
    case .barrierRequest: send(.barrierReply, xid: xid, to: id)
    case .queueGetConfigRequest(let port):
      guard forwarding.ports[port] != nil || port == .any else { throw .badQueuePort }
      let queues = ports.filter { port == .any || port == $0.number }.map {
        QueueConfiguration.Queue(id: 0, port: $0.number, properties: [])
      }
      send(.queueGetConfigReply(QueueConfiguration(port: port, queues: queues)), xid: xid, to: id)
    case .roleRequest(let request): try setRole(request, xid: xid, of: id)
    case .getAsyncRequest:
      send(.getAsyncReply((connections[id]?.reasons ?? AsyncReasons()).configuration), xid: xid, to: id)
    case .setAsync(let configuration):
      connections[id]?.reasons.configuration = configuration
      connections[id]?.startTelling()
    default: throw .badType
    }
  }

  // MARK: Configuration

  /// What Open vSwitch's userspace datapath says: statistics of flows, tables, ports, queues and groups, and reassembly.
  private var features: SwitchFeatures {
    SwitchFeatures(
      datapathID: identity.datapathID, bufferCount: 0, tableCount: UInt8(Forwarding.tableCount), capabilities: 0x4f)
  }

  private func configuration(of id: ConnectionID) -> SwitchConfiguration {
    SwitchConfiguration(flags: fragmentHandling, missSendLength: connections[id]?.missSendLength ?? 0)
  }

  private mutating func set(_ configuration: SwitchConfiguration, of id: ConnectionID) throws(Refusal) {
    // Of the fragment modes the userspace datapath has all but reassembly; bit 2 is of OpenFlow 1.1 and 1.2.
    guard configuration.flags & ~3 == 0 else { throw .badConfigFlags }
    if configuration.flags != 2 { fragmentHandling = configuration.flags }
    connections[id]?.missSendLength = configuration.missSendLength
  }

  private mutating func setRole(_ request: RoleMessage, xid: UInt32, of id: ConnectionID) throws(Refusal) {
    if request.role == .primary || request.role == .secondary {
      // Generations wrap around: a newer one is ahead by less than half of all numbers.
      if let generation, Int64(bitPattern: request.generation &- generation) < 0 { throw .staleRole }
      generation = request.generation
    }
    if request.role != .noChange { connections[id]?.role = request.role }
    if request.role == .primary {
      for other in connections.keys.sorted() where other != id && connections[other]?.role == .primary {
        connections[other]?.role = .secondary
        guard connections[other]?.wants(.roleStatus, reason: 0) == true else { continue }
        send(.roleStatus(RoleStatus(role: .secondary, reason: 0, generation: generation ?? .max)), to: other)
      }
    }
    let role = connections[id]?.role ?? .equal
    send(.roleReply(RoleMessage(role: role, generation: generation ?? .max)), xid: xid, to: id)
  }

  private func check(_ mod: TableMod) throws(Refusal) {
    // No bit of the configuration means anything in OpenFlow 1.3.
    guard mod.table != Forwarding.hiddenTable else { throw .tableNotPermitted }
  }

  /// Tells the others of a change of groups or meters, those that have asked for it.
  mutating func forward(_ bytes: [UInt8], reason: UInt8, from id: ConnectionID) {
    for other in connections.keys.sorted() where other != id {
      guard connections[other]?.wants(.requestForward, reason: reason) == true else { continue }
      send(.requestForward(bytes), to: other)
    }
  }
}

extension OpenFlowMessage {
  fileprivate var portMod: PortMod {
    get throws(Refusal) {
      guard case .portMod(let mod) = self else { throw .badLength }
      return mod
    }
  }

  fileprivate var tableMod: TableMod {
    get throws(Refusal) {
      guard case .tableMod(let mod) = self else { throw .badLength }
      return mod
    }
  }
}
