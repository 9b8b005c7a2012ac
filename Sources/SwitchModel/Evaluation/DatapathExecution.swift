import OpenFlow

/// Carries out what the pipeline decided, on the packet's bytes, and sends the packet through the pipeline again where
/// that was decided too.
struct DatapathExecution<State: ForwardingState> {
  /// What the pipeline begins with.
  enum Start {
    case table
    case actions([Action])
    case frozen(FrozenPipeline)
  }

  /// How often in a row a packet may come back (dpif-netdev's MAX_RECIRC_DEPTH).
  private static var maximumDepth: Int { 6 }
  /// A packet may not leave or be sent to controllers more often than this.
  private static var maximumOutputs: Int { 65_536 }

  private let state: State
  private let options: EvaluationOptions
  private let time: ModelTime
  private(set) var memory: SwitchMemory
  private(set) var result = Evaluation()
  private var record = PipelineRecord()
  private var trace = TraceBuilder()
  private var recirculations = 0

  init(_ state: State, _ options: EvaluationOptions, at time: ModelTime, memory: SwitchMemory) {
    self.state = state
    self.options = options
    self.time = time
    self.memory = memory
  }

  mutating func begin(_ input: PacketInput, _ start: Start) {
    result.length = input.bytes.count
    let packet = DatapathPacket(
      bytes: input.bytes, inPort: input.port.rawValue, tunnel: input.tunnel, mark: input.mark,
      vlanLimit: options.vlanLimit)
    trace.add(.packet, "a packet of \(input.bytes.count) bytes from port \(input.port)")
    process(packet, start, depth: 0)
    result.learned = record.learned
    result.hasFailed = record.hasFailed
    result.matched = record.flows
    result.tables = record.tables
    result.groups = record.groups
    result.candidates = record.candidates
    result.trace = trace.trace
  }

  /// Sends a packet through the pipeline and carries out what comes of it.
  private mutating func process(_ packet: DatapathPacket, _ start: Start, depth: Int) {
    var packet = packet
    var key = packet.extractKey(vlanLimit: options.vlanLimit)
    var table = TableID(0)
    var steps: [Step]?
    var frozen: FrozenPipeline?
    switch start {
    case .table: break
    case .actions(let actions): steps = actions.map(Step.action)
    case .frozen(let state):
      frozen = state
      key.tunnel = state.tunnel
      key.metadata = state.metadata
      key.registers = state.registers
      key.inPort = state.inPort
      if !state.isTracked { key.connection = ConnectionMetadata() }
      table = state.table
      steps = state.steps.isEmpty ? nil : state.steps
    }
    var pipeline = Pipeline(state, options, key: key, table: table, record: record, trace: trace)
    if let frozen {
      pipeline.isTracked = frozen.isTracked
      pipeline.stack = frozen.stack
      pipeline.stackBytes = frozen.stack.reduce(0) { $0 + $1.bytes + 1 }
      pipeline.write(frozen.actionSet)
      pipeline.cookie = frozen.cookie
    }
    pipeline.run(steps)
    record = pipeline.record
    trace = pipeline.trace
    execute(pipeline.actions, on: packet, depth: depth)
  }

  /// Carries out a program of actions.
  private mutating func execute(_ actions: [DatapathAction], on packet: DatapathPacket, depth: Int) {
    var packet = packet
    /// The packets that clones and length checks go back to; nil for one that a meter dropped.
    var outer: [DatapathPacket?] = []
    var isDropped = false
    var index = 0
    while actions.indices.contains(index) {
      let action = actions[index]
      index += 1
      switch action {
      case .beginClone: outer.append(isDropped ? nil : packet)
      case .endClone, .endIf:
        if let saved = outer.popLast() {
          isDropped = saved == nil
          packet = saved ?? packet
        }
      case .ifLarger(let length):
        outer.append(isDropped ? nil : packet)
        if packet.bytes.count <= Int(length) { index = DatapathExecution.otherwise(actions, from: index) }
      case .otherwise:
        // The side for longer packets is done: go on behind the other one.
        index = DatapathExecution.endIf(actions, from: index)
      default:
        if !isDropped { isDropped = !perform(action, on: &packet, depth: depth) }
      }
    }
  }

  /// The place behind the `otherwise` of a check whose first side begins at `index`.
  private static func otherwise(_ actions: [DatapathAction], from index: Int) -> Int {
    skip(actions, from: index) { if case .otherwise = $0 { true } else { false } } ?? actions.count
  }

  /// The place of the `endIf` of a check whose second side begins at `index`.
  private static func endIf(_ actions: [DatapathAction], from index: Int) -> Int {
    skip(actions, from: index) { if case .endIf = $0 { true } else { false } }.map { $0 - 1 } ?? actions.count
  }

  private static func skip(
    _ actions: [DatapathAction], from index: Int, until isEnd: (DatapathAction) -> Bool
  ) -> Int? {
    var nesting = 0
    for position in index..<max(actions.count, index) {
      if nesting == 0 && isEnd(actions[position]) { return position + 1 }
      switch actions[position] {
      case .ifLarger: nesting += 1
      case .endIf: nesting -= 1
      default: break
      }
    }
    return nil
  }

  /// Carries out one action; false when it drops the packet.
  private mutating func perform(_ action: DatapathAction, on packet: inout DatapathPacket, depth: Int) -> Bool {
    switch action {
    case .output(let port, let tunnel):
      output(packet, port, tunnel)
      packet.cut = 0
    case .truncate(let length):
      // What is pushed before the packet leaves makes it longer again.
      packet.cut = max(0, packet.bytes.count - max(length, 14))
      return true
    case .set(let edit): packet.apply(edit)
    case .pushVLAN(let tag): packet.pushVLAN(tag)
    case .popVLAN: packet.popVLAN()
    case .pushLabel(let type, let entry): packet.pushLabel(type: type, entry: entry)
    case .popLabel(let type): packet.popLabel(type: type)
    case .setLabel(let entry): packet.setLabel(entry)
    case .setQueue(let queue): packet.queue = queue
    case .setMark(let mark): packet.mark = mark
    case .track(let request): track(&packet, request)
    case .clearTracking:
      packet.connection = ConnectionMetadata()
      packet.cached = nil
    case .recirculate(let frozen): recirculate(packet, frozen, depth: depth)
    case .meter(let id): return passes(packet, meter: id)
    case .controller(let request): send(packet, request)
    case .beginClone, .endClone, .ifLarger, .otherwise, .endIf: break
    }
    return true
  }

  private mutating func output(_ packet: DatapathPacket, _ number: OFPort, _ tunnel: TunnelMetadata?) {
    guard let port = state.ports[number], port.carries else {
      trace.add(.datapath, "port \(number) is down")
      return
    }
    guard result.outputs.count < Self.maximumOutputs else { return }
    let bytes = Array(packet.bytes.dropLast(packet.cut))
    trace.add(.datapath, "out of port \(number)\(tunnel.map { ", tunnel key \($0.id)" } ?? "")")
    result.outputs.append(
      PacketOutput(port: number, bytes: bytes, tunnel: tunnel, queue: packet.queue, mark: packet.mark))
  }

  private mutating func track(_ packet: inout DatapathPacket, _ request: TrackingRequest) {
    var tracker = Tracker(memory.connections, at: time)
    memory.connections = ConntrackTable()
    tracker.track(&packet, request)
    memory.connections = tracker.table
    result.connectionChanges += tracker.changes
    let state = String(packet.connection.state.rawValue, radix: 16)
    trace.add(.datapath, "tracked in zone \(request.zone): ct_state 0x\(state)")
  }

  private mutating func recirculate(_ packet: DatapathPacket, _ frozen: FrozenPipeline, depth: Int) {
    guard depth < Self.maximumDepth, recirculations < options.recirculationBudget else {
      trace.add(.datapath, "dropped: came back too often")
      return
    }
    recirculations += 1
    trace.add(.resumed, "resumed in table \(frozen.table)")
    process(packet, .frozen(frozen), depth: depth + 1)
  }

  private mutating func passes(_ packet: DatapathPacket, meter id: UInt32) -> Bool {
    guard let meter = state.meter(id) else { return true }
    let band = memory.meters.take(packet.bytes.count, from: meter, at: time)
    result.meters.append(MeterHit(meter: id, length: packet.bytes.count, band: band))
    if band != nil { trace.add(.datapath, "dropped by meter \(id)") }
    return band == nil
  }

  private mutating func send(_ packet: DatapathPacket, _ request: PacketInRequest) {
    if let port = state.ports[OFPort(request.key.inPort)], port.configuration.contains(.noPacketIn),
      request.reason == 0
    {
      return
    }
    let meter = request.meter ?? MeterID.controller.rawValue
    guard passes(packet, meter: meter), result.packetIns.count < Self.maximumOutputs else { return }
    trace.add(.datapath, "to controllers \(request.controllerID), reason \(request.reason)")
    result.packetIns.append(
      PacketInEvent(
        bytes: Array(packet.bytes.prefix(Int(request.maxLength))), totalLength: packet.bytes.count,
        reason: request.reason, table: request.table, cookie: request.cookie, controllerID: request.controllerID,
        userdata: request.userdata, metadata: request.key.pipelineFields,
        continuation: request.continuation.map(Continuation.init)))
  }
}

extension PacketKey {
  /// The pipeline's fields, as a packet for controllers has them: the input port, and every other that is not zero.
  var pipelineFields: [MatchField] {
    var fields = [MatchField(.inPort, value: UInt128(inPort))]
    func add(_ field: Field, _ value: UInt128) {
      if value != 0 { fields.append(MatchField(field, value: value)) }
    }
    add(.tunnelID, UInt128(tunnel.id))
    add(.tunnelSrc, UInt128(tunnel.source))
    add(.tunnelDst, UInt128(tunnel.destination))
    add(.tunnelIPv6Src, tunnel.ipv6Source)
    add(.tunnelIPv6Dst, tunnel.ipv6Destination)
    add(.metadata, UInt128(metadata))
    for (index, value) in registers.enumerated() where index < PacketKey.registerCount {
      add(.reg(index), UInt128(value))
    }
    add(.packetMark, UInt128(mark))
    add(.ctState, UInt128(connection.state.rawValue))
    add(.ctZone, UInt128(connection.zone))
    add(.ctMark, UInt128(connection.mark))
    add(.ctLabel, connection.label)
    return fields
  }
}
