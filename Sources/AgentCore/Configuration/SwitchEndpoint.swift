import NetworkTypes
import OVSDB
import OpenFlowNIO

/// How the agent and the bridge find each other for OpenFlow.
enum SwitchEndpoint: Hashable, Sendable {
  /// The agent connects.
  case dialled(SwitchAddress)
  /// The switch connects.
  case awaited(SwitchListenAddress)

  /// Reads Open vSwitch's notation: active names such as `unix:PATH`, and passive ones such as `ptcp:PORT:ADDRESS`.
  init?(_ text: String) {
    if let address = SwitchAddress(text) {
      self = .dialled(address)
    } else if let address = SwitchListenAddress(text) {
      self = .awaited(address)
    } else {
      return nil
    }
  }

  /// Whether it takes certificates.
  var isSecured: Bool {
    switch self {
    case .dialled(.ssl), .awaited(.ssl): true
    default: false
    }
  }

  /// Whether its path, if it has one, is absolute.
  var hasAbsolutePath: Bool {
    switch self {
    case .dialled(.unix(let path)), .awaited(.unix(let path)): path.hasPrefix("/")
    default: true
    }
  }

  /// What the bridge has to connect to when it is awaited; nil for a host name, which Open vSwitch does not take.
  var controllerTarget: ControllerTarget? {
    switch self {
    case .awaited(.unix(let path)): .unix(path)
    case .awaited(.tcp(let host, let port)): Self.target(host, port).map { .tcp($0, port: $1) }
    case .awaited(.ssl(let host, let port)): Self.target(host, port).map { .ssl($0, port: $1) }
    case .dialled: nil
    }
  }

  /// The switch is on this host: where every address is listened on, the loopback interface's will do.
  private static func target(_ host: String, _ port: Int) -> (IPAddress, UInt16)? {
    let host = ["::", "0.0.0.0"].contains(host) ? "127.0.0.1" : host
    guard let address = IPAddress(host), let port = UInt16(exactly: port), port > 0 else { return nil }
    return (address, port)
  }

  /// Whether nothing but a program of this host's administrator can be there.
  var isManagementSocket: Bool {
    if case .dialled(.unix) = self { true } else { false }
  }
}

extension SwitchEndpoint: CustomStringConvertible {
  var description: String {
    switch self {
    case .dialled(let address): "\(address)"
    case .awaited(let address): "\(address)"
    }
  }
}
