import NetworkTypes

/// Where a controller listens: a host name or an address, and a port.
public struct SouthboundAddress: Sendable, Hashable {
  /// The port when none is given.
  public static let defaultPort = 7700

  /// A DNS name, or an address without brackets.
  public var host: String
  /// The TCP port; 0 lets a listener pick a free one.
  public var port: Int

  /// - Parameter host: a DNS name or an address without brackets.
  public init(host: String, port: Int = SouthboundAddress.defaultPort) {
    self.host = host
    self.port = port
  }

  /// Reads `HOST`, `HOST:PORT`, `192.0.2.1:7700` or `[2001:db8::1]:7700`.
  ///
  /// - Returns: nil for anything else; an IPv6 address with a port needs its brackets.
  public init?(_ text: String) {
    let host: Substring
    let rest: Substring
    if IPv6Address(text) != nil {
      self.init(host: text)
      return
    }
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      host = text[text.index(after: text.startIndex)..<end]
      rest = text[text.index(after: end)...]
      guard IPv6Address(host) != nil else { return nil }
    } else {
      let end = text.firstIndex(of: ":") ?? text.endIndex
      host = text[..<end]
      rest = text[end...]
      guard IPv4Address(host) != nil || SouthboundAddress.isName(host) else { return nil }
    }
    guard !rest.isEmpty else {
      self.init(host: String(host))
      return
    }
    let digits = rest.dropFirst()
    guard rest.first == ":", (1...5).contains(digits.utf8.count),
      digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let port = Int(digits), (1...65_535).contains(port)
    else { return nil }
    self.init(host: String(host), port: port)
  }

  /// A DNS name that is not all digits and dots, which would be a mistyped address.
  private static func isName(_ host: Substring) -> Bool {
    let name = try? FieldRules.dnsName(String(host), "host")
    return name != nil && !host.utf8.allSatisfy { (0x2e...0x39).contains($0) }
  }

  /// The host as an address, or nil for a name.
  var address: IPAddress? { IPAddress(host) }
}

extension SouthboundAddress: CustomStringConvertible {
  /// `HOST:PORT`, with brackets around an IPv6 address.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
