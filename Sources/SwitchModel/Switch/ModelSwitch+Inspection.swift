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

  /// What would become of a packet now. Nothing is counted or remembered.
  public func evaluate(_ packet: PacketInput, at now: ModelTime) -> Evaluation {
    var memory = memory
    return Evaluator(forwarding, options: identity.evaluation).evaluate(packet, at: now, memory: &memory)
  }

  /// The connections that are open.
  public var openConnections: [ConnectionID] { connections.keys.sorted() }
}
