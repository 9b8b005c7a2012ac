import NetworkTypes

/// A field of the message's header that an extra option fills too. Boot loaders read the fields, others the options
/// (RFC 2131 section 2); a field that holds options is not filled (RFC 2132 section 9.3).
public enum DHCPHeaderField: String, Hashable, Sendable, CaseIterable {
  /// The address of the server that a client boots from.
  case nextServerAddress = "siaddr"
  /// The name of that server.
  case serverName = "sname"
  /// The boot file's name.
  case bootFile = "file"
}

/// What an operator has a guest told besides what its goal state says, as Neutron's extra DHCP options ask for it.
public enum DHCPExtraOption: Hashable, Sendable {
  /// An option.
  case option(DHCPOption)
  /// The next server in bootstrap, which is a field of the message and no option. dnsmasq calls it server-ip-address.
  case nextServer(IPv4Address)
  /// A time of the lease, in seconds.
  case time(DHCPLeaseTime, UInt32)
  /// The boot file for clients of one kind.
  case bootFile(String, for: DHCPBootClientKind)

  /// Reads an extra option by its name or number and its value in text.
  ///
  /// - Parameters:
  ///   - name: a name of `DHCPOptionDefinition`, a number of 1 to 254, `server-ip-address`, or `next-server`; `option:`
  ///     may stand before it, and before the boot file's name whom it is for: `tag:ipxe,`, `tag:!ipxe,` or `tag:arch-7,`
  ///     with a number of option 93.
  ///   - text: the value; see `DHCPOptionValue.init(text:of:)`.
  public init(named name: String, text: String) throws(DHCPOptionTextError) {
    if name.hasPrefix("tag:") {
      self = try DHCPExtraOption.tagged(name, text)
      return
    }
    if let time = DHCPLeaseTime(named: String(plainName(name))) {
      guard let seconds = UInt32(text), text.first != "+", seconds >= DHCPLeaseTime.shortest else {
        throw .invalidValue(
          name: name, found: text, expected: "a number of seconds of \(DHCPLeaseTime.shortest) to \(UInt32.max)")
      }
      self = .time(time, seconds)
      return
    }
    guard DHCPExtraOption.isNextServer(name) else {
      self = .option(try DHCPOption(named: name, text: text))
      return
    }
    guard let address = IPv4Address(text), address.isHostAddress else {
      throw .invalidValue(name: name, found: text, expected: "the IPv4 address of a host")
    }
    self = .nextServer(address)
  }

  private static func tagged(_ name: String, _ text: String) throws(DHCPOptionTextError) -> DHCPExtraOption {
    let parts = name.dropFirst("tag:".count).split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let tag = parts.first, let option = parts.last, let kind = DHCPBootClientKind(tag: tag)
    else {
      throw .unknownTag(name)
    }
    // Who a client is changes what it loads, and nothing else.
    let file = try DHCPOption(named: String(option), text: text)
    guard file.code == .bootFileName else { throw .unknownTag(name) }
    return .bootFile(String(decoding: file.value, as: UTF8.self), for: kind)
  }

  /// The field of the header that is to be filled as well, or instead when this is no option.
  public var headerField: DHCPHeaderField? {
    switch self {
    case .option(let option): option.headerField
    case .nextServer: .nextServerAddress
    case .bootFile: .bootFile
    case .time: nil
    }
  }

  fileprivate static func isNextServer(_ name: String) -> Bool {
    ["server-ip-address", "next-server"].contains(
      plainName(name).lowercased().map { $0 == "_" ? "-" : String($0) }.joined())
  }
}

extension DHCPOption {
  /// The longest value of an extra option in bytes: with it and what every reply needs a datagram of 1,500 is full.
  public static let longestExtraValue = 1024

  /// Reads an extra option by its name or number and its value in text.
  ///
  /// - Parameters:
  ///   - name: a name of `DHCPOptionDefinition`, or a number of 1 to 254; `option:` may stand before it.
  ///   - text: the value; see `DHCPOptionValue.init(text:of:)`.
  public init(named name: String, text: String) throws(DHCPOptionTextError) {
    let code = try DHCPOption.code(named: name)
    let value = try DHCPOptionValue(text: text, of: code).encoded
    guard value.count <= DHCPOption.longestExtraValue else {
      throw .tooLong(name: name, count: value.count, limit: DHCPOption.longestExtraValue)
    }
    self.init(code, value)
  }

  /// The field of the header that is to be filled with the option's value as well.
  public var headerField: DHCPHeaderField? {
    switch code {
    case .tftpServerName: .serverName
    case .bootFileName: .bootFile
    default: nil
    }
  }

  private static func code(named name: String) throws(DHCPOptionTextError) -> DHCPOptionCode {
    guard !DHCPExtraOption.isNextServer(name) else { throw .headerField(name: name) }
    let plain = String(plainName(name))
    let code: DHCPOptionCode
    if let definition = DHCPOptionDefinition(named: plain) {
      code = definition.code
    } else if let number = UInt8(plain), plain.first != "+" {
      code = DHCPOptionCode(rawValue: number)
    } else {
      throw .unknownName(plain, alike: DHCPOptionDefinition.names(like: plain))
    }
    let definition = DHCPOptionDefinition(of: code)
    guard code != .pad, code != .end, definition?.isServerDecided != true else {
      throw .serverDecided(name: definition?.name ?? (code == .pad ? "padding" : "end"), code: code)
    }
    return code
  }
}

/// The name without dnsmasq's `option:` before it.
private func plainName(_ name: String) -> Substring {
  name.hasPrefix("option:") ? name.dropFirst("option:".count) : name[...]
}
