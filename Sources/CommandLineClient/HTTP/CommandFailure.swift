/// A command could not do what it was asked: one or more sentences for the person who typed it. Exit code 1.
struct CommandFailure: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// `text` as a sentence: trimmed, safe for a terminal, with a full stop unless it ends in punctuation already.
func sentence(_ text: String) -> String {
  let trimmed = printable(
    text.split(whereSeparator: \.isNewline).joined(separator: " "))
  let body = String(trimmed.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  guard let last = body.last else { return "" }
  return ".!?".contains(last) ? body : body + "."
}
