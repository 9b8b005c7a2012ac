import Daemon
import GoalState
import Logging
import OVSDBNIO

/// What `aliothd.yaml` says, validated.
public struct AgentConfiguration: Sendable {
  /// How to reach the controller.
  struct Controller: Sendable {
    var address: HostPort
    /// Nil when plaintext was asked for by name.
    var tls: TLS?

    struct TLS: Sendable {
      var trustRoots: String
      var certificate: String
      var key: String
      var serverName: String?
    }
  }

  /// Where Open vSwitch is, and what to make there.
  struct OpenVSwitch: Sendable {
    var runDirectory: String
    var database: OVSDBAddress
    var bridge: String
    /// Where the bridge is found for OpenFlow.
    var openFlow: SwitchEndpoint
    /// The files for TLS, when either of them has it.
    var tls: TLS?
    /// Nil to take what the host has.
    var datapathType: String?
    /// The bridges that lead to physical networks, by the networks' names.
    var bridgeMappings: [String: String]
    var flowRestoreWait = FlowRestoreWaitPolicy.auto

    struct TLS: Hashable, Sendable {
      var authority: String
      var certificate: String
      var key: String
    }
  }

  /// Whether a switch that starts is kept from forwarding until its flows are back.
  enum FlowRestoreWaitPolicy: String, CaseIterable, Sendable {
    /// When it has no other bridges: they would have to wait too.
    case auto
    case always
    case never
  }

  /// The host's id, as its certificate names it.
  public var host: String
  /// Who gives this host its goal state.
  var source: Source
  var tunnel: Tunnel
  var openVSwitch: OpenVSwitch
  var dhcpInterface: String
  var apiSocket: String
  /// Where the goal state is kept.
  var stateDirectory: String
  /// What its history may take on disk, in bytes.
  var historyBytes: Int
  /// How long a neighbor that was asked for is kept while no guest sends to it.
  var neighborIdleTime: Duration
  /// What may go at once without having been marked as intended; nil for everything.
  var removalLimits: RemovalLimits?
  /// How much is taken of each kind.
  var limits: HostLimits
  /// What is logged, and how.
  public var log: LogConfiguration

  /// The port that controllers listen on for agents unless configured otherwise.
  static let defaultControllerPort: UInt16 = 7700
  /// Where the configuration is looked for.
  public static let defaultPath = "/etc/alioth/aliothd.yaml"

  /// Not the controller's directory, which belongs to another user.
  static let defaultStateDirectory = "/var/lib/aliothd"

  /// Reads and validates the file.
  ///
  /// - Parameter hostName: the machine's own name, for when the file names none.
  public init(contentsOf path: String, hostName: String) throws(ConfigurationError) {
    var reader = try ConfigurationReader(contentsOf: path)
    try self.init(&reader, hostName: hostName)
  }

  init(_ reader: inout ConfigurationReader, hostName: String) throws(ConfigurationError) {
    host = try reader.parsed("host", as: "a host name") { isName($0) ? $0 : nil } ?? hostName
    source = try Source(&reader)
    tunnel = try Tunnel(&reader)
    if source.routeTarget == nil, tunnel.address == nil, tunnel.interface == nil {
      throw reader.failure(
        "tunnel.address", "or tunnel.interface is required, as there is no controller to tell this host's end by")
    }
    openVSwitch = try OpenVSwitch(&reader)
    dhcpInterface =
      try reader.parsed("dhcp.interface", as: interfaceNameText) { isInterfaceName($0) ? $0 : nil } ?? "alioth-dhcp"
    apiSocket = try reader.parsed("api.socket", as: pathText, absolutePath) ?? "/run/alioth/aliothd.sock"
    stateDirectory =
      try reader.parsed("state.directory", as: pathText, absolutePath) ?? AgentConfiguration.defaultStateDirectory
    historyBytes = (try reader.integer("state.history-mebibytes", in: 1...65_536) ?? 64) << 20
    neighborIdleTime = .seconds(try reader.integer("on-demand.idle-seconds", in: 10...86_400) ?? 300)
    removalLimits = try RemovalLimits(&reader)
    limits = try HostLimits(&reader)
    log = try LogConfiguration(&reader)
    try reader.rejectUnknownKeys()
  }
}

extension AgentConfiguration.Controller {
  init(_ reader: inout ConfigurationReader) throws(ConfigurationError) {
    let address = try reader.parsed("controller.address", as: "HOST:PORT") {
      HostPort($0, defaultPort: AgentConfiguration.defaultControllerPort)
    }
    guard let address else { throw reader.failure("controller.address", "is required: HOST or HOST:PORT") }
    self.address = address
    tls = try TLS(
      &reader, section: "controller",
      why: "as the connection is TLS with certificates on both sides (alioth-controller ca issue-node)")
  }
}

let pathText = "an absolute path"
let interfaceNameText = "an interface name of 1 to 15 letters, digits, '-', '_' or '.'"

func absolutePath(_ text: String) -> String? {
  text.hasPrefix("/") && !text.contains("\0") ? text : nil
}

/// What Linux takes for an interface, less the characters that would need quoting somewhere (IFNAMSIZ is 16 with its
/// end).
func isInterfaceName(_ text: String) -> Bool {
  (1...15).contains(text.utf8.count) && text != "." && text != ".." && text.utf8.allSatisfy(isNameByte)
}

private func isName(_ text: String) -> Bool {
  (1...255).contains(text.utf8.count) && text.utf8.allSatisfy(isNameByte)
}

private func isNameByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
    true
  default: false
  }
}
