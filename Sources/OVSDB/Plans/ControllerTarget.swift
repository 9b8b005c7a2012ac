import NetworkTypes

/// Where a bridge looks for OpenFlow controllers (ovs-vswitchd.conf.db(5), Controller, `target`).
public enum ControllerTarget: Hashable, Sendable {
  /// Dials a TCP port.
  case tcp(IPAddress, port: UInt16)
  /// Dials a TCP port, with TLS by the certificates of the table SSL.
  case ssl(IPAddress, port: UInt16)
  /// Dials a unix socket.
  case unix(String)
  /// Listens on a TCP port, of all addresses or of one.
  case listenTCP(port: UInt16, IPAddress?)
  /// Listens on a TCP port, with TLS.
  case listenSSL(port: UInt16, IPAddress?)
  /// Listens on a unix socket.
  case listenUnix(String)

  /// The port that IANA assigned to OpenFlow.
  public static let standardPort: UInt16 = 6653

  /// Whether the bridge listens, and does not dial.
  public var isPassive: Bool {
    switch self {
    case .tcp, .ssl, .unix: false
    case .listenTCP, .listenSSL, .listenUnix: true
    }
  }
}

extension ControllerTarget: CustomStringConvertible {
  /// As Open vSwitch writes it, such as `tcp:192.0.2.1:6653` and `pssl:6653:[2001:db8::1]`.
  public var description: String {
    switch self {
    case .tcp(let address, let port): "tcp:\(Self.text(address)):\(port)"
    case .ssl(let address, let port): "ssl:\(Self.text(address)):\(port)"
    case .unix(let path): "unix:\(path)"
    case .listenTCP(let port, let address): "ptcp:\(port)" + (address.map { ":\(Self.text($0))" } ?? "")
    case .listenSSL(let port, let address): "pssl:\(port)" + (address.map { ":\(Self.text($0))" } ?? "")
    case .listenUnix(let path): "punix:\(path)"
    }
  }

  private static func text(_ address: IPAddress) -> String {
    let text = address.description
    return text.contains(":") ? "[\(text)]" : text
  }
}
