/// Why an option that an operator asks for cannot be had.
public enum DHCPOptionTextError: Error, Hashable, Sendable {
  /// Neither a name that is known nor a number of 1 to 254; with names that are like it.
  case unknownName(String, alike: [String])
  /// What stands before the option's name is no kind of client, or the option does not depend on it.
  case unknownTag(String)
  /// The server itself decides the option.
  case serverDecided(name: String, code: DHCPOptionCode)
  /// This is a field of the header and no option; see `DHCPExtraOption`.
  case headerField(name: String)
  /// The text, or the part of it that is quoted, is no value of the option.
  case invalidValue(name: String, found: String, expected: String)
  /// Bytes were given, and are no value of the option.
  case invalidBytes(name: String, DHCPOptionError)
  /// A number is outside the limits that the option's specification gives.
  case outOfLimits(name: String, found: UInt32, limits: ClosedRange<UInt32>)
  /// The value takes more bytes than any reply has room for.
  case tooLong(name: String, count: Int, limit: Int)
}

extension DHCPOptionTextError: CustomStringConvertible {
  /// One line for people. What an operator wrote is cut to 64 bytes.
  public var description: String {
    switch self {
    case .unknownName(let name, let alike):
      "there is no DHCP option \(quoted(name.utf8))"
        + (alike.isEmpty
          ? "; expected a name such as ntp-server or a number of 1 to 254" : "; is \(list(alike)) meant?")
    case .unknownTag(let name):
      "\(quoted(name.utf8)): only the boot file may depend on the client: tag:ipxe,bootfile-name, tag:!ipxe,bootfile-name or "
        + "tag:arch-7,bootfile-name with a number of option 93"
    case .serverDecided(_, .end):
      "255 is the end of the options; the next server's address is server-ip-address"
    case .serverDecided(let name, let code):
      "DHCP option \(code.rawValue) (\(name)) is decided by the server"
    case .headerField(let name):
      "\(name) is a field of the message and no DHCP option"
    case .invalidValue(let name, let found, let expected):
      "DHCP option \(name): \(quoted(found.utf8)) is not \(expected)"
    case .invalidBytes(let name, let error):
      "DHCP option \(name): \(error)"
    case .outOfLimits(let name, let found, let limits):
      "DHCP option \(name): \(found) is not in \(limits.lowerBound) to \(limits.upperBound)"
    case .tooLong(let name, let count, let limit):
      "DHCP option \(name) takes \(count) bytes, at most \(limit) fit into a reply"
    }
  }

  private func list(_ names: [String]) -> String {
    names.joined(separator: " or ")
  }
}
