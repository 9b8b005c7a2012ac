/// Where ovsdb-server is dialled.
public enum OVSDBAddress: Hashable, Sendable {
  /// A unix socket, usually /run/openvswitch/db.sock.
  case unix(String)
  /// A TCP port.
  case tcp(host: String, port: Int)
  /// A TCP port, with TLS.
  case ssl(host: String, port: Int)

  /// The port when none is said, as IANA has it and Open vSwitch takes it.
  public static let standardPort = 6640
}

/// Why a text is no address of an ovsdb-server.
public struct OVSDBAddressError: Error, Hashable, Sendable {
  /// The text.
  public let text: String
  /// What is wrong with it.
  public let problem: String
}

extension OVSDBAddressError: CustomStringConvertible {
  /// What is wrong, and what would be right.
  public var description: String {
    "'\(text.prefix(200))' is no address of an ovsdb-server: \(problem); write unix:/run/openvswitch/db.sock,"
      + " tcp:192.0.2.1:6640 or ssl:[2001:db8::1]:6640"
  }
}

extension OVSDBAddress: CustomStringConvertible {
  /// Reads Open vSwitch's notation; an IPv6 address stands in brackets, and a port that is not said is 6640.
  public init(parsing text: String) throws(OVSDBAddressError) {
    func fail(_ problem: String) -> OVSDBAddressError { OVSDBAddressError(text: text, problem: problem) }
    guard let colon = text.firstIndex(of: ":") else { throw fail("it does not begin with unix:, tcp: or ssl:") }
    let kind = text[..<colon]
    let rest = text[text.index(after: colon)...]
    switch kind {
    case "unix":
      guard rest.hasPrefix("/") else { throw fail("the path of the socket must begin with '/'") }
      guard rest.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { throw fail("the path has control characters") }
      self = .unix(String(rest))
    case "tcp", "ssl":
      let (host, port) = try Self.hostAndPort(rest, fail)
      self = kind == "tcp" ? .tcp(host: host, port: port) : .ssl(host: host, port: port)
    case "punix", "ptcp", "pssl":
      throw fail("\(kind): is where a server listens, not where it is dialled")
    default:
      throw fail("it does not begin with unix:, tcp: or ssl:")
    }
  }

  /// Reads Open vSwitch's notation; nil for what it does not allow.
  public init?(_ text: String) {
    do throws(OVSDBAddressError) { try self.init(parsing: text) } catch { return nil }
  }

  private static func hostAndPort(
    _ text: Substring, _ fail: (String) -> OVSDBAddressError
  ) throws(OVSDBAddressError) -> (host: String, port: Int) {
    let host: Substring
    let end: Substring
    if text.hasPrefix("[") {
      guard let close = text.firstIndex(of: "]") else { throw fail("the ']' after the IPv6 address is missing") }
      host = text[text.index(after: text.startIndex)..<close]
      end = text[text.index(after: close)...]
      guard host.contains(":"), host.utf8.allSatisfy({ isHostByte($0) || $0 == UInt8(ascii: ":") }) else {
        throw fail("there is no IPv6 address between '[' and ']'")
      }
    } else {
      let colon = text.firstIndex(of: ":") ?? text.endIndex
      host = text[..<colon]
      end = text[colon...]
      guard !host.isEmpty, host.utf8.allSatisfy(isHostByte) else { throw fail("'\(host.prefix(64))' names no host") }
    }
    if end.isEmpty { return (String(host), standardPort) }
    let digits = end.dropFirst()
    // An IPv6 address without brackets ends up here too.
    guard end.hasPrefix(":"), digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let port = UInt16(digits), port > 0
    else { throw fail("'\(digits.prefix(64))' is no port number, 1 to 65535 (an IPv6 address needs brackets)") }
    return (String(host), Int(port))
  }

  /// What names and numeric addresses are made of, with the zone of a link-local one.
  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "%"):
      true
    default: false
    }
  }

  /// As Open vSwitch writes it.
  public var description: String {
    switch self {
    case .unix(let path): "unix:\(path)"
    case .tcp(let host, let port): "tcp:\(Self.bracketed(host)):\(port)"
    case .ssl(let host, let port): "ssl:\(Self.bracketed(host)):\(port)"
    }
  }

  private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }

  /// The address as errors name it: of a unix socket the bare path.
  var place: String { if case .unix(let path) = self { path } else { description } }
}
