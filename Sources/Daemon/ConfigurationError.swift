/// What is wrong with a configuration file, and where.
public struct ConfigurationError: Error, Hashable, Sendable {
  /// The file's name as the operator gave it.
  public let file: String
  /// The line, from 1; nil when the error is not at one place.
  public let line: Int?
  /// The column, from 1.
  public let column: Int?
  /// The dotted key, such as `tunnel.address`; nil when the error is not about one.
  public let key: String?
  /// What was found, and what was expected.
  public let message: String

  /// An error with these parts.
  public init(file: String, line: Int? = nil, column: Int? = nil, key: String? = nil, message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.key = key
    self.message = message
  }
}

extension ConfigurationError: CustomStringConvertible {
  /// `aliothd.yaml:12:5: tunnel.address: 'abc' is not an IP address`.
  public var description: String {
    var place = file
    if let line { place += ":\(line)" }
    if line != nil, let column { place += ":\(column)" }
    return [place, key, message].compactMap(\.self).joined(separator: ": ")
  }
}
