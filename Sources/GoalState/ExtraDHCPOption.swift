import NetworkTypes

/// What a guest is told by DHCP besides: an option by its name or number, and its value in text, as operators write them.
public struct ExtraDHCPOption: Hashable, Sendable {
  /// A name such as `ntp-server`, or a number.
  public var name: String
  /// The value.
  public var value: String
  /// Whether it is an option of DHCP or of DHCPv6, whose names and numbers differ.
  public var version: IPVersion

  /// All parts.
  public init(name: String, value: String, version: IPVersion = .v4) {
    self.name = name
    self.value = value
    self.version = version
  }
}

extension ExtraDHCPOption: Codable {
  /// Reads an option; without a version it is one of DHCP for IPv4.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    value = try container.decode(String.self, forKey: .value)
    version = try container.decodeIfPresent(IPVersion.self, forKey: .version) ?? .v4
  }
}
