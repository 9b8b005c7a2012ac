import OpenFlow

extension ModelSwitch {
  /// Answers a question, in as many parts as it takes.
  mutating func answer(_ bytes: [UInt8], to id: ConnectionID, at now: ModelTime) throws(Refusal) {
    let xid = bytes.uint32(at: 4) ?? 0
    switch bytes.uint16(at: 8) {
    case 1, 2:
      guard OFPort(bytes.uint32(at: 20) ?? 0).isRepresentable else { throw .badOutPort }
      _ = try MatchCheck(bytes, at: 48, options: mappedOptions)
    default: break
    }
    guard case .multipartRequest(let request) = try decoded(bytes) else { throw .badLength }
    let answer: MultipartAnswer
    if case .flowMonitor(let requests) = request {
      answer = .flowUpdates(try monitor(requests, of: id))
    } else {
      answer = try self.answer(to: request, at: now)
    }
    for part in MultipartReply.parts(of: answer) {
      send(.multipartReply(part), xid: xid, to: id)
    }
  }

  private func answer(to request: MultipartRequest, at now: ModelTime) throws(Refusal) -> MultipartAnswer {
    switch request {
    case .description: return .description(identity.description)
    case .flows(let filter): return .flows(flows(filter).map { $0.statistics(at: now) })
    case .aggregate(let filter): return .aggregate(aggregate(flows(filter)))
    case .tables: return .tables(tableStatistics)
    case .portStatistics(let port): return .portStatistics(try statistics(of: port))
    case .queues(let port, let queue):
      guard port == .any || forwarding.ports[port] != nil else { throw .badQueuePort }
      return .queues(try queueStatistics(port, queue))
    case .groups(let id): return .groups(groupStatistics(id, at: now))
    case .groupDescriptions: return .groupDescriptions(groups)
    case .groupFeatures: return .groupFeatures(ModelSwitch.groupFeatures)
    case .meters(let id): return .meters(try meterEntries(id).map { $0.statistics(flowCount($0.meter.id), at: now) })
    case .meterConfigurations(let id): return .meterConfigurations(try meterEntries(id).map(\.meter))
    case .meterFeatures: return .meterFeatures(ModelSwitch.meterFeatures)
    case .tableFeatures: return .tableFeatures(TableFeatures.all)
    case .ports: return .ports(ports.map(\.description))
    case .flowMonitor, .other: throw .badMultipart
    }
  }

  // MARK: Flows and tables

  private func flows(_ filter: FlowFilter) -> [InstalledFlow] {
    forwarding.flows(FlowSelection(filter)) + HiddenTable.flows(FlowSelection(filter))
  }

  private func aggregate(_ flows: [InstalledFlow]) -> AggregateStatistics {
    let total = flows.map(\.entry.counters).reduce(TrafficCount()) {
      TrafficCount(packets: $0.packets &+ $1.packets, bytes: $0.bytes &+ $1.bytes)
    }
    return AggregateStatistics(total: total, flows: UInt32(clamping: flows.count))
  }

  private var tableStatistics: [TableStatistics] {
    forwarding.tables.enumerated().map { index, table in
      TableStatistics(
        table: TableID(UInt8(truncatingIfNeeded: index)), flows: UInt32(clamping: table.count), lookups: table.lookups,
        matches: table.matches)
    }
  }

  // MARK: Ports, groups and meters

  private func statistics(of port: OFPort) throws(Refusal) -> [PortStatistics] {
    if port == .any { return ports.map { portStatistics[$0.number] ?? PortStatistics(port: $0.number) } }
    // Open vSwitch answers nothing about a port that is not there.
    guard forwarding.ports[port] != nil else { return [] }
    return [portStatistics[port] ?? PortStatistics(port: port)]
  }

  /// Every port has queue 0, which counts nothing.
  private func queueStatistics(_ port: OFPort, _ queue: UInt32) throws(Refusal) -> [QueueStatistics] {
    guard queue == .max || queue == 0 else { throw .badQueueNumber }
    return ports.filter { port == .any || port == $0.number }.map {
      QueueStatistics(
        port: $0.number, queue: 0, sent: TrafficCount(packets: .max, bytes: .max), errors: .max,
        age: .seconds(Int64(UInt32.max)) + .nanoseconds(Int64(UInt32.max)))
    }
  }

  private func groupStatistics(_ id: GroupID, at now: ModelTime) -> [GroupStatistics] {
    let entries = forwarding.groups.values.filter { id == .all || $0.group.id == id }
    return entries.sorted { $0.group.id < $1.group.id }.map { entry in
      let references = forwarding.count { $0.groups.contains(entry.group.id.rawValue) }
      return GroupStatistics(
        group: entry.group.id, references: UInt32(clamping: references), total: entry.total,
        age: .milliseconds(Int64(clamping: now.milliseconds(since: entry.created))), buckets: entry.buckets)
    }
  }

  private func flowCount(_ meter: MeterID) -> Int { forwarding.count { $0.meters.contains(meter.rawValue) } }

  private func meterEntries(_ id: MeterID) throws(Refusal) -> [MeterEntry] {
    guard id != .all else { return forwarding.meters.values.sorted { $0.meter.id < $1.meter.id } }
    guard let entry = forwarding.meters[id.rawValue] else { throw .unknownMeter }
    return [entry]
  }

  /// What Open vSwitch 3.1 says of groups: all types, weights, liveness and chains, and these actions in buckets.
  private static let groupFeatures = GroupFeatures(
    types: 0xf, capabilities: 0x7, maximum: [0xffff_ff00, 0xffff_ff00, 0xffff_ff00, 0xffff_ff00],
    actions: [0x03ff_8001, 0x03ff_8001, 0x03ff_8001, 0x03ff_8001])

  /// What the userspace datapath says of meters.
  private static let meterFeatures = MeterFeatures(
    maximum: 262_144, bandTypes: 1 << 1, capabilities: 0xf, maximumBands: 8, maximumColors: 0)

  // MARK: Monitors

  /// Starts monitors, all or none; the flows that are there now, for those that want them.
  private mutating func monitor(
    _ requests: [FlowMonitorRequest], of id: ConnectionID
  ) throws(Refusal) -> [FlowUpdate] {
    var monitors = connections[id]?.monitors ?? [:]
    for request in requests {
      guard request.flags.rawValue & ~0x3f == 0 else { throw .badMonitorFlags }
      guard monitors.updateValue(request, forKey: request.id) == nil else { throw .monitorExists }
    }
    connections[id]?.monitors = monitors
    let initial = requests.filter { $0.flags.contains(.initial) }
    guard !initial.isEmpty else { return [] }
    let flows = forwarding.flows(FlowSelection(within: .any, table: nil))
    return flows.compactMap { flow in
      let watching = initial.filter { $0.watches(flow) }
      guard !watching.isEmpty else { return nil }
      return .change(.added, reason: 0, flow.flow.told(watching.contains { $0.flags.contains(.instructions) }))
    }
  }
}

extension InstalledFlow {
  fileprivate func statistics(at now: ModelTime) -> FlowStatistics {
    let counters = entry.counters
    return FlowStatistics(
      flow: flow, packets: counters.packets, bytes: counters.bytes,
      age: .milliseconds(Int64(clamping: now.milliseconds(since: counters.created))))
  }
}

extension MeterEntry {
  fileprivate func statistics(_ flows: Int, at now: ModelTime) -> MeterStatistics {
    MeterStatistics(
      meter: meter.id, flows: UInt32(clamping: flows), input: input,
      age: .milliseconds(Int64(clamping: now.milliseconds(since: created))), bands: bands)
  }
}

extension Forwarding {
  /// How many flows name what the condition asks for.
  fileprivate func count(where condition: (FlowReferences) -> Bool) -> Int {
    tables.reduce(0) { $0 + $1.all.count { condition(FlowReferences($0.flow.instructionBytes)) } }
  }
}
