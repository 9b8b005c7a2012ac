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
