import OpenFlow

// What a test may look at without asking over a connection.

extension ModelSwitch {
  /// The flows, by table, priority and match.
  public var flows: [Flow] { forwarding.flows(FlowSelection(within: .any, table: nil)).map(\.flow) }

  /// How many flows there are.
  public var flowCount: Int { forwarding.flowCount }

  /// The groups by number.
  public var groups: [Group] { forwarding.groups.values.map(\.group).sorted { $0.id < $1.id } }

  /// The meters by number.
  public var meters: [Meter] { forwarding.meters.values.map(\.meter).sorted { $0.id < $1.id } }

  /// The ports by number.
  public var ports: [ModelPort] { forwarding.ports.values.sorted { $0.number < $1.number } }

  /// What it forwards by, to evaluate packets without their being counted.
  public var state: any ForwardingState & Sendable { forwarding }

  /// The connections that are open.
  public var openConnections: [ConnectionID] { connections.keys.sorted() }
}
