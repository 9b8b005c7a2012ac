import GoalState
import NetworkTypes
import OpenFlow
import Pipeline

/// What flows are made from: unit by unit, anew each time, as an agent compiles its resources.
struct FlowModel: Sendable {
  let shape: FlowShape
  let flowCount: Int
  private let neighborhood: Neighborhood?

  /// A model that makes `flowCount` flows, rounded up to whole units.
  init(_ shape: FlowShape, flowCount: Int) {
    self.shape = shape
    let size = FlowModel.unitSize(shape)
    self.flowCount = (flowCount + size - 1) / size * size
    neighborhood = shape == .neighbors ? Neighborhood(count: self.flowCount / size) : nil
  }

  /// How many flows a unit has. All divide the size of a bundle, so that bundles can be cut alike.
  static func unitSize(_ shape: FlowShape) -> Int {
    switch shape {
    case .l2: 8
    case .sg: 16
    case .neighbors: 2
    }
  }

  var unitCount: Int { flowCount / FlowModel.unitSize(shape) }

  /// The flows of one unit.
  ///
  /// - Parameter variant: Another number changes what the unit's first flow does, and nothing else.
  func flows(of unit: Int, variant: Int = 0) -> [Flow] {
    switch shape {
    case .l2: (0..<8).map { l2(unit, $0, variant: $0 == 0 ? variant : 0) }
    case .sg: (0..<16).map { sg(unit, $0) }
    case .neighbors: neighborhood?.flows(of: unit) ?? []
    }
  }

  /// The cookies of all of them.
  static let ownership = FlowCookie.ownership

  private static func cookie(_ unit: Int) -> UInt64 { FlowCookie.owner | UInt64(truncatingIfNeeded: unit) }

  private func l2(_ unit: Int, _ index: Int, variant: Int) -> Flow {
    let number = UInt64(truncatingIfNeeded: unit * 8 + index)
    return Flow(
      table: TableID(rawValue: 20), priority: 100, cookie: FlowModel.cookie(unit),
      match: Match([
        .vlanVID(UInt16(truncatingIfNeeded: number % 4000 + 1)),
        .ethDst(MACAddress(rawValue: 0x0200_0000_0000 | number)),
      ]),
      instructions: [
        .applyActions([
          .popVLAN, .setField(.tunnelID(number % 4000 + 1 + UInt64(truncatingIfNeeded: variant) << 16)),
          .output(OFPort(rawValue: 1)),
        ])
      ])
  }

  /// Of sixteen flows one says what the conjunction does; the others are its two clauses, addresses and ports.
  private func sg(_ unit: Int, _ index: Int) -> Flow {
    let id = UInt32(truncatingIfNeeded: unit + 1)
    let group: [MatchField] = [.ctState(0x21, mask: 0x21), .reg(5, id), .ethType(0x0800)]
    let address = IPv4Address(rawValue: 0x0a00_0000 | id << 4 & 0xff_fff0 | UInt32(truncatingIfNeeded: index))
    let port = UInt16(truncatingIfNeeded: 1024 + unit % 1000 * 16 + index)
    var fields: [MatchField]
    var clause: UInt8 = 0
    switch index {
    case 0:
      return Flow(
        table: TableID(rawValue: 40), priority: 77, cookie: FlowModel.cookie(unit),
        match: Match([.conjunctionID(id)] + group),
        instructions: [.applyActions([FlowModel.commit]), .gotoTable(TableID(rawValue: 60))])
    case 1...6: fields = [.ipv4Src(address)]
    case 7...9:
      fields = [IPv4Prefix(containing: address, length: 24 + index - 7).map(MatchField.ipv4Src)].compactMap(\.self)
    case 10: fields = [IPv4Prefix(containing: address, length: 12).map(MatchField.ipv4Dst)].compactMap(\.self)
    case 11...13:
      fields = [.ipProto(6), .tcpDst(port)]
      clause = 1
    default:
      fields = [.ipProto(6), .tcpDst(port & 0xfff0, mask: index == 14 ? 0xfff0 : 0xfff8)]
      clause = 1
    }
    return Flow(
      table: TableID(rawValue: 40), priority: 77, cookie: FlowModel.cookie(unit), match: Match(group + fields),
      instructions: [.applyActions([.conjunction(id: id, clause: clause, of: 2)])])
  }

  /// Commits the connection in zone 5: Nicira's action 35.
  private static let commit = Action.raw([
    0xff, 0xff, 0, 24, 0, 0, 0x23, 0x20, 0, 35, 0, 1, 0, 0, 0, 0, 0, 5, 0xff, 0, 0, 0, 0, 0,
  ])

  /// The flow as `ovs-ofctl add-flows` reads it.
  static func line(_ flow: Flow) -> String {
    flow.description.replacing("\(commit)", with: "ct(commit,zone=5)")
  }
}

/// A network with guests on other hosts.
private struct Neighborhood: Sendable {
  private let compiler: Compiler

  init(count: Int) {
    var goal = HostGoalState()
    _ = goal.apply(BenchGoal.snapshot(BenchGoal.network + (0..<count).map { BenchGoal.neighbor($0) }))
    compiler = Compiler(goal: goal, host: BenchGoal.host(ports: 0))
  }

  func flows(of unit: Int) -> [Flow] { compiler.compile(.neighbor(BenchGoal.neighborID(unit))).flows }
}
