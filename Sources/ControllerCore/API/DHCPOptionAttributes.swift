import DHCP
import GoalState

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
      if case .value(let version) = try option.integer("ip_version", in: 4...6), version != 4 {
        throw .invalid(name, "'\(optionName)': only ip_version 4 is served.")
      }
      try option.finish()
      changed.removeAll { $0.name == optionName }
      guard let value, value != .null else { continue }
      guard let text = value.string ?? value.integer.map(String.init) else {
        throw .invalid(name, "'\(optionName)': \(value.kind) is not a string.")
      }
      do throws(DHCPOptionTextError) {
        _ = try DHCPExtraOption(named: optionName, text: text)
      } catch {
        throw .invalid(name, "'\(optionName)': \(error)")
      }
      changed.append(ExtraDHCPOption(name: optionName, value: text))
    }
    guard changed.count <= maximum else { throw .invalid(name, "there would be more than \(maximum) options.") }
    options = changed.isEmpty ? nil : changed
  }

  static func show(_ options: [ExtraDHCPOption]?) -> JSONValue.Member {
    .init(
      name,
      .array(
        (options ?? []).map {
          .object([
            .init("opt_name", .string($0.name)), .init("opt_value", .string($0.value)),
            .init("ip_version", .integer(4)),
          ])
        }))
  }
}
