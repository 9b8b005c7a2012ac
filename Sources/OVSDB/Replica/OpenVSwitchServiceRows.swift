/// A row of the table Controller: an OpenFlow controller that a bridge dials, or a place where it listens for some.
public struct ControllerRow: Hashable, Sendable {
  /// The row's identity.
  public let uuid: RowUUID
  /// What is dialled or listened on, in Open vSwitch's notation; see `ControllerTarget`.
  public let target: String
  /// Whether the connection is up; of a listening one, false.
  public let isConnected: Bool
  /// The role that the controller has asked for: "other", "master" or "slave".
  public let role: String?
  /// "in-band" or "out-of-band"; nil means in-band.
  public let connectionMode: String?
  /// The longest wait between tries to connect, in milliseconds.
  public let maximumBackoff: Int64?
  /// The silence after which the controller is probed, in milliseconds.
  public let inactivityProbe: Int64?
  /// How the connection fares, such as `state` and `last_error`; empty unless `OpenVSwitchSchema.statusColumns` are watched.
  public let status: [String: String]
  /// Key and value pairs for use by others than Open vSwitch.
  public let externalIDs: [String: String]

  init(uuid: RowUUID, row: Row) throws(RowError) {
    let reader = RowReader(table: OpenVSwitchSchema.controllerTable, uuid: uuid, row: row)
    self.uuid = uuid
    target = try reader.string("target")
    isConnected = try reader.boolean("is_connected")
    role = try reader.optionalString("role")
    connectionMode = try reader.optionalString("connection_mode")
    maximumBackoff = try reader.optionalInteger("max_backoff")
    inactivityProbe = try reader.optionalInteger("inactivity_probe")
    status = row["status"] == nil ? [:] : try reader.map("status")
    externalIDs = try reader.map("external_ids")
  }
}

/// A row of the table Manager: somebody who may connect to the database. We only read it.
public struct ManagerRow: Hashable, Sendable {
  /// The row's identity.
  public let uuid: RowUUID
  /// What ovsdb-server dials or listens on, such as `ptcp:6640`.
  public let target: String
  /// Whether a connection is up.
  public let isConnected: Bool
  /// How the connection fares; empty unless `OpenVSwitchSchema.statusColumns` are watched.
  public let status: [String: String]
  /// Key and value pairs for use by others than Open vSwitch.
  public let externalIDs: [String: String]

  init(uuid: RowUUID, row: Row) throws(RowError) {
    let reader = RowReader(table: OpenVSwitchSchema.managerTable, uuid: uuid, row: row)
    self.uuid = uuid
    target = try reader.string("target")
    isConnected = try reader.boolean("is_connected")
    status = row["status"] == nil ? [:] : try reader.map("status")
    externalIDs = try reader.map("external_ids")
  }
}

/// A row of the table QoS: how a port shapes what it sends.
public struct QoSRow: Hashable, Sendable {
  /// The row's identity.
  public let uuid: RowUUID
  /// Such as "linux-htb".
  public let type: String
  /// The queues by their numbers, which `set_queue` names.
  public let queues: [UInt32: RowUUID]
  /// Settings of the type, such as `max-rate`.
  public let otherConfiguration: [String: String]
  /// Key and value pairs for use by others than Open vSwitch.
  public let externalIDs: [String: String]

  init(uuid: RowUUID, row: Row) throws(RowError) {
    let reader = RowReader(table: OpenVSwitchSchema.qosTable, uuid: uuid, row: row)
    self.uuid = uuid
    type = try reader.string("type")
    queues = try reader.numberedReferences("queues")
    otherConfiguration = try reader.map("other_config")
    externalIDs = try reader.map("external_ids")
  }
}

/// A row of the table Queue.
public struct QueueRow: Hashable, Sendable {
  /// The row's identity.
  public let uuid: RowUUID
  /// The DSCP that packets are marked with.
  public let dscp: Int64?
  /// Settings such as `min-rate` and `max-rate`.
  public let otherConfiguration: [String: String]
  /// Key and value pairs for use by others than Open vSwitch.
  public let externalIDs: [String: String]

  init(uuid: RowUUID, row: Row) throws(RowError) {
    let reader = RowReader(table: OpenVSwitchSchema.queueTable, uuid: uuid, row: row)
    self.uuid = uuid
    dscp = try reader.optionalInteger("dscp")
    otherConfiguration = try reader.map("other_config")
    externalIDs = try reader.map("external_ids")
  }
}

/// A row of the table Mirror: which packets of a bridge are copied, and to where.
public struct MirrorRow: Hashable, Sendable {
  /// The row's identity.
  public let uuid: RowUUID
  /// The mirror's name.
  public let name: String
  /// Whether all packets of the bridge are copied.
  public let selectsAll: Bool
  /// Ports whose arriving packets are copied.
  public let sourcePorts: Set<RowUUID>
  /// Ports whose leaving packets are copied.
  public let destinationPorts: Set<RowUUID>
  /// VLANs whose packets are copied; empty means all.
  public let vlans: Set<Int64>
  /// The port that copies go to.
  public let outputPort: RowUUID?
  /// The VLAN that copies go to.
  public let outputVLAN: Int64?
  /// Key and value pairs for use by others than Open vSwitch.
  public let externalIDs: [String: String]

  init(uuid: RowUUID, row: Row) throws(RowError) {
    let reader = RowReader(table: OpenVSwitchSchema.mirrorTable, uuid: uuid, row: row)
    self.uuid = uuid
    name = try reader.string("name")
    selectsAll = try reader.boolean("select_all")
    sourcePorts = try reader.references("select_src_port")
    destinationPorts = try reader.references("select_dst_port")
    vlans = try reader.integers("select_vlan")
    outputPort = try reader.references("output_port").min()
    outputVLAN = try reader.optionalInteger("output_vlan")
    externalIDs = try reader.map("external_ids")
  }
}
