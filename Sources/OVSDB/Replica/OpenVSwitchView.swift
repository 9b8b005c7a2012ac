/// The watched part of the Open_vSwitch database in typed rows, with the lookups that are asked of it.
public struct OpenVSwitchView: Hashable, Sendable {
  /// The row that everything hangs from; nil while the database is not initialized (`ovs-vsctl init`).
  public let root: OpenVSwitchRow?
  /// Bridges.
  public let bridges: [RowUUID: BridgeRow]
  /// Ports.
  public let ports: [RowUUID: PortRow]
  /// Interfaces.
  public let interfaces: [RowUUID: InterfaceRow]
  /// OpenFlow controllers.
  public let controllers: [RowUUID: ControllerRow]
  /// Who manages the database.
  public let managers: [RowUUID: ManagerRow]
  /// Quality of service.
  public let qos: [RowUUID: QoSRow]
  /// Queues.
  public let queues: [RowUUID: QueueRow]
  /// Mirrors.
  public let mirrors: [RowUUID: MirrorRow]

  private let bridgesByName: [String: RowUUID]
  private let portsByName: [String: RowUUID]
  private let interfacesByName: [String: RowUUID]
  private let bridgeOfPort: [RowUUID: RowUUID]
  private let portOfInterface: [RowUUID: RowUUID]
  /// Interfaces by their external_ids:iface-id, in order of their names.
  private let claims: [String: [InterfaceRow]]

  /// Reads all rows of a replica that `OpenVSwitchSchema.monitorRequest` filled.
  public init(_ replica: Replica) throws(RowError) {
    let roots = try Self.rows(replica, OpenVSwitchSchema.rootTable, OpenVSwitchRow.init)
    let bridges = try Self.rows(replica, OpenVSwitchSchema.bridgeTable, BridgeRow.init)
    let ports = try Self.rows(replica, OpenVSwitchSchema.portTable, PortRow.init)
    let interfaces = try Self.rows(replica, OpenVSwitchSchema.interfaceTable, InterfaceRow.init)
    controllers = try Self.rows(replica, OpenVSwitchSchema.controllerTable, ControllerRow.init)
    managers = try Self.rows(replica, OpenVSwitchSchema.managerTable, ManagerRow.init)
    qos = try Self.rows(replica, OpenVSwitchSchema.qosTable, QoSRow.init)
    queues = try Self.rows(replica, OpenVSwitchSchema.queueTable, QueueRow.init)
    mirrors = try Self.rows(replica, OpenVSwitchSchema.mirrorTable, MirrorRow.init)

    // The schema allows one root, one owner of each port and interface and one use of each name; where a database breaks
    // that, the lowest UUID wins, so that the view is the same every time.
    root = roots.values.min { $0.uuid < $1.uuid }
    bridgesByName = Self.lowest(bridges.values.lazy.map { ($0.name, $0.uuid) })
    portsByName = Self.lowest(ports.values.lazy.map { ($0.name, $0.uuid) })
    interfacesByName = Self.lowest(interfaces.values.lazy.map { ($0.name, $0.uuid) })
    bridgeOfPort = Self.lowest(bridges.values.lazy.flatMap { bridge in bridge.ports.lazy.map { ($0, bridge.uuid) } })
    portOfInterface = Self.lowest(ports.values.lazy.flatMap { port in port.interfaces.lazy.map { ($0, port.uuid) } })
    var claims: [String: [InterfaceRow]] = [:]
    for interface in interfaces.values {
      if let id = interface.claimedID { claims[id, default: []].append(interface) }
    }
    self.claims = claims.mapValues { $0.sorted { ($0.name, $0.uuid) < ($1.name, $1.uuid) } }
    self.bridges = bridges
    self.ports = ports
    self.interfaces = interfaces
  }

  private static func rows<T>(
    _ replica: Replica, _ table: String, _ read: (RowUUID, Row) throws(RowError) -> T
  ) throws(RowError) -> [RowUUID: T] {
    var rows: [RowUUID: T] = [:]
    for (uuid, row) in replica[table] { rows[uuid] = try read(uuid, row) }
    return rows
  }

  private static func lowest<Key: Hashable>(_ pairs: some Sequence<(Key, RowUUID)>) -> [Key: RowUUID] {
    Dictionary(pairs.map { ($0.0, $0.1) }, uniquingKeysWith: min)
  }

  /// The bridge of this name.
  public func bridge(named name: String) -> BridgeRow? { bridgesByName[name].flatMap { bridges[$0] } }

  /// The port of this name, on whichever bridge.
  public func port(named name: String) -> PortRow? { portsByName[name].flatMap { ports[$0] } }

  /// The interface of this name, on whichever bridge.
  public func interface(named name: String) -> InterfaceRow? { interfacesByName[name].flatMap { interfaces[$0] } }

  /// The bridge that has this port.
  public func bridge(ofPort port: RowUUID) -> BridgeRow? { bridgeOfPort[port].flatMap { bridges[$0] } }

  /// The port that has this interface.
  public func port(ofInterface interface: RowUUID) -> PortRow? { portOfInterface[interface].flatMap { ports[$0] } }

  /// The bridge that has this interface.
  public func bridge(ofInterface interface: RowUUID) -> BridgeRow? {
    portOfInterface[interface].flatMap { bridge(ofPort: $0) }
  }

  /// The interfaces of a bridge in order of their names, its local one included.
  public func interfaces(of bridge: BridgeRow) -> [InterfaceRow] {
    bridge.ports.compactMap { ports[$0] }.flatMap(\.interfaces).compactMap { interfaces[$0] }
      .sorted { ($0.name, $0.uuid) < ($1.name, $1.uuid) }
  }

  /// The interface on a bridge that is the given port's.
  ///
  /// An interface says whose it is by external_ids:iface-id. Where none of the bridge's does, it is the one named "tap" and
  /// the id's first eleven characters, which is how Neutron and Nova name a port's link, unless that one says it is
  /// another's. When several claim the same id the first by name is taken, whether or not it works, so that the choice does
  /// not flap; the others are in `InterfaceClaim.duplicates`. Interfaces of other bridges do not count.
  public func interface(claiming id: String, on bridge: BridgeRow) -> InterfaceClaim? {
    let claimants = (claims[id] ?? []).filter { self.bridge(ofInterface: $0.uuid)?.uuid == bridge.uuid }
    if let first = claimants.first {
      return InterfaceClaim(interface: first, basis: .interfaceID, duplicates: Array(claimants.dropFirst()))
    }
    guard !id.isEmpty, let named = interface(named: "tap" + id.prefix(11)), named.claimedID == nil,
      self.bridge(ofInterface: named.uuid)?.uuid == bridge.uuid
    else { return nil }
    return InterfaceClaim(interface: named, basis: .name, duplicates: [])
  }
}

/// Which interface is a port's.
public struct InterfaceClaim: Hashable, Sendable {
  /// How an interface says whose it is.
  public enum Basis: Hashable, Sendable {
    /// By external_ids:iface-id.
    case interfaceID
    /// By its name.
    case name
  }

  /// The interface.
  public let interface: InterfaceRow
  /// Why it is this one.
  public let basis: Basis
  /// Others on the same bridge with the same iface-id, in order of their names: a mistake of whoever plugged them.
  public let duplicates: [InterfaceRow]
}

extension InterfaceRow {
  /// The port that the interface says it is, by external_ids:iface-id.
  public var claimedID: String? { externalIDs["iface-id"].flatMap { $0.isEmpty ? nil : $0 } }
}
