import DHCP
import GoalState
import NetworkTypes

/// `extra_dhcp_opts`: what guests are told by DHCP besides, in the form of Neutron's extension of that name, for ports and,
/// beyond Neutron, for subnets.
enum DHCPOptionAttributes {
  static let name = "extra_dhcp_opts"
  private static let maximum = 64

  /// Changes `options` as the attribute says. As in Neutron an option with a null value is taken away, and those that are
  /// not named stay.
  static func read(
    _ attributes: inout AttributeReader, _ options: inout [ExtraDHCPOption]?
  ) throws(APIError) {
    guard let list = try attributes.list(name, maximum: maximum) else { return }
    var changed = options ?? []
    for element in list {
      var option = try AttributeReader(element, name, within: "\(name).")
      guard let optionName = try option.text("opt_name"), !optionName.isEmpty else {
        throw .invalid(name, "an option needs 'opt_name'.")
      }
      let value = option.take("opt_value")
      let version = try version(&option, of: optionName)
      try option.finish()
      changed.removeAll { $0.name == optionName && $0.version == version }
      guard let value, value != .null else { continue }
      guard let text = value.string ?? value.integer.map(String.init) else {
        throw .invalid(name, "'\(optionName)': \(value.kind) is not a string.")
      }
      if let problem = DHCPExtraOptionCheck.problem(named: optionName, text: text, version: version) {
        throw .invalid(name, "'\(optionName)': \(problem)")
      }
      changed.append(ExtraDHCPOption(name: optionName, value: text, version: version))
    }
    guard changed.count <= maximum else { throw .invalid(name, "there would be more than \(maximum) options.") }
    options = changed.isEmpty ? nil : changed
  }

  /// As in Neutron, an option that does not say is one of IPv4.
  private static func version(_ option: inout AttributeReader, of optionName: String) throws(APIError) -> IPVersion {
    guard case .value(let number) = try option.integer("ip_version", in: 4...6) else { return .v4 }
    guard let version = IPVersion(rawValue: number) else {
      throw .invalid(name, "'\(optionName)': ip_version \(number) is neither 4 nor 6.")
    }
    return version
  }

  static func show(_ options: [ExtraDHCPOption]?) -> JSONValue.Member {
    .init(
      name,
      .array(
        (options ?? []).map {
          .object([
            .init("opt_name", .string($0.name)), .init("opt_value", .string($0.value)),
            .init("ip_version", .integer($0.version.rawValue)),
          ])
        }))
  }
}
