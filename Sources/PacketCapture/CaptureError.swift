/// Why a capture could not be opened, read or written to: what was attempted, on which interface, what libpcap or the
/// kernel said, and what can be done about it.
public struct CaptureError: Error, Hashable, Sendable {
  /// What kind of failure it is, for a caller that decides by it.
  public enum Kind: Hashable, Sendable {
    /// There is no interface of that name.
    case noSuchInterface
    /// The process may not open packet sockets.
    case permissionDenied
    /// The interface exists and is down; a capture can be opened once it is up.
    case interfaceDown
    /// The interface was removed, or moved to another network namespace, while it was captured. Only a new capture
    /// can follow it.
    case interfaceGone
    /// The filter's text does not compile.
    case badFilter
    /// A frame could not be sent.
    case injectionFailed
    /// Anything else; the text says what.
    case failed
  }

  /// What kind of failure it is.
  public let kind: Kind
  /// The interface's name.
  public let interface: String
  /// What was attempted, such as `open a capture`.
  public let attempt: String
  /// What libpcap or the kernel said.
  public let reason: String

  /// An error with these parts.
  public init(kind: Kind, interface: String, attempt: String, reason: String) {
    self.kind = kind
    self.interface = interface
    self.attempt = attempt
    self.reason = reason
  }

  /// What a person can do about it, or nil when there is nothing general to say.
  public var advice: String? {
    switch kind {
    case .noSuchInterface: "check the name with 'ip link'"
    case .permissionDenied: "give the process CAP_NET_RAW, or run it as root"
    case .interfaceDown: "set it up with 'ip link set dev \(interface) up'"
    case .interfaceGone: "open a new capture once the interface is back"
    case .badFilter: "see pcap-filter(7) for the syntax"
    case .injectionFailed, .failed: nil
    }
  }
}

extension CaptureError: CustomStringConvertible {
  /// One line: attempt, interface, reason, advice.
  public var description: String {
    let text = "cannot \(attempt) on \(interface): \(reason)"
    return advice.map { "\(text); \($0)" } ?? text
  }
}
