import NetworkTypes

/// What an operator has a guest told by DHCPv6 besides what its goal state says, as Neutron's extra DHCP options of IP
/// version 6 ask for it.
public struct DHCPv6ExtraOption: Hashable, Sendable {
  /// The option.
  public let option: DHCPv6Option

  /// Reads an extra option by its name or number and its value in text.
  ///
  /// - Parameters:
  ///   - name: a number, a registered name in lower case with hyphens (`captive-portal`), or what dnsmasq calls the option
  ///     (`dns-server`); `option6:` may stand before it.
  ///   - text: items with commas between them where the option has several: addresses, domain names, texts or numbers;
  ///     text may stand in double quotes. `0x` and hexadecimal digits are the bytes of an option that has no such form.
  public init(named name: String, text: String) throws(DHCPv6OptionTextError) {
    let code = try DHCPv6ExtraOption.code(named: name)
    do throws(OptionTextProblem) {
      option = DHCPv6Option(code, try DHCPv6ExtraOption.value(text, code))
    } catch {
      throw .invalidValue(name: name, found: error.found, expected: error.expected)
    }
    guard DHCPv6ExtraOption.isTold(option.value) else {
      throw .invalidValue(
        name: name, found: text, expected: "addresses of servers, or texts in UTF-8, as this option takes")
    }
    do throws(DHCPv6ConfigurationError) {
      // What a port can be told with it, it can be told without the rest of its goal state.
      var configuration = DHCPv6Configuration(
        mac: .zero, serverMAC: .zero, serverAddress: IPv6Address(linkLocalOf: .zero))
      configuration.add(self)
      _ = try DHCPv6Binding(configuration)
    } catch {
      throw .unusable(name: name, error)
    }
  }

  /// Whether the configuration's fields have room for all of it.
  private static func isTold(_ value: DHCPv6OptionValue) -> Bool {
    switch value {
    case .ntp(let sources): sources.allSatisfy { if case .server = $0 { true } else { false } }
    case .strings(let strings): strings.allSatisfy { String(validating: $0, as: UTF8.self) != nil }
    default: true
    }
  }

  private static func code(named name: String) throws(DHCPv6OptionTextError) -> DHCPv6OptionCode {
    let plain = (name.hasPrefix("option6:") ? String(name.dropFirst("option6:".count)) : name)
    let code: DHCPv6OptionCode
    if let number = UInt16(plain), number > 0, plain.first != "+" {
      code = DHCPv6OptionCode(rawValue: number)
    } else if let known = dnsmasqNames[plain.lowercased()] ?? DHCPv6OptionRegistry.code(spelled: plain) {
      code = known
    } else {
      throw .unknownName(plain)
    }
    guard isFree(code) else { throw .serverDecided(code) }
    return code
  }

  /// Not what belongs to the exchange itself or to relay agents, nor what comes from the goal state.
  private static func isFree(_ code: DHCPv6OptionCode) -> Bool {
    switch code {
    case .vendorOptions: true
    case .iaPD, .iaPrefix, .clientFQDN, .clientArchitecture, .networkInterfaceID: false
    default: code.rawValue > 20
    }
  }

  /// Where dnsmasq's name is another than the registered one.
  private static let dnsmasqNames: [String: DHCPv6OptionCode] = [
    "sip-server-domain": DHCPv6OptionCode(rawValue: 21), "sip-server": DHCPv6OptionCode(rawValue: 22),
    "dns-server": .dnsServers, "domain-search": .domainList, "nis-server": DHCPv6OptionCode(rawValue: 27),
    "nis+-server": DHCPv6OptionCode(rawValue: 28), "nis-domain": DHCPv6OptionCode(rawValue: 29),
    "nis+-domain": DHCPv6OptionCode(rawValue: 30), "sntp-server": .sntpServers,
  ]

  private static func value(_ text: String, _ code: DHCPv6OptionCode) throws(OptionTextProblem) -> DHCPv6OptionValue {
    if text.hasPrefix("0x"), let bytes = hexBytes(text.dropFirst(2)) { return try value(bytes, text, code) }
    let items = OptionTextItems(text)
    switch DHCPv6OptionRegistry.form(of: code) {
    case .empty:
      guard text.isEmpty else { throw OptionTextProblem(found: text, expected: "empty, as this option's value is") }
      return .empty
    case .uint8: return .uint8(try items.number())
    case .uint16: return .uint16(try items.number())
    case .uint32: return .uint32(try items.number())
    case .codes: return .codes(try items.numbers())
    case .addresses: return .addresses(try addresses(items))
    case .ntp: return .ntp(try addresses(items).map { .server($0) })
    case .domains: return .domains(items.items)
    case .text: return .text(try unquoted(text))
    case .strings: return .strings(items.items.map { Array($0.utf8) })
    case .duid, .association, .address, .prefix, .status, .vendorClass, .vendorOptions, .fqdn, .interface, .opaque:
      throw OptionTextProblem(found: text, expected: "0x and pairs of hexadecimal digits, as this option takes them")
    }
  }

  /// The bytes of an option's value as what they are.
  private static func value(
    _ bytes: [UInt8], _ text: String, _ code: DHCPv6OptionCode
  ) throws(OptionTextProblem) -> DHCPv6OptionValue {
    var encoded: [UInt8] = []
    DHCPv6Option(code, .opaque(bytes)).write(to: &encoded)
    do throws(DHCPv6ParseError) {
      let options = try DHCPv6Option.list(in: encoded.span.bytes, 0..<encoded.count)
      return options.first?.value ?? .opaque(bytes)
    } catch {
      throw OptionTextProblem(found: text, expected: "the bytes of this option: \(error)")
    }
  }

  private static func addresses(_ items: OptionTextItems) throws(OptionTextProblem) -> [IPv6Address] {
    var addresses: [IPv6Address] = []
    for item in items.items {
      guard let address = IPv6Address(item) else {
        throw OptionTextProblem(found: item, expected: "an IPv6 address such as 2001:db8::1")
      }
      addresses.append(address)
    }
    return addresses
  }
}

extension DHCPv6OptionRegistry {
  /// The option of a name as operators write it: in lower case, with hyphens.
  static func code(spelled name: String) -> DHCPv6OptionCode? {
    let registered = String(name.uppercased().map { $0 == "-" ? "_" : $0 })
    return entries.first { $0.name.uppercased() == registered }.map { DHCPv6OptionCode(rawValue: $0.code) }
  }
}

extension DHCPv6Configuration {
  /// Takes in an extra option, in the place of what was said of it before.
  public mutating func add(_ extra: DHCPv6ExtraOption) {
    switch (extra.option.code, extra.option.value) {
    case (.dnsServers, .addresses(let servers)): dnsServers = servers
    case (.domainList, .domains(let names)): domainSearch = names
    case (.sntpServers, .addresses(let servers)): timeServers = servers
    case (.ntpServer, .ntp(let sources)):
      timeServers = sources.compactMap { if case .server(let address) = $0 { address } else { nil } }
    case (.informationRefreshTime, .uint32(let seconds)): informationRefreshTime = seconds
    case (.solMaxRT, .uint32(let seconds)): solMaxRT = seconds
    case (.infMaxRT, .uint32(let seconds)): infMaxRT = seconds
    case (.bootFileURL, .text(let url)): bootFileURL = url
    case (.bootFileParameters, .strings(let parameters)):
      bootFileParameters = parameters.map { String(decoding: $0, as: UTF8.self) }
    case (.captivePortal, .text(let url)): captivePortal = url
    default:
      otherOptions.removeAll { $0.code == extra.option.code }
      otherOptions.append(extra.option)
    }
  }
}
