/// What we read of the Open_vSwitch database (ovs-vswitchd.conf.db(5)).
public enum OpenVSwitchSchema {
  /// The database's name.
  public static let database = "Open_vSwitch"
  /// The table of the one row that everything hangs from.
  public static let rootTable = "Open_vSwitch"
  /// Bridges.
  public static let bridgeTable = "Bridge"
  /// Ports of bridges.
  public static let portTable = "Port"
  /// Interfaces of ports.
  public static let interfaceTable = "Interface"
  /// OpenFlow controllers of bridges.
  public static let controllerTable = "Controller"
  /// Who manages the database.
  public static let managerTable = "Manager"
  /// Quality of service of ports.
  public static let qosTable = "QoS"
  /// Queues of QoS.
  public static let queueTable = "Queue"
  /// Mirrors of bridges.
  public static let mirrorTable = "Mirror"

  /// The columns in use, by table. Statistics and status are not among them: they change every few seconds; see
  /// `statusColumns`.
  public static let columns: [String: [String]] = [
    rootTable: [
      "bridges", "cur_cfg", "datapath_types", "external_ids", "iface_types", "manager_options", "next_cfg",
      "other_config", "ovs_version",
    ],
    bridgeTable: [
      "controller", "datapath_id", "datapath_type", "external_ids", "fail_mode", "mirrors", "name", "other_config",
      "ports", "protocols",
    ],
    portTable: ["external_ids", "interfaces", "name", "qos"],
    interfaceTable: [
      "admin_state", "error", "external_ids", "link_state", "mac_in_use", "mtu", "name", "ofport", "options", "type",
    ],
    controllerTable: [
      "connection_mode", "external_ids", "inactivity_probe", "is_connected", "max_backoff", "role", "target",
    ],
    managerTable: ["external_ids", "is_connected", "target"],
    qosTable: ["external_ids", "other_config", "queues", "type"],
    queueTable: ["dscp", "external_ids", "other_config"],
    mirrorTable: [
      "external_ids", "name", "output_port", "output_vlan", "select_all", "select_dst_port", "select_src_port",
      "select_vlan",
    ],
  ]

  /// Columns that tell how connections to controllers and managers fare. They change every few seconds.
  public static let statusColumns: [String: [String]] = [controllerTable: ["status"], managerTable: ["status"]]

  /// The monitor that an `OpenVSwitchView` is made from.
  public static let monitorRequest = MonitorRequest(database: database, tables: columns)

  /// The same with `statusColumns`.
  public static let statusMonitorRequest = MonitorRequest(
    database: database, tables: columns.merging(statusColumns) { $0 + $1 })
}
