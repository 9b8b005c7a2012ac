import OpenFlow

/// Everything that one owner wants on the switch.
public struct DesiredState: Hashable, Sendable {
  /// Flows.
  public var flows: [Flow]
  /// Groups, with numbers that are this side's.
  public var groups: [Group]
  /// Meters, with numbers that are this side's.
  public var meters: [Meter]

  /// Flows, and what they need.
  public init(flows: [Flow] = [], groups: [Group] = [], meters: [Meter] = []) {
    self.flows = flows
    self.groups = groups
    self.meters = meters
  }

  /// Whether nothing is wanted.
  public var isEmpty: Bool { flows.isEmpty && groups.isEmpty && meters.isEmpty }

  /// The same with groups and meters in the order of their numbers, and in the words of the switch; of one number the
  /// last counts.
  var canonical: DesiredState {
    guard !groups.isEmpty || !meters.isEmpty else { return self }
    let groups = Dictionary(groups.map { ($0.id, $0) }) { $1 }
    let meters = Dictionary(meters.map { ($0.id, $0.canonical) }) { $1 }
    return DesiredState(
      flows: flows, groups: groups.values.sorted { $0.id < $1.id }, meters: meters.values.sorted { $0.id < $1.id })
  }

  /// The numbers of the groups and the meters.
  var referents: [ReferentID] { groups.map { .group($0.id) } + meters.map { .meter($0.id) } }
}

extension Meter {
  /// As Open vSwitch reports it: a band without a burst size has that of one second, whatever the flags say.
  var canonical: Meter {
    var meter = self
    for index in meter.bands.indices where meter.bands[index].burst == 0 {
      meter.bands[index].burst = meter.bands[index].rate
    }
    return meter
  }
}
