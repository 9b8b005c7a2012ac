/// Text that is not what ovs-ofctl would write or read.
public struct TextError: Error, Hashable, Sendable {
  /// Where in the text, in bytes from its beginning.
  public let offset: Int
  /// What was expected there.
  public let expected: String
  /// What was found; empty at the end of the text.
  public let found: String

  /// A failure at `offset`.
  public init(offset: Int, expected: String, found: String) {
    self.offset = offset
    self.expected = expected
    self.found = found
  }

  /// Longer texts are refused before they are looked at.
  public static let longestText = 1 << 20
  /// Actions within actions are read to this depth, which is that of the decoder.
  static let deepestNesting = 16
  /// The longest piece of a text that an error quotes.
  static let longestQuote = 60
}

extension TextError: CustomStringConvertible {
  /// `at column 12: expected a port, found "eht0"`.
  public var description: String {
    "at column \(offset + 1): expected \(expected), found \(found.isEmpty ? "nothing" : "\"\(found)\"")"
  }
}
