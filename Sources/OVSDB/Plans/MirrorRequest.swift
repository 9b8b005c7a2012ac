/// A mirror of ours on a bridge of ours.
public struct MirrorRequest: Hashable, Sendable {
  /// Where copies go to.
  public enum Output: Hashable, Sendable {
    /// A port of the bridge, which then carries nothing else.
    case port(String)
    /// A VLAN, 1 to 4095.
    case vlan(UInt16)
  }

  /// What is copied to where.
  public struct Mirroring: Hashable, Sendable {
    /// Whether all packets of the bridge are copied.
    public var selectsAll: Bool
    /// Ports whose arriving packets are copied.
    public var sources: Set<String>
    /// Ports whose leaving packets are copied.
    public var destinations: Set<String>
    /// The VLANs to which all that is confined; empty means all.
    public var vlans: Set<UInt16>
    /// Where copies go to.
    public var output: Output

    /// A mirroring.
    public init(
      selectsAll: Bool = false, sources: Set<String> = [], destinations: Set<String> = [], vlans: Set<UInt16> = [],
      output: Output
    ) {
      self.selectsAll = selectsAll
      self.sources = sources
      self.destinations = destinations
      self.vlans = vlans
      self.output = output
    }
  }

  /// The bridge.
  public var bridge: String
  /// The mirror's name, unique on the bridge.
  public var name: String
  /// What it does; nil takes it away.
  public var mirroring: Mirroring?

  /// A request.
  public init(bridge: String, name: String, mirroring: Mirroring?) {
    self.bridge = bridge
    self.name = name
    self.mirroring = mirroring
  }

  /// Plans the way from what is there to what is asked for.
  public func plan(in view: OpenVSwitchView) throws(PlanConflict) -> OpenVSwitchPlan {
    var draft = try PlanDraft(view: view)
    let bridge = try draft.ourBridge(bridge)
    let what = "mirror \(name) of bridge \(bridge.name)"
    let present = bridge.mirrors.compactMap { view.mirrors[$0] }.filter { $0.name == name }.min { $0.uuid < $1.uuid }
    if let present { try PlanDraft.checkOurs(present.externalIDs, what) }
    var mutations: [Mutation] = []
    switch (present, try mirroring.map { mirroring throws(PlanConflict) in try row(mirroring, bridge, &draft) }) {
    case (let present?, let wanted?):
      draft.update(present.uuid, in: OpenVSwitchSchema.mirrorTable, from: present.settings, to: wanted, of: what)
    case (let present?, nil):
      draft.changes.append("remove \(what)")
      mutations = [Mutation("mirrors", .delete, .atom(.uuid(present.uuid)))]
    case (nil, let wanted?):
      draft.changes.append("make \(what)")
      draft.edits.append(
        .insert(
          table: OpenVSwitchSchema.mirrorTable,
          row: wanted.merging(["name": .string(name), "external_ids": .strings(PlanDraft.mark)]) { $1 }, name: "mirror")
      )
      mutations = [Mutation("mirrors", .insert, .atom(.namedUUID("mirror")))]
    case (nil, nil): break
    }
    draft.change(OpenVSwitchSchema.bridgeTable, bridge.uuid, [:], mutations)
    if !draft.edits.isEmpty {
      let seen = Datum.set(Set(bridge.mirrors.map(Atom.uuid)))
      draft.require(ours: bridge.uuid, in: OpenVSwitchSchema.bridgeTable, holding: ["mirrors": seen])
    }
    return OpenVSwitchPlan(draft)
  }

  /// The columns that are ours to set, without name and mark.
  private func row(
    _ mirroring: Mirroring, _ bridge: BridgeRow, _ draft: inout PlanDraft
  ) throws(PlanConflict) -> Row {
    guard !name.isEmpty else { throw .invalidRequest("a mirror of bridge \(bridge.name) needs a name") }
    var outputPort = Datum.empty
    var outputVLAN = Datum.empty
    switch mirroring.output {
    case .port(let name):
      guard !mirroring.sources.contains(name), !mirroring.destinations.contains(name) else {
        throw .invalidRequest("mirror \(self.name) cannot copy port \(name) to itself")
      }
      outputPort = .atom(.uuid(try port(name, bridge, &draft)))
    case .vlan(let number):
      guard (1...4095).contains(number) else {
        throw .invalidRequest("mirror \(name) cannot send copies to VLAN \(number): 1 to 4095")
      }
      outputVLAN = .integer(Int64(number))
    }
    guard mirroring.vlans.allSatisfy({ $0 <= 4095 }) else {
      throw .invalidRequest("mirror \(name) cannot select VLANs beyond 4095")
    }
    return [
      "select_all": .atom(.boolean(mirroring.selectsAll)),
      "select_src_port": .set(try ports(mirroring.sources, bridge, &draft)),
      "select_dst_port": .set(try ports(mirroring.destinations, bridge, &draft)),
      "select_vlan": .set(Set(mirroring.vlans.map { .integer(Int64($0)) })),
      "output_port": outputPort, "output_vlan": outputVLAN,
    ]
  }

  private func ports(
    _ names: Set<String>, _ bridge: BridgeRow, _ draft: inout PlanDraft
  ) throws(PlanConflict) -> Set<Atom> {
    var ports: Set<Atom> = []
    for name in names.sorted() { ports.insert(.uuid(try port(name, bridge, &draft))) }
    return ports
  }

  private func port(
    _ name: String, _ bridge: BridgeRow, _ draft: inout PlanDraft
  ) throws(PlanConflict) -> RowUUID {
    let view = draft.view
    guard let port = view.port(named: name), view.bridge(ofPort: port.uuid)?.uuid == bridge.uuid else {
      throw .noPort(name, bridge: bridge.name)
    }
    // A mirror's references are weak: without this, one to a port that is gone would be dropped without a word.
    draft.require(row: port.uuid, named: name, in: OpenVSwitchSchema.portTable)
    return port.uuid
  }
}

extension MirrorRow {
  fileprivate var settings: Row {
    [
      "select_all": .atom(.boolean(selectsAll)), "select_src_port": .set(Set(sourcePorts.map(Atom.uuid))),
      "select_dst_port": .set(Set(destinationPorts.map(Atom.uuid))),
      "select_vlan": .set(Set(vlans.map(Atom.integer))),
      "output_port": outputPort.map { .atom(.uuid($0)) } ?? .empty,
      "output_vlan": outputVLAN.map { .integer($0) } ?? .empty,
    ]
  }
}
