import NetworkTypes

@testable import OpenFlow

extension MessageGenerator {
  /// Any action, as it is after it was read: a note is padded then, and a port has sixteen bits where that is so.
  mutating func action(depth: Int = 0) -> Action {
    switch count(depth < 3 ? 6 : 3) {
    case 0: standardAction()
    case 1: fieldAction()
    case 2: controlAction()
    case 3: structuredAction()
    case 4: .clone(list(3) { $0.action(depth: depth + 1) })
    default: .track(track(depth: depth + 1))
    }
  }

  private mutating func standardAction() -> Action {
    switch count(15) {
    case 0: .output(port())
    case 1: .output(.controller, maxLength: number())
    case 2: .group(number())
    case 3: .setQueue(number())
    case 4: .pushVLAN(number())
    case 5: .popVLAN
    case 6: .pushMPLS(number())
    case 7: .popMPLS(number())
    case 8: .pushPBB(number())
    case 9: .popPBB
    case 10: .setTTL(number())
    case 11: .decrementTTL
    case 12: .setMPLSTTL(number())
    case 13: .decrementMPLSTTL
    case 14: .copyTTLOut
    default: .copyTTLIn
    }
  }

  private mutating func fieldAction() -> Action {
    switch count(12) {
    case 0: .setField(.reg(count(15), number()))
    case 1: .setField(MatchField(.tunnelID, value: UInt128(number() as UInt64), mask: UInt128(number(1...5) as UInt64)))
    case 2: .loadField(MatchField(.nshContext, value: UInt128(number() as UInt32)))
    case 3: .load(number(), slice())
    case 4: .copyField(from: slice(32), to: slice(32))
    case 5: .setTunnel(number())
    case 6: .setTunnel64(number())
    case 7: .deleteField(Field(oxmClass: 1, number: number(40...103), length: 124))
    case 8: .push(slice())
    case 9: .pop(slice(wide: true))
    case 10: .checkLength(number(), into: slice(1))
    case 11: .move(from: slice(7, wide: true), to: slice(7))
    default: .move(from: slice(16), to: slice(16, wide: true))
    }
  }

  private mutating func controlAction() -> Action {
    switch count(14) {
    case 0: .outputField(slice(16, wide: true), maxLength: number())
    case 1: .outputTruncated(compactPort(), length: number())
    case 2: .popQueue
    case 3: .resubmit(port: compactPort(), table: table())
    case 4: .resubmitTuple(port: compactPort(), table: table())
    case 5: .resubmitPort(compactPort())
    case 6: .ctClear
    case 7: .finTimeout(idle: number(), hard: number())
    case 8: .conjunction(id: number(), clause: number(), of: number())
    case 9: .note((0..<(6 + 8 * count(3))).map { _ in number() })
    case 10: .exit
    case 11: .decrementTTLTelling(controllers: list(5) { $0.number() })
    case 12: .decrementNSHTTL
    case 13: .decapsulate(PacketType(rawValue: number()))
    default: .controller(controller())
    }
  }

  private mutating func structuredAction() -> Action {
    switch count(4) {
    case 0: .learn(learn())
    case 1:
      .multipath(
        MultipathAction(
          fields: pick(HashFields.allCases, else: .networkSource), basis: number(),
          algorithm: pick(MultipathAction.Algorithm.allCases, else: .modulo), highest: number(), argument: number(),
          destination: slice(16)))
    case 2:
      .bundle(
        BundleAction(
          fields: pick(HashFields.allCases, else: .networkSource), basis: number(),
          algorithm: pick(BundleAction.Algorithm.allCases, else: .activeBackup), members: list(6) { $0.compactPort() },
          destination: maybe { $0.slice(16) }))
    case 3: .sample(sample())
    default:
      .encapsulate(
        Encapsulation(
          PacketType(rawValue: number()),
          properties: list { .init(propertyClass: $0.number(), type: $0.number(), value: $0.bytes()) },
          headerLength: number()))
    }
  }

  private mutating func track(depth: Int) -> TrackAction {
    TrackAction(
      zone: Bool.random(using: &random) ? .number(number()) : .field(slice(16)), commit: Bool.random(using: &random),
      force: Bool.random(using: &random), table: maybe { TableID(rawValue: $0.number(0...0xfe)) }, helper: number(),
      translation: maybe { $0.translation() }, actions: list(3) { $0.action(depth: depth) })
  }

  private mutating func translation() -> TranslateAction {
    let addresses: TranslateAction.Addresses? = maybe { generator in
      Bool.random(using: &generator.random)
        ? .v4(
          .init(IPv4Address(rawValue: generator.number()), through: generator.maybe { .init(rawValue: $0.number()) }))
        : .v6(
          .init(
            IPv6Address(high: generator.number(), low: generator.number()),
            through: generator.maybe { .init(high: $0.number(), low: $0.number()) }))
    }
    return TranslateAction(
      pick([.existing, .source, .destination], else: .existing), addresses: addresses,
      ports: maybe { generator in .init(generator.number(), through: generator.maybe { $0.number() }) },
      options: TranslateAction.Options(rawValue: number() & 0xfffc))
  }

  private mutating func learn() -> LearnAction {
    var learn = LearnAction(table: table(), priority: number())
    learn.idleTimeout = number()
    learn.hardTimeout = number()
    learn.finIdleTimeout = number()
    learn.finHardTimeout = number()
    learn.cookie = number()
    learn.limit = number()
    learn.resultDestination = maybe { $0.slice(1) }
    learn.flags = LearnAction.Flags(rawValue: number(0...3))
    if learn.resultDestination != nil { learn.flags.insert(.writeResult) }
    learn.specifications = list { generator in
      let count = generator.pick([1, 8, 16, 17, 32], else: 1)
      let source: LearnAction.Source =
        Bool.random(using: &generator.random)
        ? .field(generator.slice(count)) : .value(UInt128(generator.number(0...0xffff) as UInt32))
      let target: LearnAction.Target =
        switch generator.count(2) {
        case 0: .match(generator.slice(count))
        case 1: .load(generator.slice(count))
        default: .output
        }
      return LearnAction.Specification(count: count, source: source, target: target)
    }
    return learn
  }

  private mutating func controller() -> ControllerAction {
    ControllerAction(
      maxLength: number(), controllerID: number(), reason: number(), userdata: bytes(), pause: .random(using: &random),
      meter: maybe { $0.number() })
  }

  private mutating func sample() -> SampleAction {
    let direction = maybe { $0.pick(SampleAction.Direction.allCases, else: .egress) }
    let port = maybe { $0.compactPort() } ?? (direction == nil ? nil : .any)
    return SampleAction(
      probability: number(), collectorSet: number(), domain: number(), point: number(), samplingPort: port,
      direction: direction)
  }

  /// Bits of a field; as many as `count` when it is said.
  private mutating func slice(_ count: Int? = nil, wide: Bool = false) -> FieldSlice {
    let field: Field =
      wide && Bool.random(using: &random) ? .nshContext : pick([.reg(3), .tunnelID, .ethSrc], else: .reg(0))
    let count = count ?? Int(number(1...32) as UInt8)
    return FieldSlice(field, offset: Int(number(0...UInt8(clamping: field.bits - count))), count: count)
  }

  /// A port that sixteen bits are enough for.
  private mutating func compactPort() -> OFPort { OFPort(compact: number()) }
}

extension Field {
  /// A field whose header has room for an experimenter's id.
  fileprivate static let nshContext = Field(oxmClass: 0xffff, number: 6, length: 4, experimenter: 0x005a_d650)
}
