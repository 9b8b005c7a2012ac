/// Why a server or a client could not be set up. A session that fails later is not an error: the client dials again.
public enum SouthboundError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A file of a certificate, a key or trust roots cannot be used.
  case credentials(file: String, problem: String)
  /// An address or a name that cannot be used for this.
  case address(String, problem: String)
  /// The server cannot listen.
  case cannotListen(address: String, reason: String)

  /// A sentence for the person who runs the program.
  public var description: String {
    switch self {
    case .credentials(let file, let problem): "\(file): \(problem)"
    case .address(let address, let problem): "\(quoted(address)) \(problem)"
    case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
    }
  }
}
