import NetworkTypes

/// Where a TCP service listens or is reached: `HOST:PORT`, with an IPv6 address in brackets (RFC 3986 §3.2.2).
public struct HostPort: Hashable, Sendable {
  /// A host name, or an address without brackets.
  public let host: String
  /// The TCP port; 0 lets the system choose where one listens.
  public let port: UInt16

  /// The host, which is not checked, and the port.
  public init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Reads `192.0.2.1:7700`, `controller.example:7700` or `[2001:db8::1]:7700`.
  ///
  /// - Parameter defaultPort: the port of text that names none; nil when it must.
  /// - Returns: nil for anything else. An IPv6 address without brackets is refused, since it cannot be told from one
  ///   with a port.
  public init?(_ text: some StringProtocol, defaultPort: UInt16? = nil) {
    let rest: Substring
    if text.first == "[" {
      guard let end = text.firstIndex(of: "]") else { return nil }
      guard let address = IPv6Address(text[text.index(after: text.startIndex)..<end]) else { return nil }
      host = address.description
      rest = Substring(text[text.index(after: end)...])
    } else {
      let end = text.firstIndex(of: ":") ?? text.endIndex
      guard HostPort.isHost(text[..<end]) else { return nil }
      host = String(text[..<end])
      rest = Substring(text[end...])
    }
    if rest.isEmpty {
      guard let defaultPort else { return nil }
      port = defaultPort
    } else {
      guard rest.first == ":", let number = HostPort.port(rest.dropFirst()) else { return nil }
      port = number
    }
  }

  /// The IP address, when the host is one.
  public var address: IPAddress? { IPAddress(host) }

  private static func port(_ text: Substring) -> UInt16? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    guard text == "0" || text.first != "0" else { return nil }
    return UInt16(text)
  }

  /// An IPv4 address, or a host name (RFC 1123 §2.1). A name whose last label is a number would be taken for an address
  /// by some resolvers and is none.
  private static func isHost(_ text: some StringProtocol) -> Bool {
    if IPv4Address(text) != nil { return true }
    guard (1...253).contains(text.utf8.count) else { return false }
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    guard let last = labels.last, !last.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
    return labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.first != "-" && !label.hasSuffix("-")
        && label.utf8.allSatisfy(isNameByte)
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
  }
}

extension HostPort: CustomStringConvertible {
  /// `HOST:PORT`, IPv6 addresses in brackets.
  public var description: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
