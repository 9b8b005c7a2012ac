import NetworkTypes

/// The row of the table Open_vSwitch.
public struct OpenVSwitchRow: Hashable, Sendable {
  /// The row's identity.
  public let uuid: RowUUID
  /// Counted up by whoever changes the configuration and wants to know when it is in effect.
  public let nextConfiguration: Int64
  /// The `nextConfiguration` that ovs-vswitchd has put into effect.
  public let currentConfiguration: Int64
  /// The datapath types that ovs-vswitchd was built with; empty until it ran once.
  public let datapathTypes: Set<String>
  /// The interface types that ovs-vswitchd was built with; empty until it ran once.
  public let interfaceTypes: Set<String>
  /// Its bridges.
  public let bridges: Set<RowUUID>
  /// Who manages the database.
  public let managers: Set<RowUUID>
  /// Further settings.
  public let otherConfiguration: [String: String]
  /// Key and value pairs for use by others than Open vSwitch.
  public let externalIDs: [String: String]
  /// Open vSwitch's version, when its start script has set it.
  public let version: String?

  init(uuid: RowUUID, row: Row) throws(RowError) {
    let reader = RowReader(table: OpenVSwitchSchema.rootTable, uuid: uuid, row: row)
    self.uuid = uuid
    nextConfiguration = try reader.integer("next_cfg")
    currentConfiguration = try reader.integer("cur_cfg")
    datapathTypes = try reader.strings("datapath_types")
    interfaceTypes = try reader.strings("iface_types")
    bridges = try reader.references("bridges")
    managers = try reader.references("manager_options", whenWatched: true)
    otherConfiguration = try reader.map("other_config")
    externalIDs = try reader.map("external_ids")
    version = try reader.optionalString("ovs_version")
  }
}

/// A row of the table Bridge.
public struct BridgeRow: Hashable, Sendable {
  /// The row's identity.
  public let uuid: RowUUID
  /// The bridge's name, unique and never changed.
  public let name: String
  /// "system" or "netdev"; empty means "system".
  public let datapathType: String
  /// The OpenFlow datapath id in use, as ovs-vswitchd reports it.
  public let datapathID: UInt64?
  /// "secure" or "standalone"; nil means standalone.
  public let failMode: String?
  /// The OpenFlow versions that are enabled; empty means Open vSwitch's default, which has OpenFlow13 in it.
  public let protocols: Set<String>
  /// Further settings.
  public let otherConfiguration: [String: String]
  /// Key and value pairs for use by others than Open vSwitch.
  public let externalIDs: [String: String]
  /// Its ports.
  public let ports: Set<RowUUID>
  /// Its OpenFlow controllers, the passive ones included.
  public let controllers: Set<RowUUID>
  /// Its mirrors.
  public let mirrors: Set<RowUUID>

  init(uuid: RowUUID, row: Row) throws(RowError) {
    let reader = RowReader(table: OpenVSwitchSchema.bridgeTable, uuid: uuid, row: row)
    self.uuid = uuid
    name = try reader.string("name")
    datapathType = try reader.string("datapath_type")
    datapathID = try reader.parsed("datapath_id", as: "16 hexadecimal digits") { UInt64($0, radix: 16) }
    failMode = try reader.optionalString("fail_mode")
    protocols = try reader.strings("protocols")
    otherConfiguration = try reader.map("other_config")
    externalIDs = try reader.map("external_ids")
    ports = try reader.references("ports")
    controllers = try reader.references("controller", whenWatched: true)
    mirrors = try reader.references("mirrors", whenWatched: true)
  }
}

/// A row of the table Port.
public struct PortRow: Hashable, Sendable {
  /// The row's identity.
  public let uuid: RowUUID
  /// The port's name, unique and never changed.
  public let name: String
  /// Its interfaces: one, or more for a bond.
  public let interfaces: Set<RowUUID>
  /// Its quality of service.
  public let qos: RowUUID?
  /// Key and value pairs for use by others than Open vSwitch.
  public let externalIDs: [String: String]

  init(uuid: RowUUID, row: Row) throws(RowError) {
    let reader = RowReader(table: OpenVSwitchSchema.portTable, uuid: uuid, row: row)
    self.uuid = uuid
    name = try reader.string("name")
    interfaces = try reader.references("interfaces")
    qos = try reader.references("qos", whenWatched: true).min()
    externalIDs = try reader.map("external_ids")
  }
}

/// A row of the table Interface.
public struct InterfaceRow: Hashable, Sendable {
  /// Up or down.
  public enum State: String, Hashable, Sendable {
    /// Up.
    case up
    /// Down.
    case down
  }

  /// The row's identity.
  public let uuid: RowUUID
  /// The interface's name, unique and never changed.
  public let name: String
  /// Such as "internal" or "vxlan"; empty means "system".
  public let type: String
  /// The OpenFlow port number: nil until ovs-vswitchd has tried to open the interface, -1 when that failed.
  public let ofport: Int?
  /// Why ovs-vswitchd could not open it.
  public let error: String?
  /// Key and value pairs for use by others than Open vSwitch, `iface-id` among them.
  public let externalIDs: [String: String]
  /// Settings of the interface's type.
  public let options: [String: String]
  /// The link's address.
  public let macInUse: MACAddress?
  /// The link's MTU.
  public let mtu: Int?
  /// Whether the link is set up.
  public let adminState: State?
  /// Whether the link has a carrier.
  public let linkState: State?

  /// Whether ovs-vswitchd has opened it, so that flows may name its port number.
  public var isInSwitch: Bool { ofport.map { $0 > 0 } ?? false }
  /// Whether ovs-vswitchd could not open it; `error` says why.
  public var hasFailed: Bool { ofport == -1 }

  init(uuid: RowUUID, row: Row) throws(RowError) {
    let reader = RowReader(table: OpenVSwitchSchema.interfaceTable, uuid: uuid, row: row)
    self.uuid = uuid
    name = try reader.string("name")
    type = try reader.string("type")
    ofport = try reader.optionalInteger("ofport").map { Int($0) }
    error = try reader.optionalString("error")
    externalIDs = try reader.map("external_ids")
    options = try reader.map("options")
    macInUse = try reader.parsed("mac_in_use", as: "a MAC address") { MACAddress($0) }
    mtu = try reader.optionalInteger("mtu").map { Int($0) }
    adminState = try reader.parsed("admin_state", as: "up or down") { State(rawValue: $0) }
    linkState = try reader.parsed("link_state", as: "up or down") { State(rawValue: $0) }
  }
}
