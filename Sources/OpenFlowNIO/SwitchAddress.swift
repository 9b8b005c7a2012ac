/// Where a switch listens.
public enum SwitchAddress: Hashable, Sendable {
  /// A unix socket, such as a bridge's management socket in Open vSwitch's run directory.
  case unix(String)
  /// A TCP port.
  case tcp(host: String, port: Int)
}

extension SwitchAddress: CustomStringConvertible {
  /// As Open vSwitch writes it: `unix:/run/openvswitch/br-int.mgmt`, `tcp:192.0.2.1:6653`.
  public var description: String {
    switch self {
    case .unix(let path): "unix:\(path)"
    case .tcp(let host, let port): host.contains(":") ? "tcp:[\(host)]:\(port)" : "tcp:\(host):\(port)"
    }
  }
}
