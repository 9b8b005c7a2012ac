import NetworkTypes

@testable import OpenFlow

/// Random messages of every kind from a seed.
struct MessageGenerator {
  var random: SeededGenerator

  init(seed: UInt64) {
    random = SeededGenerator(state: seed)
  }

  /// How many kinds of messages `message(kind:xid:)` knows.
  static let kinds = 46

  mutating func number<T: FixedWidthInteger & UnsignedInteger>(_ range: ClosedRange<T> = 0...(.max)) -> T {
    // The ends of a range are where mistakes are.
    switch Int.random(in: 0..<8, using: &random) {
    case 0: range.lowerBound
    case 1: range.upperBound
    default: .random(in: range, using: &random)
    }
  }

  mutating func count(_ limit: Int = 4) -> Int { .random(in: 0...limit, using: &random) }
  mutating func list<T>(_ limit: Int = 4, _ make: (inout MessageGenerator) -> T) -> [T] {
    (0..<count(limit)).map { _ in make(&self) }
  }
  mutating func bytes(_ limit: Int = 40) -> [UInt8] { list(limit) { $0.number() } }
  mutating func maybe<T>(_ make: (inout MessageGenerator) -> T) -> T? {
    Bool.random(using: &random) ? make(&self) : nil
  }
  mutating func pick<T>(_ values: [T], else other: T) -> T { values.randomElement(using: &random) ?? other }
  mutating func text(_ limit: Int) -> String {
    let letters = "abcXYZ0189-_. äß€".unicodeScalars.map(String.init)
    var text = ""
    for _ in 0..<count(limit) {
      let next = text + pick(letters, else: "a")
      if next.utf8.count < limit { text = next }
    }
    return text
  }

  mutating func port() -> OFPort { OFPort(rawValue: number()) }
  mutating func table() -> TableID { TableID(rawValue: number()) }
  mutating func group() -> GroupID { GroupID(rawValue: number()) }
  mutating func mac() -> MACAddress { MACAddress(rawValue: number()) }
  mutating func age() -> Duration {
    .seconds(Int64(number() as UInt32)) + .nanoseconds(Int64(number(0...999_999_999) as UInt32))
  }
  mutating func traffic() -> TrafficCount { TrafficCount(packets: number(), bytes: number()) }

  mutating func match() -> Match {
    Match(
      list(5) { generator in
        switch generator.count(6) {
        case 0: .inPort(generator.port())
        case 1: .ethType(generator.number())
        case 2: .reg(generator.count(15), generator.number())
        case 3: .ethDst(generator.mac())
        case 4:
          MatchField(
            .tunnelID, value: UInt128(generator.number() as UInt64), mask: UInt128(generator.number() as UInt64))
        case 5:
          MatchField(
            .ipv4Src, value: UInt128(generator.number() as UInt32), mask: UInt128(generator.number() as UInt32))
        default: MatchField(.reg(3), value: UInt128(generator.number() as UInt32), mask: 0xffff)
        }
      })
  }

  mutating func flow() -> Flow {
    Flow(
      table: table(), priority: number(), cookie: number(), match: match(),
      instructions: list(3) { generator in
        switch generator.count(4) {
        case 0: .gotoTable(generator.table())
        case 1: .meter(generator.number())
        case 2: .writeMetadata(generator.number(), mask: generator.number())
        case 3: .writeActions(generator.list { $0.action() })
        default: .applyActions(generator.list { $0.action() })
        }
      },
      idleTimeout: number(), hardTimeout: number(), flags: FlowFlags(rawValue: number()))
  }

  mutating func groupValue() -> Group {
    Group(
      id: group(), type: pick(Group.Kind.allCases, else: .all),
      buckets: list {
        Bucket(weight: $0.number(), watchPort: $0.port(), watchGroup: $0.group(), actions: $0.list { $0.action() })
      })
  }

  mutating func meter() -> Meter {
    Meter(
      id: MeterID(rawValue: number()), flags: Meter.Flags(rawValue: number()),
      bands: list { generator in
        let kind: MeterBand.Kind =
          switch generator.count(2) {
          case 0: .drop
          case 1: .remarkDSCP(precedence: generator.number())
          default: .other(type: generator.number(3...0xffff), generator.bytes())
          }
        return MeterBand(kind: kind, rate: generator.number(), burst: generator.number())
      })
  }

  mutating func portDescription() -> PortDescription {
    PortDescription(
      port: port(), macAddress: mac(), name: text(16), configuration: number(), state: number(),
      features: list { $0.number() }, currentSpeed: number(), maximumSpeed: number())
  }

  mutating func error(xid: UInt32) -> OpenFlowError {
    switch count(2) {
    case 0: OpenFlowError(xid: xid, type: number(0...13), code: number(), data: bytes())
    case 1: OpenFlowError(xid: xid, type: 0xffff, code: number(), experimenter: number(), data: bytes())
    default: OpenFlowError(xid: xid, type: number(0...0xfffe), code: number(), experimenter: number(), data: bytes())
    }
  }

  mutating func packetIn2() -> PacketIn2 {
    var packet = PacketIn2(packet: bytes(), metadata: match())
    packet.fullLength = maybe { $0.number() }
    packet.bufferID = maybe { $0.number() }
    packet.table = maybe { $0.table() }
    packet.cookie = maybe { $0.number() }
    packet.reason = maybe { $0.number() }
    packet.userdata = maybe { $0.bytes() }
    packet.continuation = maybe { $0.bytes() }
    packet.others = list { .init(type: $0.number(9...0xffff), value: $0.bytes()) }
    return packet
  }

  mutating func tuple() -> ConntrackFlush.Tuple {
    var tuple = ConntrackFlush.Tuple()
    tuple.source = maybe { .v4(IPv4Address(rawValue: $0.number())) }
    tuple.destination = maybe { .v6(IPv6Address(high: $0.number(1...(.max)), low: $0.number())) }
    tuple.sourcePort = maybe { $0.number() }
    tuple.destinationPort = maybe { $0.number() }
    tuple.icmpID = maybe { $0.number() }
    tuple.icmpType = maybe { $0.number() }
    tuple.icmpCode = maybe { $0.number() }
    return tuple
  }

  mutating func option() -> TunnelOption {
    TunnelOption(optionClass: number(), type: number(), length: number(), index: number())
  }

  mutating func tableFeatures() -> TableFeatures {
    TableFeatures(
      table: table(), name: text(32), metadataMatch: number(), metadataWrite: number(), configuration: number(),
      maximumFlows: number(), properties: list { .init(type: $0.number(), value: $0.bytes()) })
  }

  mutating func role() -> ControllerRole { pick(ControllerRole.allCases, else: .equal) }
  mutating func reasons() -> AsyncConfiguration.Reasons { .init(primary: number(), secondary: number()) }
}
