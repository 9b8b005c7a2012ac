import NetworkTypes

@testable import OpenFlow

extension MessageGenerator {
  /// A message of a kind, of which there are `kinds`.
  mutating func message(kind: Int, xid: UInt32) -> OpenFlowMessage {
    switch kind {
    case 0: .hello(Hello(highest: number(1...6), bitmap: maybe { $0.number() }))
    case 1: .error(error(xid: xid))
    case 2: .echoRequest(bytes())
    case 3: .echoReply(bytes())
    case 4: pick([.featuresRequest, .getConfigRequest, .barrierRequest, .barrierReply], else: .getAsyncRequest)
    case 5:
      .featuresReply(
        SwitchFeatures(
          datapathID: number(), bufferCount: number(), tableCount: number(), auxiliaryID: number(),
          capabilities: number()))
    case 6: .getConfigReply(SwitchConfiguration(flags: number(), missSendLength: number()))
    case 7: .setConfig(SwitchConfiguration(flags: number(), missSendLength: number()))
    case 8:
      .packetIn(
        PacketIn(
          bufferID: number(), totalLength: number(), reason: number(), table: table(), cookie: number(),
          metadata: match(), data: bytes()))
    case 9:
      .flowRemoved(
        FlowRemoved(
          key: flow().key, cookie: number(), reason: number(), age: age(), idleTimeout: number(),
          hardTimeout: number(), packets: number(), bytes: number()))
    case 10:
      .portStatus(PortStatus(reason: pick(PortStatus.Reason.allCases, else: .added), description: portDescription()))
    case 11: .packetOut(PacketOut(bufferID: number(), inPort: port(), actions: list { $0.action() }, data: bytes()))
    case 12:
      .flowMod(
        FlowMod(
          pick(FlowMod.Command.allCases, else: .add), flow(), cookieMask: number(), bufferID: number(),
          outPort: port(), outGroup: number()))
    case 13: .groupMod(GroupMod(pick(GroupMod.Command.allCases, else: .add), groupValue()))
    case 14: .meterMod(MeterMod(pick(MeterMod.Command.allCases, else: .add), meter()))
    case 15:
      .portMod(
        PortMod(port: port(), macAddress: mac(), configuration: number(), mask: number(), advertised: number()))
    case 16: .tableMod(TableMod(table: table(), configuration: number()))
    case 17: .queueGetConfigRequest(port())
    case 18:
      .queueGetConfigReply(
        QueueConfiguration(
          port: port(),
          queues: list { generator in
            .init(
              id: generator.number(), port: generator.port(),
              properties: generator.list {
                switch $0.count(2) {
                case 0: .minimumRate($0.number())
                case 1: .maximumRate($0.number())
                default: .other(type: $0.number(3...0xffff), $0.bytes())
                }
              })
          }))
    case 19: .roleRequest(RoleMessage(role: role(), generation: number()))
    case 20: .roleReply(RoleMessage(role: role(), generation: number()))
    case 21: .getAsyncReply(AsyncConfiguration(packetIn: reasons(), portStatus: reasons(), flowRemoved: reasons()))
    case 22: .setAsync(AsyncConfiguration(packetIn: reasons(), portStatus: reasons(), flowRemoved: reasons()))
    case 23...38: .multipartRequest(request(kind: kind - 23))
    default: extensionMessage(kind: kind - 39, xid: xid)
    }
  }

  private mutating func extensionMessage(kind: Int, xid: UInt32) -> OpenFlowMessage {
    switch kind {
    case 0:
      .bundleControl(
        BundleControl(bundle: number(), kind: pick(BundleControl.Kind.allCases, else: .openRequest), flags: number()))
    case 1:
      .bundleAdd(
        BundleAdd(
          bundle: number(), flags: number(),
          message: (try? OpenFlowMessage.flowMod(FlowMod(.add, flow())).encode(xid: xid)) ?? []))
    case 2: pick([.flowMonitorPaused, .flowMonitorCancel(number()), .tunnelOptionRequest], else: .flowMonitorResumed)
    case 3:
      pick(
        [
          .roleStatus(RoleStatus(role: role(), reason: number(), generation: number())), .requestForward(bytes()),
          .setPacketInFormat(pick(PacketInFormat.allCases, else: .nicira)), .setControllerID(number()),
          .conntrackFlushZone(number()), .setAsync2(list { AsyncProperty(type: $0.number(), mask: $0.number()) }),
        ], else: .unknown(type: number(30...255), body: bytes()))
    case 4: Bool.random(using: &random) ? .packetIn2(packetIn2()) : .resume(packetIn2())
    case 5:
      .conntrackFlush(
        ConntrackFlush(
          ipProtocol: number(), zone: maybe { $0.number() }, original: maybe { $0.tuple() }, reply: maybe { $0.tuple() }
        ))
    default:
      pick(
        [
          .tunnelOptionMod(TunnelOptionMod(pick([.add, .delete], else: .clear), list { $0.option() })),
          .tunnelOptionReply(
            TunnelOptionTable(maximumSpace: number(), maximumFields: number(), options: list { $0.option() })),
          .experimenter(ExtensionNumber(experimenter: number(1...0x2000), subtype: number()), body: bytes()),
        ], else: .unknown(type: number(30...255), body: bytes()))
    }
  }

  private mutating func filter() -> FlowFilter {
    FlowFilter(
      table: maybe { $0.table() }, outPort: port(), outGroup: group(), cookie: CookieFilter(number(), mask: number()),
      match: match())
  }

  private mutating func request(kind: Int) -> MultipartRequest {
    switch kind {
    case 0: .description
    case 1: .flows(filter())
    case 2: .aggregate(filter())
    case 3: .tables
    case 4: .portStatistics(port())
    case 5: .queues(port: port(), queue: number())
    case 6: .groups(group())
    case 7: .groupDescriptions
    case 8: .groupFeatures
    case 9: .meters(MeterID(rawValue: number()))
    case 10: .meterConfigurations(MeterID(rawValue: number()))
    case 11: .meterFeatures
    case 12: .tableFeatures(list { $0.tableFeatures() })
    case 13: .ports
    case 14:
      .flowMonitor(
        list {
          FlowMonitorRequest(
            id: $0.number(), flags: .init(rawValue: $0.number()), outPort: $0.port(), table: $0.maybe { $0.table() },
            match: $0.match())
        })
    default: .other(MultipartKind(number: number(14...0xfffe)), bytes())
    }
  }

  /// How many kinds of answers `answer(kind:)` knows.
  static let answerKinds = 16

  /// An answer of a kind, of which there are `answerKinds`.
  mutating func answer(kind: Int) -> MultipartAnswer {
    switch kind {
    case 0:
      .description(
        SwitchDescription(
          manufacturer: text(256), hardware: text(256), software: text(256), serialNumber: text(32),
          datapath: text(256)))
    case 1: .flows(list { FlowStatistics(flow: $0.flow(), packets: $0.number(), bytes: $0.number(), age: $0.age()) })
    case 2: .aggregate(AggregateStatistics(total: traffic(), flows: number()))
    case 3:
      .tables(
        list { TableStatistics(table: $0.table(), flows: $0.number(), lookups: $0.number(), matches: $0.number()) })
    case 4:
      .portStatistics(
        list {
          var statistics = PortStatistics(port: $0.port())
          statistics.received = $0.traffic()
          statistics.sent = $0.traffic()
          statistics.overruns = $0.number()
          statistics.collisions = $0.number()
          statistics.age = $0.age()
          return statistics
        })
    case 5:
      .queues(
        list {
          QueueStatistics(port: $0.port(), queue: $0.number(), sent: $0.traffic(), errors: $0.number(), age: $0.age())
        })
    case 6:
      .groups(
        list {
          GroupStatistics(
            group: $0.group(), references: $0.number(), total: $0.traffic(), age: $0.age(),
            buckets: $0.list { $0.traffic() })
        })
    case 7: .groupDescriptions(list { $0.groupValue() })
    case 8:
      .groupFeatures(
        GroupFeatures(
          types: number(), capabilities: number(), maximum: list { $0.number() }, actions: list { $0.number() }))
    case 9:
      .meters(
        list {
          MeterStatistics(
            meter: MeterID(rawValue: $0.number()), flows: $0.number(), input: $0.traffic(), age: $0.age(),
            bands: $0.list { $0.traffic() })
        })
    case 10: .meterConfigurations(list { $0.meter() })
    case 11:
      .meterFeatures(
        MeterFeatures(
          maximum: number(), bandTypes: number(), capabilities: number(), maximumBands: number(),
          maximumColors: number()))
    case 12: .tableFeatures(list { $0.tableFeatures() })
    case 13: .ports(list { $0.portDescription() })
    case 14: .flowUpdates(list { $0.flowUpdate() })
    default: .other(MultipartKind(number: number(14...0xfffe)), bytes())
    }
  }

  private mutating func flowUpdate() -> FlowUpdate {
    guard Bool.random(using: &random) else { return .abbreviated(xid: number()) }
    var flow = flow()
    flow = Flow(
      table: flow.table, priority: flow.priority, cookie: flow.cookie, match: flow.match,
      instructions: flow.instructions, idleTimeout: flow.idleTimeout, hardTimeout: flow.hardTimeout)
    return .change(pick(FlowUpdate.Event.allCases, else: .added), reason: number(), flow)
  }
}
