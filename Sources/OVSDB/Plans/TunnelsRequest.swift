import NetworkTypes

/// Tunnel ports on a bridge of ours, beside the flow-based one that a `HostBridgeRequest` has.
public struct TunnelsRequest: Hashable, Sendable {
  /// A tunnel port.
  public struct Tunnel: Hashable, Sendable {
    /// The interface's name.
    public var name: String
    /// The encapsulation.
    public var type: HostBridgeRequest.Tunnel.Encapsulation
    /// The other end; nil leaves it to flows.
    public var remoteAddress: IPAddress?
    /// The VNI or GRE key; nil leaves it to flows.
    public var key: UInt32?
    /// The address that tunnels are sent from; nil leaves it to the host's routes.
    public var localAddress: IPAddress?
    /// The UDP port; nil is the one assigned to the encapsulation. GRE has none.
    public var destinationPort: UInt16?

    /// A tunnel port.
    public init(
      name: String, type: HostBridgeRequest.Tunnel.Encapsulation, remoteAddress: IPAddress? = nil, key: UInt32? = nil,
      localAddress: IPAddress? = nil, destinationPort: UInt16? = nil
    ) {
      self.name = name
      self.type = type
      self.remoteAddress = remoteAddress
      self.key = key
      self.localAddress = localAddress
      self.destinationPort = destinationPort
    }
  }

  /// The bridge.
  public var bridge: String
  /// The tunnels that must be there.
  public var tunnels: [Tunnel]
  /// Names of tunnels of ours that must not be there any more.
  public var removed: Set<String>

  /// A request.
  public init(bridge: String, tunnels: [Tunnel], removed: Set<String> = []) {
    self.bridge = bridge
    self.tunnels = tunnels
    self.removed = removed
  }

  /// Plans the way from what is there to what is asked for.
  public func plan(in view: OpenVSwitchView) throws(HostBridgeConflict) -> OpenVSwitchPlan {
    try validate()
    guard let root = view.root else { throw .notInitialized }
    guard let bridge = view.bridge(named: bridge) else { throw .invalidRequest("there is no bridge \(bridge)") }
    guard PlanDraft.isOurs(bridge.externalIDs) else {
      throw .bridgeNotOurs(bridge: bridge.name, owner: PlanDraft.owner(bridge.externalIDs))
    }
    var draft = PlanDraft(view: view, root: root)
    var added: Set<Atom> = []
    var gone: Set<Atom> = []
    for (index, tunnel) in tunnels.enumerated() {
      if !root.interfaceTypes.isEmpty, !root.interfaceTypes.contains(tunnel.type.rawValue) {
        throw .unknownTunnelType(tunnel.type.rawValue, known: root.interfaceTypes.sorted())
      }
      let wanted = tunnel.port(rowName: "tunnel\(index)")
      if let existing = try draft.existing(wanted, on: bridge) {
        try draft.repair(existing, wanted, on: bridge)
      } else {
        added.insert(.namedUUID(draft.make(wanted)))
      }
    }
    for name in removed.sorted() {
      guard let port = view.port(named: name), bridge.ports.contains(port.uuid) else { continue }
      guard PlanDraft.isOurs(port.externalIDs) else {
        throw .portNotOurs(port: name, bridge: bridge.name, owner: PlanDraft.owner(port.externalIDs))
      }
      draft.changes.append("remove port \(name) from bridge \(bridge.name)")
      draft.require(ours: port.uuid, in: OpenVSwitchSchema.portTable, holding: ["name": .string(name)])
      gone.insert(.uuid(port.uuid))
    }
    let mutations =
      (gone.isEmpty ? [] : [Mutation("ports", .delete, .set(gone))])
      + (added.isEmpty ? [] : [Mutation("ports", .insert, .set(added))])
    draft.change(OpenVSwitchSchema.bridgeTable, bridge.uuid, [:], mutations)
    draft.require(ours: bridge.uuid, in: OpenVSwitchSchema.bridgeTable, holding: ["name": .string(bridge.name)])
    return OpenVSwitchPlan(draft)
  }

  private func validate() throws(HostBridgeConflict) {
    var names: Set<String> = []
    for tunnel in tunnels {
      try HostBridgeRequest.validate(name: tunnel.name, of: "tunnel port")
      guard names.insert(tunnel.name).inserted, !removed.contains(tunnel.name), tunnel.name != bridge else {
        throw .invalidRequest("the name \(tunnel.name) is asked for twice, or to be removed as well")
      }
      try HostBridgeRequest.validate(destinationPort: tunnel.destinationPort, of: tunnel.type)
      if let key = tunnel.key, tunnel.type != .gre, key > 0xff_ffff {
        throw .invalidRequest("tunnel \(tunnel.name) cannot have the key \(key): a VNI has 24 bits")
      }
    }
    guard !removed.contains(bridge) else { throw .invalidRequest("the bridge's own port \(bridge) cannot be removed") }
  }
}

extension TunnelsRequest.Tunnel {
  fileprivate func port(rowName: String) -> PlanDraft.WantedPort {
    PlanDraft.WantedPort(
      name: name, type: type.rawValue,
      options: [
        "remote_ip": remoteAddress?.description ?? "flow", "key": key?.description ?? "flow",
        "local_ip": localAddress?.description, "dst_port": destinationPort?.description,
        // Either would override "key" for one direction (ovs-vswitchd.conf.db(5)).
        "in_key": nil, "out_key": nil,
      ],
      rowName: rowName, what: "the tunnel port")
  }
}
