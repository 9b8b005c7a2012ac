import OpenFlow

// Changes of groups and meters, as Open vSwitch carries them out (ofproto.c).

extension Forwarding {
  /// Open vSwitch's bounds of numbers and counts (OFPG_MAX, OFPM13_MAX, dpif-netdev.c).
  private enum Limit {
    static let group: UInt32 = 0xffff_ff00
    static let meter: UInt32 = 0xffff_0000
    static let bands = 8
  }

  /// Carries out a change of a group that has been checked. The flows that go with a group that is deleted.
  mutating func apply(_ mod: GroupMod, at now: ModelTime) throws(Refusal) -> [FlowChange] {
    let id = mod.group.id
    switch mod.command {
    case .add, .addOrModify:
      if mod.command == .addOrModify, let old = groups[id.rawValue] {
        groups[id.rawValue] = GroupEntry(mod.group, created: old.created)
        return []
      }
      guard groups[id.rawValue] == nil else { throw .groupExists }
      guard id.rawValue <= Limit.group else { throw .invalidGroup }
      groups[id.rawValue] = GroupEntry(mod.group, created: now)
      return []
    case .modify:
      guard let old = groups[id.rawValue] else { throw .unknownGroup }
      groups[id.rawValue] = GroupEntry(mod.group, created: old.created)
      return []
    case .delete:
      let ids = id == .all ? Set(groups.keys) : Set([id.rawValue]).intersection(groups.keys)
      guard !ids.isEmpty else { return [] }
      for id in ids { groups[id] = nil }
      return removeFlows(.groupDelete) { !FlowReferences($0.flow.instructionBytes).groups.isDisjoint(with: ids) }
    }
  }

  /// Carries out a change of a meter. The flows that go with a meter that is deleted.
  mutating func apply(_ mod: MeterMod, at now: ModelTime) throws(Refusal) -> [FlowChange] {
    let id = mod.meter.id
    guard mod.command != .delete else { return delete(id) }
    guard id.rawValue != 0, id.rawValue <= Limit.meter || id == .slowPath || id == .controller else {
      throw .invalidMeter
    }
    guard mod.meter.bands.count <= Limit.bands else { throw .outOfBands }
    let old = meters[id.rawValue]
    if mod.command == .add, old != nil { throw .meterExists }
    if mod.command == .modify, old == nil { throw .unknownMeter }
    guard !mod.meter.flags.isDisjoint(with: [.kbps, .packets]), mod.meter.flags.isSubset(of: .all) else {
      throw .badMeterFlags
    }
    guard !mod.meter.bands.isEmpty else { throw .outOfBands }
    guard mod.meter.bands.allSatisfy({ $0.rate != 0 }) else { throw .badRate }
    guard mod.meter.bands.allSatisfy({ $0.kind == .drop }) else { throw .badBand }
    meters[id.rawValue] = MeterEntry(mod.meter.withBursts, created: old?.created ?? now)
    return []
  }

  private mutating func delete(_ id: MeterID) -> [FlowChange] {
    let ids = id == .all ? Set(meters.keys) : Set([id.rawValue]).intersection(meters.keys)
    guard !ids.isEmpty else { return [] }
    for id in ids { meters[id] = nil }
    return removeFlows(.meterDelete) { !FlowReferences($0.flow.instructionBytes).meters.isDisjoint(with: ids) }
  }
}

extension Meter {
  /// The meter with the bursts that the datapath gives to bands that say none: as large as the rate.
  fileprivate var withBursts: Meter {
    var meter = self
    for index in bands.indices where bands[index].burst == 0 { meter.bands[index].burst = bands[index].rate }
    return meter
  }
}

extension Meter.Flags {
  fileprivate static let all: Meter.Flags = [.kbps, .packets, .burst, .statistics]
}
