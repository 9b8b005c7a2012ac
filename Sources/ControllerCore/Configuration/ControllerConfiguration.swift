import Daemon
import Logging
import NetworkTypes
import Southbound

/// What the controller is told by its configuration file; each key has a default.
public struct ControllerConfiguration: Hashable, Sendable {
  /// How the log is written.
  public enum LogFormat: String, Hashable, Sendable {
    /// A line for people.
    case text
    /// A JSON object a line.
    case json
  }

  /// `api.address`: where the REST API listens.
  public var apiAddress: HostPort
  /// `southbound.address`: where agents dial in.
  public var southboundAddress: HostPort
  /// `southbound.plaintext`, or `southbound.ca`, `.certificate` and `.key`.
  public var security: ServerSecurity
  /// `store.path`.
  public var storePath: String
  /// `network.mac-base`, `network.vni-range` and `network.default-type`.
  public var allocation: AllocationSettings
  /// `host.timeout`, in seconds.
  public var hostTimeout: Int
  /// `log.level`.
  public var logLevel: Logger.Level
  /// `log.format`.
  public var logFormat: LogFormat

  /// Where the file is when none is named.
  public static let defaultPath = "/etc/alioth/alioth-controller.yaml"

  /// Reads and checks everything.
  ///
  /// - Throws: `ConfigurationError` with the file's name, the line and the key.
  public init(_ reader: ConfigurationReader) throws(ConfigurationError) {
    var reader = reader
    apiAddress = try ControllerConfiguration.address("api.address", default: "127.0.0.1", 9696, &reader)
    southboundAddress = try ControllerConfiguration.address("southbound.address", default: "0.0.0.0", 7700, &reader)
    security = try ControllerConfiguration.security(&reader)
    storePath = try reader.string("store.path") ?? "/var/lib/alioth/controller.db"
    guard storePath.hasPrefix("/") else {
      throw reader.failure("store.path", "'\(storePath)' is not an absolute path")
    }
    let defaults = AllocationSettings()
    let macBase = try reader.parsed("network.mac-base", as: "a MAC address") { MACAddress($0) } ?? defaults.macBase
    guard macBase.isUnicast else {
      throw reader.failure("network.mac-base", "'\(macBase)' is a group address, expected one of a station")
    }
    let vniRange =
      try reader.parsed(
        "network.vni-range", as: "a range FIRST-LAST within 1-16777215", ControllerConfiguration.vniRange)
      ?? defaults.vniRange
    let networkType =
      try reader.parsed("network.default-type", as: "vxlan, geneve or gre") { text in
        NetworkType(rawValue: text).flatMap { $0.isTunnel ? $0 : nil }
      } ?? defaults.networkType
    allocation = AllocationSettings(macBase: macBase, vniRange: vniRange, networkType: networkType)
    hostTimeout = try reader.integer("host.timeout", in: 1...86_400) ?? 30
    logLevel =
      try reader.parsed("log.level", as: ControllerConfiguration.levels) { Logger.Level(rawValue: $0) } ?? .info
    logFormat = try reader.parsed("log.format", as: "text or json") { LogFormat(rawValue: $0) } ?? .text
    try reader.rejectUnknownKeys()
  }

  private static let levels = "one of " + Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")

  /// gRPC and Hummingbird listen on addresses; a name would have to be resolved first, and to one address.
  private static func address(
    _ key: String, default host: String, _ port: UInt16, _ reader: inout ConfigurationReader
  ) throws(ConfigurationError) -> HostPort {
    try reader.parsed(key, as: "an address to listen on, ADDRESS:PORT") { text in
      HostPort(text, defaultPort: port).flatMap { $0.address == nil ? nil : $0 }
    } ?? HostPort(host: host, port: port)
  }

  private static func security(_ reader: inout ConfigurationReader) throws(ConfigurationError) -> ServerSecurity {
    let plaintext = try reader.boolean("southbound.plaintext") ?? false
    let files = [
      try reader.string("southbound.ca"), try reader.string("southbound.certificate"),
      try reader.string("southbound.key"),
    ]
    let named = files.compactMap(\.self)
    guard !plaintext else {
      guard named.isEmpty else {
        throw reader.failure("southbound.plaintext", "is true, but certificates are given too: remove one or the other")
      }
      return .plaintext
    }
    guard named.count == 3 else {
      let keys = ["southbound.ca", "southbound.certificate", "southbound.key"]
      let missing = zip(keys, files).first { $0.1 == nil }?.0 ?? "southbound.ca"
      throw reader.failure(
        missing,
        "is missing: agents are authenticated by certificates. 'alioth-controller ca' makes them; for a trial on a "
          + "trusted network set southbound.plaintext: true")
    }
    return .mutualTLS(CredentialFiles(certificate: named[1], key: named[2], trust: named[0]))
  }

  private static func vniRange(_ text: String) -> ClosedRange<UInt32>? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let first = UInt32(parts[0]).flatMap({ VNI($0) }),
      let last = UInt32(parts[1]).flatMap({ VNI($0) }), first <= last
    else { return nil }
    return first.rawValue...last.rawValue
  }
}
