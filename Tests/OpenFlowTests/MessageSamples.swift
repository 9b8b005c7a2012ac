import NetworkTypes

@testable import OpenFlow

/// A message of every kind, each with a name.
enum MessageSamples {
  static let mac = MACAddress(0xfa, 0x16, 0x3e, 0, 0, 1)
  static let arp = Match([.inPort(OFPort(3)), .ethType(0x0806)])
  static let flow = Flow(
    table: TableID(5), priority: 100, cookie: 0xa11, match: arp,
    instructions: [.applyActions([.output(OFPort(2))]), .gotoTable(TableID(6))], idleTimeout: 7, hardTimeout: 9,
    flags: .sendFlowRemoved)
  static let port = PortDescription(
    port: OFPort(3), macAddress: mac, name: "tap3", configuration: 0x20, state: 4, features: [0x840, 0x840, 0, 0],
    currentSpeed: 10_000_000, maximumSpeed: 20_000_000)
  static let selectGroup = Group(
    id: GroupID(17), type: .select,
    buckets: [
      Bucket(weight: 1, actions: [.output(OFPort(1))]),
      Bucket(weight: 3, actions: [.setField(.reg(0, 5)), .output(OFPort(2))]),
    ])
  static let failoverGroup = Group(
    id: GroupID(18), type: .fastFailover,
    buckets: [
      Bucket(watchPort: OFPort(1), actions: [.output(OFPort(1))]),
      Bucket(watchGroup: GroupID(17), actions: [.group(17)]),
    ])
  static let meter = Meter(id: MeterID(4), flags: [.packets, .burst], bands: [MeterBand(rate: 100, burst: 20)])
  static let pausedPacket: PacketIn2 = {
    var packet = PacketIn2(packet: [1, 2, 3, 4, 5], metadata: Match([.inPort(OFPort(3)), .reg(1, 9)]))
    packet.fullLength = 60
    packet.table = TableID(9)
    packet.cookie = 0x55
    packet.reason = 1
    packet.userdata = [0xca, 0xfe]
    return packet
  }()
  static let connection: ConntrackFlush.Tuple = {
    var tuple = ConntrackFlush.Tuple()
    tuple.source = .v4(IPv4Address(10, 0, 0, 1))
    tuple.destination = .v4(IPv4Address(10, 0, 0, 2))
    tuple.sourcePort = 1234
    tuple.destinationPort = 80
    return tuple
  }()

  static let standard: [(name: String, message: OpenFlowMessage)] = [
    ("hello", .hello(Hello())),
    ("hello without a bitmap", .hello(Hello(bitmap: nil))),
    ("error", .error(OpenFlowError(xid: 9, type: 5, code: 1, data: [4, 14, 0, 56, 0, 0, 0, 9]))),
    ("extension error", .error(OpenFlowError(xid: 9, type: 0xffff, code: 2309, experimenter: 0x4f4e_4600))),
    ("old extension error", .error(OpenFlowError(xid: 9, type: 1, code: 0x202, experimenter: 0x2320))),
    ("echo request", .echoRequest([1, 2, 3])),
    ("echo reply", .echoReply([])),
    ("features request", .featuresRequest),
    ("features reply", .featuresReply(SwitchFeatures(datapathID: 0x2a, capabilities: 0x4f))),
    ("get config request", .getConfigRequest),
    ("get config reply", .getConfigReply(SwitchConfiguration(flags: 0, missSendLength: 128))),
    ("set config", .setConfig(SwitchConfiguration(flags: 1, missSendLength: 0xffff))),
    (
      "packet-in",
      .packetIn(
        PacketIn(
          totalLength: 60, reason: 1, table: TableID(9), cookie: 0x77, metadata: Match([.inPort(OFPort(3))]),
          data: [1, 2, 3, 4]))
    ),
    (
      "flow removed",
      .flowRemoved(
        FlowRemoved(
          key: flow.key, cookie: 0xa11, reason: 1, age: .milliseconds(1500), idleTimeout: 7, hardTimeout: 9,
          packets: 3, bytes: 180))
    ),
    ("port status", .portStatus(PortStatus(reason: .modified, description: port))),
    ("packet-out", .packetOut(PacketOut(inPort: OFPort(3), actions: [.output(.table)], data: [9, 8, 7]))),
    ("flow mod", .flowMod(FlowMod(.modifyStrict, flow, cookieMask: .max))),
    ("group mod add", .groupMod(GroupMod(.add, selectGroup))),
    ("group mod modify", .groupMod(GroupMod(.modify, failoverGroup))),
    ("group mod delete", .groupMod(.delete(.all))),
    ("port mod", .portMod(PortMod(port: OFPort(3), macAddress: mac, configuration: 0x20, mask: 0x60))),
    ("table mod", .tableMod(TableMod(table: .all, configuration: 3))),
    ("barrier request", .barrierRequest),
    ("barrier reply", .barrierReply),
    ("queue get config request", .queueGetConfigRequest(OFPort(1))),
    (
      "queue get config reply",
      .queueGetConfigReply(
        QueueConfiguration(
          port: OFPort(1),
          queues: [.init(id: 2, port: OFPort(1), properties: [.minimumRate(500), .maximumRate(900)])]))
    ),
    ("role request", .roleRequest(RoleMessage(role: .primary, generation: 77))),
    ("role reply", .roleReply(RoleMessage(role: .secondary, generation: 77))),
    ("get async request", .getAsyncRequest),
    ("get async reply", .getAsyncReply(asynchronous)),
    ("set async", .setAsync(asynchronous)),
    ("meter mod add", .meterMod(MeterMod(.add, meter))),
    ("meter mod delete", .meterMod(.delete(.all))),
  ]
  private static let asynchronous = AsyncConfiguration(
    packetIn: .init(primary: 7, secondary: 0), portStatus: .init(primary: 7, secondary: 7),
    flowRemoved: .init(primary: 15, secondary: 0))

  static let extensions: [(name: String, message: OpenFlowMessage)] = [
    ("bundle open", .bundleControl(BundleControl(bundle: 7, kind: .openRequest))),
    ("bundle committed", .bundleControl(BundleControl(bundle: 7, kind: .commitReply))),
    (
      "bundle add",
      .bundleAdd(
        BundleAdd(bundle: 7, message: [4, 15, 0, 16, 0, 0, 0, 9, 0, 2, 0, 0, 0xff, 0xff, 0xff, 0xfc]))
    ),
    ("flow monitor cancel", .flowMonitorCancel(5)),
    ("flow monitor paused", .flowMonitorPaused),
    ("flow monitor resumed", .flowMonitorResumed),
    ("role status", .roleStatus(RoleStatus(role: .secondary, reason: 0, generation: 78))),
    ("request forward", .requestForward([4, 15, 0, 16, 0, 0, 0, 42, 0, 2, 0, 0, 0xff, 0xff, 0xff, 0xfc])),
    ("set packet-in format", .setPacketInFormat(.nicira2)),
    ("set controller id", .setControllerID(12)),
    (
      "tunnel option mod",
      .tunnelOptionMod(
        TunnelOptionMod(.add, [TunnelOption(optionClass: 0x102, type: 0x80, length: 4, index: 1)]))
    ),
    ("tunnel option request", .tunnelOptionRequest),
    (
      "tunnel option reply",
      .tunnelOptionReply(
        TunnelOptionTable(
          maximumSpace: 256, maximumFields: 64,
          options: [TunnelOption(optionClass: 0x102, type: 0x80, length: 4, index: 1)]))
    ),
    ("set async 2", .setAsync2([AsyncProperty(type: 1, mask: 7), AsyncProperty(type: 3, mask: 7)])),
    ("resume", .resume(pausedPacket)),
    ("ct flush zone", .conntrackFlushZone(5)),
    ("packet-in 2", .packetIn2(pausedPacket)),
    ("ct flush", .conntrackFlush(ConntrackFlush(ipProtocol: 6, zone: 5, original: connection))),
    ("unknown extension", .experimenter(.nicira(999), body: [1, 2, 3, 4])),
    ("unknown type", .unknown(type: 35, body: [1, 2, 3, 4])),
  ]

  static let requests: [(name: String, request: MultipartRequest)] = [
    ("description request", .description), ("flow request", .flows(filter)), ("aggregate request", .aggregate(filter)),
    ("table request", .tables), ("port statistics request", .portStatistics(.any)),
    ("queue request", .queues(port: .any, queue: .max)), ("group request", .groups(.all)),
    ("group description request", .groupDescriptions), ("group features request", .groupFeatures),
    ("meter request", .meters(.all)), ("meter configuration request", .meterConfigurations(.all)),
    ("meter features request", .meterFeatures), ("table features request", .tableFeatures([])),
    ("port request", .ports),
    (
      "flow monitor request",
      .flowMonitor([FlowMonitorRequest(id: 5, flags: [.initial, .add, .delete, .instructions], match: arp)])
    ),
    ("unknown multipart request", .other(MultipartKind(number: 77), [1, 2, 3, 4])),
    ("unknown extension request", .other(MultipartKind(.nicira(999)), [1, 2, 3, 4])),
  ]
  private static let filter = FlowFilter(
    table: TableID(5), outPort: OFPort(2), cookie: CookieFilter(0xa00, mask: 0xf00), match: arp)

  static let answers: [(name: String, answer: MultipartAnswer)] = [
    (
      "description reply",
      .description(
        SwitchDescription(
          manufacturer: "Nicira, Inc.", hardware: "Open vSwitch", software: "3.1.0", serialNumber: "None",
          datapath: "br-int"))
    ),
    ("flow reply", .flows([FlowStatistics(flow: flow, packets: 3, bytes: 180, age: .milliseconds(1500))])),
    ("aggregate reply", .aggregate(AggregateStatistics(total: TrafficCount(packets: 5, bytes: 300), flows: 2))),
    (
      "table reply",
      .tables((0..<3).map { TableStatistics(table: TableID($0), flows: 1, lookups: 10, matches: 9) })
    ),
    ("port statistics reply", .portStatistics([portStatistics])),
    (
      "queue reply",
      .queues([
        QueueStatistics(
          port: OFPort(1), queue: 2, sent: TrafficCount(packets: 3, bytes: 180), errors: 1, age: .milliseconds(1500))
      ])
    ),
    (
      "group reply",
      .groups([
        GroupStatistics(
          group: GroupID(17), references: 1, total: TrafficCount(packets: 4, bytes: 240), age: .milliseconds(1500),
          buckets: [TrafficCount(packets: 1, bytes: 60), TrafficCount(packets: 3, bytes: 180)])
      ])
    ),
    ("group description reply", .groupDescriptions([selectGroup, failoverGroup])),
    (
      "group features reply",
      .groupFeatures(
        GroupFeatures(
          types: 15, capabilities: 7, maximum: [1, 2, 3, 4], actions: [1, 0x400001, 1, 1]))
    ),
    (
      "meter reply",
      .meters([
        MeterStatistics(
          meter: MeterID(4), flows: 1, input: TrafficCount(packets: 5, bytes: 300), age: .milliseconds(1500),
          bands: [TrafficCount(packets: 2, bytes: 120)])
      ])
    ),
    ("meter configuration reply", .meterConfigurations([meter])),
    (
      "meter features reply",
      .meterFeatures(
        MeterFeatures(
          maximum: 262_144, bandTypes: 2, capabilities: 15, maximumBands: 8))
    ),
    (
      "table features reply",
      .tableFeatures([
        TableFeatures(
          table: TableID(0), name: "classifier", metadataMatch: .max, metadataWrite: .max, configuration: 3,
          maximumFlows: 1_000_000,
          properties: [
            .init(type: 0, value: [0, 1, 0, 4, 0, 4, 0, 4]), .init(type: 2, value: [1, 2, 3]),
            .init(type: 6, value: [0, 0, 0, 4]), .init(type: 8, value: [0x80, 0, 0, 4]),
          ])
      ])
    ),
    ("port reply", .ports([port])),
    (
      "flow monitor update",
      .flowUpdates([
        .change(
          .added, reason: 0,
          Flow(
            table: TableID(5), priority: 100, cookie: 0xa11, match: Match([.ethType(0x0806)]),
            instructions: [.applyActions([.output(OFPort(2))])])),
        .abbreviated(xid: 0x1234),
      ])
    ),
    ("unknown multipart reply", .other(MultipartKind(number: 77), [1, 2, 3, 4])),
  ]
  private static let portStatistics: PortStatistics = {
    var statistics = PortStatistics(port: OFPort(3))
    statistics.received = TrafficCount(packets: 10, bytes: 600)
    statistics.sent = TrafficCount(packets: 20, bytes: 1200)
    statistics.receiveDrops = 1
    statistics.sendDrops = 2
    statistics.receiveErrors = 12
    statistics.sendErrors = 4
    statistics.frameErrors = 5
    statistics.overruns = 3
    statistics.checksumErrors = 4
    statistics.collisions = 6
    statistics.age = .milliseconds(1500)
    return statistics
  }()

  /// Every sample, the answers as the parts that they take.
  static let all: [(name: String, message: OpenFlowMessage)] =
    standard + extensions + requests.map { ($0.name, .multipartRequest($0.request)) }
    + answers.flatMap { sample in
      MultipartReply.parts(of: sample.answer).map { (sample.name, OpenFlowMessage.multipartReply($0)) }
    }
}
