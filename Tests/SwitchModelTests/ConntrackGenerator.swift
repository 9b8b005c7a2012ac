import NetworkTypes
import OpenFlow
import SwitchModel

/// Random flows that track, commit, translate and look at what tracking found.
struct TrackingFlowGenerator {
  var random: SeededGenerator
  /// Whether flows translate. The others may commit by force: a packet of a translated connection that is committed by
  /// force from the other side makes Open vSwitch 3.1 end (an assertion in conn_update_state).
  private let translates: Bool

  init(random: SeededGenerator) {
    self.random = random
    translates = self.random.chance(75)
  }

  /// Table 0 tracks, tables 1 and 2 decide by the state and may track again, table 3 shows the state and sends.
  mutating func state() -> EvaluationState {
    var state = EvaluationState()
    var cookie: UInt64 = 0
    func add(_ table: UInt8, _ priority: UInt16, _ match: [MatchField], _ actions: [Action]) {
      cookie += 1
      state.add(table: table, priority: priority, cookie: cookie, match, [.applyActions(actions)])
    }
    for (priority, type) in [(10, 0x0800), (20, 0x86dd)] as [(UInt16, UInt16)] {
      add(0, priority, [.ethType(type)], [track(then: 1)])
      add(0, priority + 1, [.ethType(type), .inPort(OFPort(2))], [track(then: random.pick([1, 2]))])
    }
    for table in [1, 2] as [UInt8] {
      for priority in [10, 20, 30, 40, 50] as [UInt16] {
        let isIPv6 = priority == 50
        let state: (value: UInt32, mask: UInt32) = random.pick([
          (0x21, 0x21), (0x22, 0x22), (0x2a, 0x2a), (0x30, 0x30), (0x20, 0x21), (0x24, 0x24), (0x20, 0x30),
          (0x60, 0x60),
          (0xa0, 0xa0),
        ])
        var actions: [Action] = []
        // Addresses that were translated already are not translated again to what they are.
        let original: [MatchField] =
          isIPv6
          ? [
            MatchField(.ipv6Src, value: 0xfd00 << 112, mask: ~0xf),
            MatchField(.ipv6Dst, value: 0xfd00 << 112, mask: ~0xf),
          ]
          : [
            MatchField(.ipv4Src, value: 0x0a00_0000, mask: ~0xf), MatchField(.ipv4Dst, value: 0x0a00_0000, mask: ~0xf),
          ]
        // What is invalid cannot be committed: Open vSwitch refuses such a flow.
        if state.value & 0x10 == 0, random.chance(60) {
          actions.append(commit(isIPv6: isIPv6, next: table == 1 && random.chance(30) ? 2 : nil))
        }
        if table == 1 && random.chance(30) { actions.append(track(then: 2)) }
        if random.chance(15) { actions.append(.ctClear) }
        if random.chance(10) { actions.append(.decrementTTL) }
        if random.chance(10) {
          actions.append(
            isIPv6 ? .setField(MatchField(.ipv6Dst, value: 7)) : .setField(MatchField(.ipv4Dst, value: 0x0a00_0005)))
        }
        actions.append(.resubmit(port: .inPort, table: TableID(3)))
        add(
          table, priority, [.ethType(isIPv6 ? 0x86dd : 0x0800), .ctState(state.value, mask: state.mask)] + original,
          actions)
      }
      add(table, 1, [], [.resubmit(port: .inPort, table: TableID(3))])
    }
    let show: [Action] = [
      .move(from: FieldSlice(.ctState, offset: 0, count: 8), to: FieldSlice(.ethSrc, offset: 0, count: 8)),
      .move(from: FieldSlice(.ctZone, offset: 0, count: 8), to: FieldSlice(.ethSrc, offset: 8, count: 8)),
      .move(from: FieldSlice(.ctMark, offset: 0, count: 8), to: FieldSlice(.ethSrc, offset: 16, count: 8)),
      .move(from: FieldSlice(.ctLabel, offset: 64, count: 8), to: FieldSlice(.ethSrc, offset: 24, count: 8)),
    ]
    add(3, 1, [], show + [.output(OFPort(3))])
    for (priority, type, fields) in [
      (10, 0x0800, [(Field.ctIPv4Source, 32), (.ctSourcePort, 16)]),
      (11, 0x86dd, [(.ctIPv6Destination, 16), (.ctDestinationPort, 16), (.ctProtocol, 8)]),
    ] as [(UInt16, UInt16, [(Field, Int)])] {
      // The original tuple goes into the other address.
      var offset = 0
      let more = fields.map { field, count in
        defer { offset += count }
        return Action.move(
          from: FieldSlice(field, offset: 0, count: count), to: FieldSlice(.ethDst, offset: offset, count: count))
      }
      add(3, priority, [.ethType(type), .ctState(0x20, mask: 0x30)], show + more + [.output(OFPort(3))])
    }
    return state
  }

  private mutating func zone() -> UInt16 { random.pick([0, 0, 0, 5]) }

  private mutating func track(then table: UInt8) -> Action {
    let translation: TranslateAction? = random.chance(50) ? TranslateAction(.existing) : nil
    return .track(TrackAction(zone: .number(zone()), table: TableID(table), translation: translation))
  }

  private mutating func commit(isIPv6: Bool, next table: UInt8?) -> Action {
    var translation: TranslateAction?
    if translates, random.chance(50) {
      let kind: TranslateAction.Kind = random.chance(50) ? .source : .destination
      let port: UInt16? = random.chance(40) ? random.pick([7000, 80]) : nil
      let addresses: TranslateAction.Addresses =
        isIPv6
        ? .v6(.init(IPv6Address(high: 0xfd00 << 48, low: random.pick([0x77, 0x78]))))
        : .v4(.init(IPv4Address(rawValue: random.pick([0x0a00_0077, 0x0a00_0078]))))
      translation = TranslateAction(kind, addresses: addresses, ports: port.map { .init($0) })
    }
    let zone = zone()
    let force = !translates && random.chance(25)
    var marks: [Action] = []
    if random.chance(40) {
      let value: UInt128 = random.pick([1, 0x12])
      marks.append(.setField(MatchField(.ctMark, value: value, mask: random.pick([.max, 0xf]))))
    }
    if random.chance(20) {
      marks.append(.load(random.pick([3, 5]), FieldSlice(.ctMark, offset: 4, count: 4)))
    }
    if random.chance(20) {
      marks.append(
        .move(from: FieldSlice(.ipTTL, offset: 0, count: 4), to: FieldSlice(.ctMark, offset: 0, count: 4)))
    }
    if random.chance(30) {
      let value = UInt128(random.pick([1, 0x34] as [UInt64])) << 64
      marks.append(.setField(MatchField(.ctLabel, value: value, mask: .max << 64)))
    }
    return .track(
      TrackAction(
        zone: .number(zone), commit: true, force: force, table: table.map { TableID($0) }, translation: translation,
        actions: marks))
  }
}

extension Field {
  static let ctProtocol = Field(oxmClass: 1, number: 119, length: 1)
  static let ctIPv4Source = Field(oxmClass: 1, number: 120, length: 4)
  static let ctIPv6Destination = Field(oxmClass: 1, number: 123, length: 16)
  static let ctSourcePort = Field(oxmClass: 1, number: 124, length: 2)
  static let ctDestinationPort = Field(oxmClass: 1, number: 125, length: 2)
}

/// Random packets of a few connections: beginnings, answers to what was seen leaving, errors about it.
struct ConversationGenerator {
  var random: SeededGenerator
  private var seen: [[UInt8]] = []

  init(random: SeededGenerator) {
    self.random = random
  }

  /// Packets that left can be answered from now on.
  mutating func note(_ packets: [[UInt8]]) {
    seen += packets
    if seen.count > 12 { seen.removeFirst(seen.count - 12) }
  }

  mutating func packet() -> [UInt8] {
    if let last = seen.randomElement(using: &random), random.chance(60), let answer = answer(to: last) { return answer }
    return first()
  }

  private mutating func first() -> [UInt8] {
    let isIPv6 = random.chance(30)
    let source = random.pick([1, 2] as [UInt32])
    let ports = (source: random.pick([40000, 40001, 500] as [UInt16]), destination: random.pick([80, 53] as [UInt16]))
    let addresses =
      isIPv6
      ? PacketBuilder.addresses(0xfd00 << 112 | UInt128(source), 0xfd00 << 112 | 9)
      : PacketBuilder.addresses(0x0a00_0000 | source, 0x0a00_0009)
    switch random.pick([6, 6, 6, 17, 17, 1, 1, 132]) as UInt8 {
    case 6:
      let flags: UInt16 = random.pick([0x02, 0x02, 0x02, 0x10, 0x18, 0x11, 0x04, 0x12])
      let isOpening = flags == 2
      return frame(
        addresses, isIPv6, 6,
        PacketBuilder.tcp(
          addresses, source: ports.source, destination: ports.destination, sequence: isOpening ? 1000 : 1001,
          acknowledgement: isOpening ? 0 : 5001, flags: flags, options: random.chance(30) ? [1, 3, 3, 7] : [],
          flags == 0x18 ? [1, 2, 3] : []))
    case 17:
      return frame(
        addresses, isIPv6, 17,
        PacketBuilder.udp(addresses, source: ports.source, destination: ports.destination, [1, 2, 3, 4]))
    case 1:
      if isIPv6 {
        let type: UInt8 = random.pick([128, 128, 129, 135])
        return frame(addresses, isIPv6, 58, PacketBuilder.icmpv6(addresses, type: type, code: 0, [1, 2, 3]))
      }
      let type: UInt8 = random.pick([8, 8, 8, 0, 13, 3])
      return frame(addresses, isIPv6, 1, PacketBuilder.icmp(type: type, code: 0, [1, 2, 3]))
    default:
      return frame(addresses, isIPv6, 132, PacketBuilder.bytes(0x0007_0008_0000_0001, 8) + [0, 0, 0, 0, 1, 2, 3, 4])
    }
  }

  private func frame(_ addresses: [UInt8], _ isIPv6: Bool, _ ipProtocol: UInt8, _ payload: [UInt8]) -> [UInt8] {
    let number = { (bytes: ArraySlice<UInt8>) in bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } }
    let half = addresses.count / 2
    let source = number(addresses[..<half])
    let destination = number(addresses[half...])
    guard isIPv6 else {
      return PacketBuilder.ethernet(
        type: 0x0800,
        PacketBuilder.ipv4(
          source: UInt32(source), destination: UInt32(destination), ipProtocol: ipProtocol, payload))
    }
    return PacketBuilder.ethernet(
      type: 0x86dd,
      PacketBuilder.ipv6(source: source, destination: destination, next: ipProtocol, payload))
  }

  /// What the receiver of a packet may send back; nil for one that nobody answers.
  private mutating func answer(to packet: [UInt8]) -> [UInt8]? {
    guard packet.count >= 14 + 28 else { return nil }
    let isIPv6 = packet[12] == 0x86
    let network = Array(packet[14...])
    let headerLength = isIPv6 ? 40 : 20
    guard network.count >= headerLength + 8 else { return nil }
    let ipProtocol = isIPv6 ? network[6] : network[9]
    let addresses =
      isIPv6 ? Array(network[24..<40] + network[8..<24]) : Array(network[16..<20] + network[12..<16])
    let transport = Array(network[headerLength...])
    let ports = (
      source: UInt16(transport[2]) << 8 | UInt16(transport[3]),
      destination: UInt16(transport[0]) << 8 | UInt16(transport[1])
    )
    if random.chance(15) {
      let rest = Array(network.prefix(headerLength + (isIPv6 ? 24 : random.pick([8, 24]))))
      if isIPv6 {
        return frame(
          addresses, true, 58, PacketBuilder.icmpv6(addresses, type: random.pick([1, 3]), code: 0, rest: 0, rest))
      }
      return frame(addresses, false, 1, PacketBuilder.icmp(type: random.pick([3, 11]), code: 0, rest: 0, rest))
    }
    switch ipProtocol {
    case 6:
      guard transport.count >= 20 else { return nil }
      let theirs = transport[4..<8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      let acknowledged = transport[8..<12].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      let flags: UInt16 =
        transport[13] & 2 != 0 && transport[13] & 0x10 == 0
        ? random.pick([0x12, 0x12, 0x14]) : random.pick([0x10, 0x10, 0x18, 0x11, 0x14, 0x04])
      let isOff = random.chance(10)
      return frame(
        addresses, isIPv6, 6,
        PacketBuilder.tcp(
          addresses, source: ports.source, destination: ports.destination,
          sequence: isOff ? random.pick([0, 200_000]) : (acknowledged == 0 ? 5000 : acknowledged),
          acknowledgement: theirs &+ 1, flags: flags, options: random.chance(30) ? [1, 3, 3, 2] : []))
    case 17:
      return frame(
        addresses, isIPv6, 17,
        PacketBuilder.udp(addresses, source: ports.source, destination: ports.destination, [9, 9]))
    case 1 where transport[0] == 8:
      return frame(addresses, false, 1, PacketBuilder.icmp(type: 0, code: 0, [1, 2, 3]))
    case 58 where transport[0] == 128:
      return frame(addresses, true, 58, PacketBuilder.icmpv6(addresses, type: 129, code: 0, [1, 2, 3]))
    case 132: return frame(addresses, isIPv6, 132, transport)
    default: return nil
    }
  }
}
