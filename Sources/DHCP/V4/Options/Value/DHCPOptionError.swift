/// Why an option's value is not what the option's definition gives. Offsets count from the start of the value.
public struct DHCPOptionError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// The value as a whole has a length that it cannot have.
    case wrongLength(found: Int, expected: String)
    /// The value ends before a part of it does.
    case truncated(needed: Int, available: Int)
    /// A number or a byte that cannot be where it is.
    case invalid(found: Int, expected: String)
  }

  /// Which option.
  public let code: DHCPOptionCode
  /// Where the part starts that is wrong.
  public let offset: Int
  /// What is wrong.
  public let problem: Problem

  init(_ code: DHCPOptionCode, at offset: Int, _ problem: Problem) {
    self.code = code
    self.offset = offset
    self.problem = problem
  }
}

extension DHCPOptionError: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    switch problem {
    case .wrongLength(let found, let expected):
      "DHCP option \(code.rawValue) has \(found) bytes, expected \(expected)"
    case .truncated(let needed, let available):
      "DHCP option \(code.rawValue), byte \(offset): \(needed) bytes are needed, \(available) are there"
    case .invalid(let found, let expected):
      "DHCP option \(code.rawValue), byte \(offset) is \(found), expected \(expected)"
    }
  }
}
