/// Why an option of DHCPv6 that an operator asks for cannot be had.
public enum DHCPv6OptionTextError: Error, Hashable, Sendable {
  /// Neither a name that is known nor a number.
  case unknownName(String)
  /// The server itself decides the option, or the goal state does.
  case serverDecided(DHCPv6OptionCode)
  /// The text, or the part of it that is quoted, is no value of the option.
  case invalidValue(name: String, found: String, expected: String)
  /// The value is one, and no guest can be told it.
  case unusable(name: String, DHCPv6ConfigurationError)
}

extension DHCPv6OptionTextError: CustomStringConvertible {
  /// One line for people. What an operator wrote is cut to 64 bytes.
  public var description: String {
    switch self {
    case .unknownName(let name):
      "there is no DHCPv6 option \(quoted(name.utf8)); expected a name such as dns-server or a number"
    case .serverDecided(let code): "DHCPv6 option \(code) is decided by the server"
    case .invalidValue(let name, let found, let expected):
      "DHCPv6 option \(quoted(name.utf8)): \(quoted(found.utf8)) is not \(expected)"
    case .unusable(_, let error): "\(error)"
    }
  }
}
