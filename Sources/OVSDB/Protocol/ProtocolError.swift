/// What a peer sent is JSON but not what RFC 7047 says stands there.
public struct ProtocolError: Error, Hashable, Sendable {
  /// Where in the message, outermost first.
  public let path: [String]
  /// What should have been there.
  public let expected: String
  /// What was there, cut off when long.
  public let found: String

  /// An error at a value.
  public init(expected: String, found: JSONValue) {
    self.init(path: [], expected: expected, found: found.excerpt())
  }

  private init(path: [String], expected: String, found: String) {
    self.path = path
    self.expected = expected
    self.found = found
  }

  /// The same error seen from one level further out.
  func within(_ place: String) -> ProtocolError {
    ProtocolError(path: [place] + path, expected: expected, found: found)
  }
}

extension ProtocolError: CustomStringConvertible {
  /// A sentence without a full stop.
  public var description: String {
    let place = path.isEmpty ? "" : path.joined(separator: ", ") + ": "
    return "\(place)expected \(expected), found \(found)"
  }
}
