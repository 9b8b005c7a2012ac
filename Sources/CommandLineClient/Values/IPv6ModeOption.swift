import ArgumentParser

/// `--ipv6-address-mode MODE`: how guests come by IPv6 addresses, in the words of the API.
enum IPv6ModeOption: String, Hashable, Sendable, CaseIterable, ExpressibleByArgument {
  case slaac
  case stateless = "dhcpv6-stateless"
  case stateful = "dhcpv6-stateful"

  /// All of them for a sentence.
  static let list = allCases.map(\.rawValue).joined(separator: ", ")
}

/// `--ipv6-ra-mode MODE|none`.
enum RAModeOption: Hashable, Sendable {
  case none
  case mode(IPv6ModeOption)

  init(parsing text: String) throws(OptionError) {
    if text == "none" {
      self = .none
    } else if let mode = IPv6ModeOption(rawValue: text) {
      self = .mode(mode)
    } else {
      throw OptionError("write one of \(IPv6ModeOption.list), or none")
    }
  }
}
