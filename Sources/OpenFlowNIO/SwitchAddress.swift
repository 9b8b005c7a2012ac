/// Where a switch is dialled.
public enum SwitchAddress: Hashable, Sendable {
  /// A unix socket, such as a bridge's management socket in Open vSwitch's run directory.
  case unix(String)
  /// A TCP port.
  case tcp(host: String, port: Int)
  /// A TCP port, with TLS.
  case ssl(host: String, port: Int)
}

extension SwitchAddress: CustomStringConvertible {
  /// The port when none is said, as IANA has it and Open vSwitch takes it.
  public static let standardPort = 6653

  /// Reads Open vSwitch's notation: `unix:/run/openvswitch/br-int.mgmt`, `tcp:192.0.2.1:6653`, `ssl:[2001:db8::1]`.
  public init?(_ text: String) {
    guard let (kind, rest) = AddressText.split(text) else { return nil }
    switch kind {
    case "unix":
      self = .unix(rest)
    case "tcp", "ssl":
      guard let (host, port) = AddressText.hostAndPort(rest), !host.isEmpty else { return nil }
      self = kind == "tcp" ? .tcp(host: host, port: port) : .ssl(host: host, port: port)
    default:
      return nil
    }
  }

  /// As Open vSwitch writes it.
  public var description: String {
    switch self {
    case .unix(let path): "unix:\(path)"
    case .tcp(let host, let port): "tcp:\(AddressText.bracketed(host)):\(port)"
    case .ssl(let host, let port): "ssl:\(AddressText.bracketed(host)):\(port)"
    }
  }
}

/// Where switches are awaited.
public enum SwitchListenAddress: Hashable, Sendable {
  /// A unix socket. A stale one in the way is removed.
  case unix(String)
  /// A TCP port of an address of this host; port 0 takes a free one.
  case tcp(host: String, port: Int)
  /// A TCP port, with TLS.
  case ssl(host: String, port: Int)
}

extension SwitchListenAddress: CustomStringConvertible {
  /// Every IPv6 and IPv4 address of this host.
  private static let anyHost = "::"

  /// Reads Open vSwitch's notation: `punix:/run/alioth/switches`, `ptcp:6653`, `pssl:6653:192.0.2.1`.
  public init?(_ text: String) {
    guard let (kind, rest) = AddressText.split(text) else { return nil }
    switch kind {
    case "punix":
      self = .unix(rest)
    case "ptcp", "pssl":
      let end = rest.firstIndex(of: ":") ?? rest.endIndex
      guard let port = AddressText.port(rest[..<end]) else { return nil }
      var host = SwitchListenAddress.anyHost
      if end < rest.endIndex {
        guard let said = AddressText.unbracketed(String(rest[rest.index(after: end)...])) else { return nil }
        host = said
      }
      self = kind == "ptcp" ? .tcp(host: host, port: port) : .ssl(host: host, port: port)
    default:
      return nil
    }
  }

  /// As Open vSwitch writes it.
  public var description: String {
    switch self {
    case .unix(let path): "punix:\(path)"
    case .tcp(let host, let port): "ptcp:\(port):\(AddressText.bracketed(host))"
    case .ssl(let host, let port): "pssl:\(port):\(AddressText.bracketed(host))"
    }
  }
}

/// The pieces of Open vSwitch's notation for addresses.
private enum AddressText {
  static func split(_ text: String) -> (kind: Substring, rest: String)? {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let rest = text[text.index(after: colon)...]
    return rest.isEmpty ? nil : (text[..<colon], String(rest))
  }

  static func hostAndPort(_ text: String) -> (host: String, port: Int)? {
    if text.hasPrefix("[") {
      guard let end = text.lastIndex(of: "]"), let host = unbracketed(String(text[...end])) else { return nil }
      let rest = text[text.index(after: end)...]
      if rest.isEmpty { return (host, SwitchAddress.standardPort) }
      guard rest.hasPrefix(":"), let port = port(rest.dropFirst()), port > 0 else { return nil }
      return (host, port)
    }
    guard let colon = text.firstIndex(of: ":") else { return (text, SwitchAddress.standardPort) }
    guard let port = port(text[text.index(after: colon)...]), port > 0 else { return nil }
    return (String(text[..<colon]), port)
  }

  static func port(_ text: Substring) -> Int? {
    guard let port = UInt16(text), text.allSatisfy(\.isNumber) else { return nil }
    return Int(port)
  }

  static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }

  static func unbracketed(_ text: String) -> String? {
    guard text.hasPrefix("[") else { return text.isEmpty || text.contains("[") ? nil : text }
    guard text.hasSuffix("]"), text.count > 2 else { return nil }
    return String(text.dropFirst().dropLast())
  }
}
