/// Where this node's agent listens, and who said so.
struct AgentSocket: Hashable, Sendable {
  static let environmentName = "ALIOTH_AGENT_SOCKET"
  static let standard = AgentSocket(path: "/run/alioth/aliothd.sock", origin: .standard)

  /// Who chose the path, for messages about it.
  enum Origin: Hashable, Sendable {
    case option
    case environment
    case standard

    var text: String {
      switch self {
      case .option: "--agent-socket"
      case .environment: "the environment variable \(environmentName)"
      case .standard: "the default"
      }
    }
  }

  let path: String
  let origin: Origin
}
