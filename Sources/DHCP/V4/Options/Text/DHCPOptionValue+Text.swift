import NetworkTypes

extension DHCPOptionValue {
  /// The text that `init(text:of:)` reads as this value, as dnsmasq writes it where it can: items with commas between,
  /// `0x` and hexadecimal digits for what has no better form.
  public var text: String {
    switch self {
    case .empty: ""
    case .flag(let value): value ? "1" : "0"
    case .uint8(let value): String(value)
    case .uint16(let value): String(value)
    case .uint32(let value): String(value)
    case .int32(let value): String(value)
    case .uint8List(let values): list(values)
    case .uint16List(let values): list(values)
    case .address(let address): address.description
    case .addressList(let addresses): list(addresses)
    case .addressPairs(let pairs): list(pairs.flatMap { [$0.first, $0.second] })
    case .text(let text): DHCPOptionValue.quotedIfNeeded(text)
    case .domainName(let name): DHCPOptionValue.quotedIfNeeded(name.description)
    case .domainList(let names), .sipServers(.names(let names)):
      // A list that starts like bytes would be read as bytes; every name can have a dot at its end.
      list(names.map { $0.labels.count == 1 ? "\($0)." : $0.description })
    case .sipServers(.addresses(let addresses)): list(addresses)
    case .classlessRoutes(let routes): list(routes.map { "\($0.destination),\($0.router)" })
    case .architectures(let architectures): list(architectures.map(\.rawValue))
    case .sixRapidDeployment(let value): "\(value.ipv4MaskLength),\(value.prefix),\(list(value.relays))"
    case .machineIdentifier(let identifier) where identifier.type == 0: identifier.description
    case .clientIdentifier, .clientFQDN, .relayAgentInformation, .vendorSuboptions, .vendorData, .userClass,
      .networkInterface, .machineIdentifier, .bytes:
      "0x" + hexString(encoded)
    }
  }

  private func list(_ items: [some CustomStringConvertible]) -> String {
    items.map(\.description).joined(separator: ",")
  }

  /// Text that would be read as something else, or whose ends would be lost, goes into quotes.
  private static func quotedIfNeeded(_ text: String) -> String {
    guard text.hasPrefix("0x") || text.hasPrefix("\"") || text.hasPrefix(" ") || text.hasSuffix(" ") else {
      return text
    }
    let escaped = text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }
    return "\"" + escaped.joined() + "\""
  }
}

extension DHCPOptionValue: CustomStringConvertible {
  /// For people: as `text`, but for values with parts that have names. Bytes from guests are quoted and cut.
  public var description: String {
    switch self {
    case .text(let text): quoted(text.utf8)
    case .clientIdentifier(let identifier): identifier.description
    case .clientFQDN(let name): name.description
    case .relayAgentInformation(let information): information.description
    case .vendorSuboptions(let value):
      value.suboptions.map { "\($0.code) \(readable($0.value))" }.joined(separator: ", ")
    case .vendorData(let data): data.map(\.description).joined(separator: ", ")
    case .userClass(let userClass): userClass.description
    case .architectures(let architectures): list(architectures)
    case .networkInterface(let interface): interface.description
    case .machineIdentifier(let identifier): identifier.description
    case .bytes(let bytes): readable(bytes)
    default: text
    }
  }
}
