import DHCP
import GoalState
import GoalStateProtobuf
import NetworkTypes

/// A field of a message whose value cannot be used.
struct InvalidField: Error, Hashable {
  /// A sentence that names the field and its value.
  let message: String

  init(_ field: String, _ value: String, _ problem: String) {
    message = "\(field) \(quoted(value)) \(problem)"
  }

  init(_ message: String) {
    self.message = message
  }
}

/// `value` in quotation marks for a message or a log: shortened, with anything that is not printable escaped.
func quoted(_ value: String) -> String {
  let limit = 80
  var text = "\""
  for scalar in value.unicodeScalars.prefix(limit) {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
      text += "\\u{\(String(scalar.value, radix: 16))}"
    default:
      text.unicodeScalars.append(scalar)
    }
  }
  return text + (value.unicodeScalars.count > limit ? "…\"" : "\"")
}

/// What may stand in a field. Each rule takes the field's name as the schema spells it.
enum FieldRules {
  static let maximumIdentifierBytes = 255
  static let maximumTextBytes = 1024

  static func isIdentifier(_ value: String) -> Bool {
    (1...maximumIdentifierBytes).contains(value.utf8.count) && value.utf8.allSatisfy { (0x21...0x7e).contains($0) }
  }

  static func identifier(_ value: String, _ field: String) throws(InvalidField) -> String {
    guard !value.isEmpty else { throw InvalidField("\(field) is missing") }
    guard value.utf8.count <= maximumIdentifierBytes else {
      throw InvalidField(field, value, "is \(value.utf8.count) bytes long, more than \(maximumIdentifierBytes)")
    }
    guard isIdentifier(value) else {
      throw InvalidField(field, value, "has characters other than printable ASCII without spaces")
    }
    return value
  }

  /// Text for people: anything but control characters, of bounded length.
  static func text(_ value: String, _ field: String) throws(InvalidField) -> String {
    guard value.utf8.count <= maximumTextBytes else {
      throw InvalidField(field, value, "is \(value.utf8.count) bytes long, more than \(maximumTextBytes)")
    }
    guard value.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
      throw InvalidField(field, value, "has control characters")
    }
    return value
  }

  static func mac(_ value: String, _ field: String) throws(InvalidField) -> MACAddress {
    guard let mac = MACAddress(value) else {
      throw InvalidField(field, value, "is not a MAC address such as fa:16:3e:00:00:01")
    }
    guard mac.isUnicast else { throw InvalidField(field, value, "is not a unicast MAC address") }
    return mac
  }

  /// An address that one station can have.
  static func hostAddress(_ value: String, _ field: String) throws(InvalidField) -> IPAddress {
    guard let address = IPAddress(value) else {
      throw InvalidField(field, value, "is not an IPv4 or IPv6 address")
    }
    let usable =
      switch address {
      case .v4(let address): address.isHostAddress
      case .v6(let address): address != .any && !address.isMulticast && !address.isLoopback
      }
    guard usable else { throw InvalidField(field, value, "is not an address that a host can have") }
    return address
  }

  static func prefix(_ value: String, _ field: String) throws(InvalidField) -> IPPrefix {
    guard let prefix = IPPrefix(value) else {
      throw InvalidField(field, value, "is not a network in CIDR notation with its host bits 0, such as 10.0.0.0/24")
    }
    return prefix
  }

  static func vni(_ value: UInt32, _ field: String) throws(InvalidField) -> VNI {
    guard let vni = VNI(value) else {
      throw InvalidField("\(field) \(value) is not a segment number from 1 to 16777215")
    }
    return vni
  }

  /// 0 stands for "not given". The smallest MTU of IPv4 is 68 (RFC 791); the length of a datagram has 16 bits.
  static func mtu(_ value: UInt32, _ field: String) throws(InvalidField) -> Int? {
    guard value != 0 else { return nil }
    guard (68...65_535).contains(value) else {
      throw InvalidField("\(field) \(value) is not an MTU from 68 to 65535")
    }
    return Int(value)
  }

  /// A host or domain name that goes into guests' DHCP options (RFC 1035 section 2.3.1, with the digits of RFC 1123 and
  /// the underscores that clouds put into names); empty stands for "not given". A final dot is allowed.
  static func dnsName(_ value: String, _ field: String) throws(InvalidField) -> String? {
    guard !value.isEmpty else { return nil }
    var labels = value.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    if labels.count > 1, labels.last?.isEmpty == true { labels.removeLast() }
    let valid = labels.allSatisfy { label in
      (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
        && label.allSatisfy(isNameByte)
    }
    guard valid, value.utf8.count <= 253 else { throw InvalidField(field, value, "is not a DNS name") }
    return value
  }

  /// The most extra DHCP options of a subnet or a port.
  static let maximumDHCPOptions = 64

  /// Extra DHCP options, each of which a guest can be told.
  static func dhcpOptions(
    _ options: [(name: String, value: String, version: IPVersion)]
  ) throws(InvalidField) -> [ExtraDHCPOption] {
    try count(options.count, atMost: maximumDHCPOptions, "extra_dhcp_options")
    var read: [ExtraDHCPOption] = []
    for option in options {
      if let problem = DHCPExtraOptionCheck.problem(named: option.name, text: option.value, version: option.version) {
        throw InvalidField("extra_dhcp_options", option.name, "cannot be used: \(problem)")
      }
      read.append(ExtraDHCPOption(name: option.name, value: option.value, version: option.version))
    }
    return read
  }

  /// The most prefixes that are delegated to a port.
  static let maximumDelegatedPrefixes = 16

  static func delegatedPrefixes(_ values: [String]) throws(InvalidField) -> [IPv6Prefix] {
    try count(values.count, atMost: maximumDelegatedPrefixes, "delegated_prefixes")
    var prefixes: [IPv6Prefix] = []
    for value in values {
      guard let prefix = IPv6Prefix(value), prefix.length > 0, prefix.address.isHostAddress else {
        throw InvalidField("delegated_prefixes", value, "is not an IPv6 prefix such as 2001:db8:100::/56")
      }
      prefixes.append(prefix)
    }
    return prefixes
  }

  /// How guests of an IPv6 subnet come by addresses. Alcor's controllers say only whether there is DHCP, which for IPv6
  /// can only mean leased addresses.
  static func ipv6Mode(
    _ value: Alcor_Schema_Ipv6Mode, of subnet: IPPrefix, dhcpEnabled: Bool, _ field: String
  ) throws(InvalidField) -> IPv6Mode? {
    switch value {
    case .unspecified: return dhcpEnabled && subnet.version == .v6 ? .stateful : nil
    case .none: return nil
    case .slaac: return try autonomous(.slaac, subnet, field)
    case .stateless: return try autonomous(.stateless, subnet, field)
    case .stateful: return .stateful
    case .UNRECOGNIZED(let number): throw InvalidField("\(field) \(number) is not known")
    }
  }

  /// Hosts form addresses of 64 bits only (RFC 4862 section 5.5.3, RFC 2464 section 4).
  private static func autonomous(_ mode: IPv6Mode, _ subnet: IPPrefix, _ field: String) throws(InvalidField) -> IPv6Mode
  {
    guard subnet.version == .v6, subnet.length == 64 else {
      throw InvalidField(field, mode.rawValue, "needs an IPv6 network of 64 bits, which \(subnet) is not")
    }
    return mode
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  static func count(_ count: Int, atMost limit: Int, _ field: String) throws(InvalidField) {
    guard count <= limit else { throw InvalidField("\(field) has \(count) entries, more than \(limit)") }
  }
}
