import OpenFlow
import SwitchModel

/// Random flows and groups that Open vSwitch accepts: fields with what they need, few values, tables that lead on.
struct FlowGenerator {
  var random: SeededGenerator
  /// The tables that there are.
  var tables: UInt8 = 5
  private var cookie: UInt64 = 0
  private var groupIDs: [UInt32] = []
  private var hasPushed = false

  init(random: SeededGenerator) {
    self.random = random
  }

  /// What a flow's match says of its packets: what its actions may rely on.
  private enum Kind: CaseIterable {
    case any, ip, ipv6, tcp, udp, sctp, icmp, tcp6, udp6, icmp6, solicitation, advertisement, arp, vlan, mpls
  }

  mutating func state() -> EvaluationState {
    var state = EvaluationState()
    for id in 1...3 as ClosedRange<UInt32> where random.chance(70) {
      let group = self.group(id)
      state.groups[id] = group
      groupIDs.append(id)
    }
    for table in 0..<tables {
      let count = Int.random(in: 3...9, using: &random)
      var priorities = Array(2...200 as ClosedRange<UInt16>).shuffled(using: &random)
      for _ in 0..<count { state.add(flow(table, priority: priorities.removeLast(), random.pick(Kind.allCases))) }
      // Most tables have a flow for what is left.
      if random.chance(85) { state.add(flow(table, priority: random.pick([0, 1]), .any, isCatchall: true)) }
    }
    return state
  }

  private mutating func flow(_ table: UInt8, priority: UInt16, _ kind: Kind, isCatchall: Bool = false) -> Flow {
    cookie += 1
    hasPushed = false
    let match = Match(isCatchall ? [] : self.match(kind))
    return Flow(
      table: TableID(table), priority: priority, cookie: cookie, match: match,
      instructions: instructions(table, isCatchall ? .any : kind))
  }

  // MARK: Matches

  private mutating func field(_ field: Field, _ values: [UInt128], masks: [UInt128] = []) -> MatchField {
    let mask = masks.isEmpty || random.chance(60) ? UInt128.max : random.pick(masks)
    return MatchField(field, value: random.pick(values), mask: mask)
  }

  private mutating func match(_ kind: Kind) -> [MatchField] {
    var fields = prerequisites(kind)
    var optional = metadataFields()
    if kind != .vlan { optional.append(random.chance(70) ? .vlanUntagged : .vlanTagged) }
    optional.append(field(.ethSrc, PacketGenerator.macs.map { UInt128($0) }, masks: [0xffff_ffff_0000, 1, 0xff]))
    optional.append(field(.ethDst, PacketGenerator.macs.map { UInt128($0) }, masks: [0x0100_0000_0000, 2]))
    var own = headerFields(kind)
    optional.shuffle(using: &random)
    own.shuffle(using: &random)
    fields += optional.prefix(random.pick([0, 0, 1, 1, 2]))
    fields += own.prefix(random.pick([0, 1, 1, 2]))
    return fields
  }

  private mutating func metadataFields() -> [MatchField] {
    [
      field(.inPort, [1, 2, 3, 4]),
      field(.metadata, [0, 1, 0x1_0000_0000, 5], masks: [0xff, 0xffff_0000_0000, 1]),
      field(.reg(0), [0, 1, 2, 3], masks: [1, 2, 3]), field(.reg(1), [0, 1, 0x10], masks: [1, 0xf0]),
      field(.reg(5), [0, 7, 64], masks: [0xff]), field(.packetMark, [0, 1, 2], masks: [1]),
      field(.tunnelID, [0, 5, 100], masks: [0xf]),
    ]
  }

  private func prerequisites(_ kind: Kind) -> [MatchField] {
    switch kind {
    case .any: []
    case .ip: [.ethType(0x0800)]
    case .ipv6: [.ethType(0x86dd)]
    case .tcp: [.ethType(0x0800), .ipProto(6)]
    case .udp: [.ethType(0x0800), .ipProto(17)]
    case .sctp: [.ethType(0x0800), .ipProto(132)]
    case .icmp: [.ethType(0x0800), .ipProto(1)]
    case .tcp6: [.ethType(0x86dd), .ipProto(6)]
    case .udp6: [.ethType(0x86dd), .ipProto(17)]
    case .icmp6: [.ethType(0x86dd), .ipProto(58)]
    case .solicitation: [.ethType(0x86dd), .ipProto(58), .icmpv6Type(135), .icmpv6Code(0)]
    case .advertisement: [.ethType(0x86dd), .ipProto(58), .icmpv6Type(136), .icmpv6Code(0)]
    case .arp: [.ethType(0x0806)]
    case .vlan: [.vlanTagged]
    case .mpls: [.ethType(0x8847)]
    }
  }

  private mutating func headerFields(_ kind: Kind) -> [MatchField] {
    let addresses = PacketGenerator.addresses.map { UInt128($0) }
    let masks: [UInt128] = [0xffff_ff00, 0xff00_0000, 1, 0xffff_0001]
    let ports = PacketGenerator.ports.map { UInt128($0) }
    let portMasks: [UInt128] = [0xff00, 1, 0xfff0]
    let ip4: [MatchField] = [field(.ipv4Src, addresses, masks: masks), field(.ipv4Dst, addresses, masks: masks)]
    let ip6: [MatchField] = [
      field(.ipv6Src, PacketGenerator.addresses6, masks: [.max << 64, 1, 3]),
      field(.ipv6Dst, PacketGenerator.addresses6, masks: [.max << 64, 1]),
    ]
    let any: [MatchField] = [
      field(.ipDSCP, [0, 0x2e, 8]), field(.ipECN, [0, 3]), field(.ipTTL, [0, 1, 2, 63, 64]),
      random.pick([.ipFrag(0), .ipFrag(1), .ipFrag(0, mask: 2)]),
    ]
    switch kind {
    case .any: return []
    case .ip: return ip4 + any + [field(.ipProto, [1, 6, 17]), .ipFrag(3), .ipFrag(1, mask: 1)]
    case .ipv6: return ip6 + any + [field(.ipProto, [6, 17, 58, 44]), .ipFrag(3), .ipFrag(1, mask: 1)]
    case .tcp, .tcp6:
      return (kind == .tcp ? ip4 : ip6) + any + [
        field(.tcpSrc, ports, masks: portMasks), field(.tcpDst, ports, masks: portMasks),
        field(.tcpFlags, [2, 0x12, 0x10], masks: [2, 0x12, 0x10]),
      ]
    case .udp, .udp6:
      return (kind == .udp ? ip4 : ip6) + any + [
        field(.udpSrc, ports, masks: portMasks), field(.udpDst, ports, masks: portMasks),
      ]
    case .sctp: return ip4 + any
    case .icmp: return ip4 + any + [field(.icmpv4Type, [8, 0, 3]), field(.icmpv4Code, [0, 1])]
    case .icmp6: return ip6 + any + [field(.icmpv6Type, [128, 129, 135]), field(.icmpv6Code, [0, 1])]
    case .solicitation:
      return [field(.ndTarget, PacketGenerator.addresses6), field(.ndSLL, PacketGenerator.macs.map { UInt128($0) })]
    case .advertisement:
      return [field(.ndTarget, PacketGenerator.addresses6), field(.ndTLL, PacketGenerator.macs.map { UInt128($0) })]
    case .arp:
      return [
        field(.arpOp, [1, 2]), field(.arpSPA, addresses, masks: masks), field(.arpTPA, addresses, masks: masks),
        field(.arpSHA, PacketGenerator.macs.map { UInt128($0) }),
        field(.arpTHA, PacketGenerator.macs.map { UInt128($0) }),
      ]
    case .vlan: return [field(.vlanVID, [0x1000, 0x1064, 0x10c8]), field(.vlanPCP, [0, 3, 7])]
    case .mpls: return [field(.mplsLabel, [16, 1000, 17]), field(.mplsBottom, [0, 1])]
    }
  }

  // MARK: Instructions

  private mutating func instructions(_ table: UInt8, _ kind: Kind) -> [Instruction] {
    var instructions: [Instruction] = []
    if random.chance(90) {
      instructions.append(
        .applyActions(actions(table, kind, count: Int.random(in: 1...4, using: &random), isSet: false)))
    }
    if random.chance(8) { instructions.append(.clearActions) }
    if random.chance(25) {
      instructions.append(
        .writeActions(actions(table, kind, count: Int.random(in: 1...3, using: &random), isSet: true)))
    }
    if random.chance(15) {
      instructions.append(.writeMetadata(random.pick([1, 5, 0xff]), mask: random.pick([.max, 0xff, 1])))
    }
    if table < tables - 1, random.chance(45) {
      instructions.append(.gotoTable(TableID(UInt8.random(in: (table + 1)..<tables, using: &random))))
    }
    return instructions
  }

  private mutating func actions(_ table: UInt8, _ kind: Kind, count: Int, isSet: Bool, depth: Int = 0) -> [Action] {
    (0..<count).flatMap { _ in action(table, kind, isSet: isSet, depth: depth) }
  }

  private mutating func action(_ table: UInt8, _ kind: Kind, isSet: Bool, depth: Int) -> [Action] {
    switch Int.random(in: 0..<30, using: &random) {
    case 0..<7: return [.output(port())]
    case 7..<13: return [setField(kind)]
    case 13: return [move(kind)]
    case 14:
      let slice = FieldSlice(.reg(random.pick([0, 1, 5])), offset: 0, count: 16)
      return [
        random.pick([
          .load(random.pick([0, 1, 0x10, 7]), slice), .setTunnel64(5), .setTunnel(100),
          .copyField(from: slice, to: FieldSlice(.reg(1), offset: 0, count: 16)), .loadField(.reg(0, 3)),
        ])
      ]
    case 15:
      // Mostly onwards; a few go back, up to the limit.
      let onwards = table < tables - 1 && random.chance(93)
      let next = onwards ? UInt8.random(in: (table + 1)..<tables, using: &random) : random.pick([table, 0])
      guard onwards || random.chance(25) else { return [.output(port())] }
      return [.resubmit(port: random.chance(70) ? .inPort : OFPort(random.pick([1, 2, 3])), table: TableID(next))]
    case 16 where !groupIDs.isEmpty: return [.group(random.pick(groupIDs))]
    case 17 where kind != .any && kind != .vlan && kind != .arp && kind != .mpls:
      return [random.chance(70) ? .decrementTTL : .decrementTTLTelling(controllers: [1, 7])]
    case 18 where kind == .vlan && !isSet && depth == 0:
      return [
        .clone([.popVLAN, .output(port()), .resubmit(port: .inPort, table: TableID(min(table + 1, tables - 1)))])
      ]
    case 18 where kind != .mpls && !isSet && !hasPushed:
      // Open vSwitch refuses a flow that knows of too many tags.
      hasPushed = true
      return [.pushVLAN(random.pick([0x8100, 0x88a8])), setVLAN()]
    case 19 where kind != .any && kind != .vlan && kind != .arp && kind != .mpls:
      return [.setTTL(random.pick([0, 1, 5, 64]))]
    case 20 where !isSet && depth < 2: return [.clone(actions(table, kind, count: 2, isSet: false, depth: depth + 1))]
    case 21 where !isSet: return [.outputField(FieldSlice(.reg(0), offset: 0, count: 16))]
    case 22 where !isSet && random.chance(20): return [.exit]
    case 23 where !isSet: return [.note([1, 2, 3, 4, 5, 6])]
    case 24..<28 where !isSet: return otherActions(table, kind, depth: depth)
    case 28 where !isSet:
      // What a later table matches was on the stack meanwhile.
      let slices = [FieldSlice(.reg(0)), FieldSlice(.ethSrc), FieldSlice(.reg(5), offset: 4, count: 12)]
      return [.push(random.pick(slices)), setField(kind), .pop(random.pick(slices))]
    default: return [.output(port())]
    }
  }

  /// Labels, length checks, truncation. A label that comes or goes changes what later actions may touch, so it does
  /// that in a copy of the packet.
  private mutating func otherActions(_ table: UInt8, _ kind: Kind, depth: Int) -> [Action] {
    let next = TableID(min(table + 1, tables - 1))
    let onwards: [Action] = table < tables - 1 ? [.resubmit(port: .inPort, table: next)] : []
    switch kind {
    case .mpls where random.chance(70):
      switch Int.random(in: 0..<5, using: &random) {
      case 0: return [.decrementMPLSTTL]
      case 1: return [.setMPLSTTL(random.pick([1, 7]))]
      case 2: return [.setField(MatchField(.mplsLabel, value: random.pick([3, 1000])))]
      case 3: return [.clone([.pushMPLS(0x8847), .output(port())] + onwards)]
      default:
        let type: UInt16 = random.pick([0x0800, 0x86dd, 0x8847])
        let after: [Action] = type == 0x8847 ? [] : [.setField(field(.ethDst, [1, 2])), .decrementTTL]
        return [.clone([.popMPLS(type), .output(port())] + after + [.output(port())] + onwards)]
      }
    case .ip, .tcp, .udp, .ipv6, .icmp:
      if random.chance(50), depth < 2 {
        return [
          .clone(
            [.pushMPLS(0x8847), .setField(MatchField(.mplsLabel, value: 17)), .output(port())] + onwards)
        ]
      }
    default: break
    }
    if random.chance(50), depth == 0 {
      return [.checkLength(random.pick([50, 60, 80]), into: FieldSlice(.reg(1), offset: 0, count: 1))]
    }
    return [.outputTruncated(OFPort(random.pick([1, 2, 3])), length: random.pick([14, 30, 60]))]
  }

  private mutating func port() -> OFPort {
    random.pick([OFPort(1), OFPort(2), OFPort(3), OFPort(4), OFPort(9), .inPort, .flood, .all])
  }

  private mutating func setVLAN() -> Action {
    .setField(field(.vlanVID, [0x1064, 0x10c8, 0x1000]))
  }

  private mutating func setField(_ kind: Kind) -> Action {
    var fields: [MatchField] = [
      field(.ethSrc, PacketGenerator.macs.map { UInt128($0) }, masks: [0xffff]),
      field(.ethDst, PacketGenerator.macs.map { UInt128($0) }, masks: [0xff00]), field(.reg(0), [1, 2, 3, 4]),
      field(.reg(1), [1, 0x10], masks: [0xff]), field(.reg(5), [7, 64]), field(.metadata, [1, 5]),
      field(.packetMark, [1, 2]), field(.tunnelID, [5, 100]),
    ]
    let addresses = PacketGenerator.addresses.map { UInt128($0) }
    let ports = PacketGenerator.ports.map { UInt128($0) }
    let macs = PacketGenerator.macs.map { UInt128($0) }
    switch kind {
    case .ip, .tcp, .udp, .sctp, .icmp:
      fields += [
        field(.ipv4Src, addresses, masks: [0xff, 0xffff_0000]), field(.ipv4Dst, addresses, masks: [0xff]),
        field(.ipDSCP, [0, 46]), field(.ipECN, [0, 1, 3]),
      ]
    case .ipv6, .tcp6, .udp6, .icmp6, .solicitation, .advertisement:
      fields += [
        field(.ipv6Src, PacketGenerator.addresses6, masks: [0xffff]), field(.ipv6Dst, PacketGenerator.addresses6),
        field(.ipDSCP, [0, 46]), field(.ipECN, [0, 1]),
      ]
    default: break
    }
    switch kind {
    case .tcp, .tcp6: fields += [field(.tcpSrc, ports, masks: [0xff]), field(.tcpDst, ports)]
    case .udp, .udp6: fields += [field(.udpSrc, ports, masks: [0xff]), field(.udpDst, ports)]
    case .icmp: fields += [field(.icmpv4Type, [0, 8, 3]), field(.icmpv4Code, [0, 1])]
    case .solicitation: fields += [field(.ndTarget, PacketGenerator.addresses6), field(.ndSLL, macs)]
    case .advertisement: fields += [field(.ndTarget, PacketGenerator.addresses6), field(.ndTLL, macs)]
    case .arp:
      fields += [
        field(.arpOp, [1, 2]), field(.arpSPA, addresses, masks: [0xff]), field(.arpTPA, addresses),
        field(.arpSHA, macs), field(.arpTHA, macs, masks: [0xff]),
      ]
    case .vlan: fields += [field(.vlanVID, [0x1064, 0x10c8]), field(.vlanPCP, [0, 7])]
    default: break
    }
    // Those of the kind are the interesting ones.
    return .setField(
      random.chance(70) ? fields[Int.random(in: fields.count / 2..<fields.count, using: &random)] : random.pick(fields))
  }

  private mutating func move(_ kind: Kind) -> Action {
    var moves: [(Field, Int, Field, Int, Int)] = [
      (.reg(0), 0, .reg(1), 8, 8), (.ethSrc, 0, .ethDst, 0, 48), (.ethDst, 0, .reg(5), 0, 32),
      (.inPort, 0, .reg(0), 0, 16), (.metadata, 0, .reg(1), 0, 32), (.reg(5), 0, .metadata, 32, 32),
    ]
    switch kind {
    case .ip, .tcp, .udp, .icmp, .sctp: moves += [(.ipv4Src, 0, .ipv4Dst, 0, 32), (.ipTTL, 0, .reg(5), 0, 8)]
    case .arp: moves += [(.arpSHA, 0, .arpTHA, 0, 48), (.arpTPA, 0, .arpSPA, 0, 32), (.ethSrc, 0, .arpSHA, 0, 48)]
    case .ipv6, .tcp6, .udp6: moves += [(.ipv6Src, 0, .ipv6Dst, 0, 128)]
    default: break
    }
    let (source, sourceOffset, destination, destinationOffset, count) = random.pick(moves)
    return .move(
      from: FieldSlice(source, offset: sourceOffset, count: count),
      to: FieldSlice(destination, offset: destinationOffset, count: count))
  }

  // MARK: Groups

  private mutating func group(_ id: UInt32) -> Group {
    let type = random.pick([Group.Kind.all, .all, .indirect, .fastFailover])
    let count = type == .indirect ? 1 : random.pick([1, 2, 3])
    let buckets = (0..<count).map { _ -> Bucket in
      var actions = self.actions(tables - 1, .any, count: random.pick([1, 2]), isSet: true)
      if case .group = actions.last {} else { actions.append(.output(port())) }
      return Bucket(watchPort: type == .fastFailover ? OFPort(random.pick([1, 2, 9])) : .any, actions: actions)
    }
    return Group(id: GroupID(id), type: type, buckets: buckets)
  }
}

extension Field {
  static let mplsLabel = Field(oxmClass: 0x8000, number: 34, length: 4)
  static let mplsBottom = Field(oxmClass: 0x8000, number: 36, length: 1)
}
