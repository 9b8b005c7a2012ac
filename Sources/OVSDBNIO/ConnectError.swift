import OVSDB

/// Why there is no connection to ovsdb-server. The `path` is the one of a unix socket, or the address as Open vSwitch writes
/// it.
public enum ConnectError: Error, Hashable, Sendable {
  /// There is no socket at the path.
  case noSocket(path: String)
  /// There is a socket that nobody listens on.
  case refused(path: String)
  /// We may not open the socket.
  case notPermitted(path: String)
  /// The path is too long for a unix socket.
  case pathTooLong(path: String)
  /// The system refused for another reason, with its message.
  case failed(path: String, message: String)
  /// The certificates for TLS are missing, or cannot be read.
  case credentials(String)
  /// The server could be reached and did not agree on TLS with us, with the library's message.
  case tls(path: String, message: String)
  /// ovsdb-server took the connection and did not answer what is asked first.
  case request(path: String, error: RequestError)
  /// The server has no database Open_vSwitch, or one that lacks columns in use.
  case schema(path: String, mismatch: SchemaMismatch)
}

extension ConnectError: CustomStringConvertible {
  /// What was attempted, what was found, what to do.
  public var description: String {
    switch self {
    case .noSocket(let path):
      "there is no socket \(path): Open vSwitch's ovsdb-server does not seem to run (or openvswitch.database names the"
        + " wrong path)"
    case .refused(let path):
      "nobody listens on the socket \(path): Open vSwitch's ovsdb-server does not seem to run; it left the socket behind"
    case .notPermitted(let path):
      "no permission to connect to \(path): run as root or as a member of Open vSwitch's group"
    case .pathTooLong(let path):
      "the path \(path) is too long for a unix socket (107 bytes at most)"
    case .failed(let path, let message):
      "cannot connect to ovsdb-server at \(path): \(message)"
    case .credentials(let problem):
      "the certificates for TLS with ovsdb-server cannot be used: \(problem)"
    case .tls(let path, let message):
      "no TLS with ovsdb-server at \(path): \(message); do both sides have certificates of the same authority?"
    case .request(let path, let error):
      "ovsdb-server at \(path) took the connection, but: \(error)"
    case .schema(let path, let mismatch):
      "ovsdb-server at \(path): \(mismatch)"
    }
  }
}
