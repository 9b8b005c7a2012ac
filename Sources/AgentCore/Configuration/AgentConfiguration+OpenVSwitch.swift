import Daemon
import OVSDBNIO
import OpenFlowNIO

extension AgentConfiguration.OpenVSwitch {
  init(_ reader: inout ConfigurationReader) throws(ConfigurationError) {
    runDirectory = try reader.parsed("openvswitch.run-directory", as: pathText, absolutePath) ?? "/run/openvswitch"
    database =
      try reader.parsed("openvswitch.database", as: databaseText, databaseAddress) ?? .unix("\(runDirectory)/db.sock")
    bridge =
      try reader.parsed("openvswitch.bridge", as: interfaceNameText) { isInterfaceName($0) ? $0 : nil } ?? "br-int"
    openFlow =
      try reader.parsed("openvswitch.openflow", as: openFlowText) { text in
        SwitchEndpoint(text).flatMap { $0.hasAbsolutePath ? $0 : nil }
      } ?? .dialled(.unix("\(runDirectory)/\(bridge).mgmt"))
    tls = try Self.tls(&reader, database, openFlow)
    let datapath = try reader.parsed("openvswitch.datapath-type", as: "auto, system or netdev") {
      ["auto", "system", "netdev"].contains($0) ? $0 : nil
    }
    datapathType = datapath == "auto" ? nil : datapath
    bridgeMappings = try Self.bridgeMappings(&reader, integration: bridge)
    flowRestoreWait =
      try reader.parsed(
        "openvswitch.flow-restore-wait", as: "auto, always or never",
        AgentConfiguration.FlowRestoreWaitPolicy.init(rawValue:)) ?? .auto
  }

  /// The files for TLS as the OpenFlow library takes them.
  var switchCredentials: SwitchCredentials? {
    tls.map { SwitchCredentials(authority: $0.authority, certificate: $0.certificate, privateKey: $0.key) }
  }

  /// The files for TLS as the OVSDB library takes them.
  var databaseCredentials: OVSDBCredentials? {
    tls.map { OVSDBCredentials(authority: $0.authority, certificate: $0.certificate, privateKey: $0.key) }
  }

  private static func bridgeMappings(
    _ reader: inout ConfigurationReader, integration: String
  ) throws(ConfigurationError) -> [String: String] {
    let key = "openvswitch.bridge-mappings"
    let mappings = try reader.mapping(key, to: interfaceNameText) { isInterfaceName($0) ? $0 : nil } ?? [:]
    if let own = mappings.first(where: { $0.value == integration }) {
      throw reader.failure("\(key).\(own.key)", "\(integration) is the integration bridge itself")
    }
    // Two networks behind one bridge would be one.
    guard Set(mappings.values).count == mappings.count else {
      throw reader.failure(key, "maps two physical networks to the same bridge")
    }
    return mappings
  }

  private static func tls(
    _ reader: inout ConfigurationReader, _ database: OVSDBAddress, _ openFlow: SwitchEndpoint
  ) throws(ConfigurationError) -> TLS? {
    let authority = try reader.parsed("openvswitch.ca", as: pathText, absolutePath)
    let certificate = try reader.parsed("openvswitch.certificate", as: pathText, absolutePath)
    let key = try reader.parsed("openvswitch.key", as: pathText, absolutePath)
    var secured = openFlow.isSecured ? "\(openFlow)" : nil
    if case .ssl = database { secured = "\(database)" }
    guard let secured else { return nil }
    guard let authority, let certificate, let key else {
      let missing =
        authority == nil ? "openvswitch.ca" : certificate == nil ? "openvswitch.certificate" : "openvswitch.key"
      throw reader.failure(missing, "is required for \(secured): both sides show each other certificates")
    }
    return TLS(authority: authority, certificate: certificate, key: key)
  }
}

private let databaseText = "the path of a socket, tcp:HOST:PORT or ssl:HOST:PORT"
private let openFlowText =
  "unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT to connect, or punix:PATH, ptcp:PORT:ADDRESS or pssl:PORT:ADDRESS to await "
  + "the switch"

private func databaseAddress(_ text: String) -> OVSDBAddress? {
  absolutePath(text).map(OVSDBAddress.unix) ?? (try? OVSDBAddress(parsing: text))
}
