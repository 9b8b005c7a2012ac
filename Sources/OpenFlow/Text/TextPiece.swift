/// A piece of a text that knows where it is, so that an error can say so.
struct TextPiece {
  let bytes: [UInt8]
  private(set) var range: Range<Int>

  /// The whole text.
  init(_ text: String) throws(TextError) {
    bytes = Array(text.utf8)
    range = bytes.indices
    guard bytes.count <= TextError.longestText else {
      throw TextError(
        offset: TextError.longestText, expected: "at most \(TextError.longestText) bytes", found: "\(bytes.count) bytes"
      )
    }
  }

  private init(bytes: [UInt8], range: Range<Int>) {
    self.bytes = bytes
    self.range = range
  }

  /// The part at these offsets.
  func part(_ range: Range<Int>) -> TextPiece {
    TextPiece(bytes: bytes, range: range.clamped(to: self.range))
  }

  /// The end of the piece, where something is missing.
  var rest: TextPiece { part(range.upperBound..<range.upperBound) }

  var isEmpty: Bool { range.isEmpty }
  var start: Int { range.lowerBound }
  var end: Int { range.upperBound }
  var text: String { String(decoding: bytes[range], as: UTF8.self) }

  /// The byte at an offset, nil outside of the piece.
  subscript(offset: Int) -> UInt8? { range.contains(offset) ? bytes[offset] : nil }

  /// Whether it is this text.
  static func == (piece: TextPiece, text: String) -> Bool { piece.bytes[piece.range].elementsEqual(text.utf8) }

  /// The error that says what was expected in place of the piece.
  func failure(_ expected: String) -> TextError {
    let quote = bytes[range.prefix(TextError.longestQuote)]
    return TextError(
      offset: start, expected: expected,
      found: String(decoding: quote, as: UTF8.self) + (range.count > quote.count ? "…" : ""))
  }

  /// Without the spaces around it.
  var trimmed: TextPiece {
    var lower = range.lowerBound, upper = range.upperBound
    while lower < upper, TextPiece.isSpace(bytes[lower]) { lower += 1 }
    while upper > lower, TextPiece.isSpace(bytes[upper - 1]) { upper -= 1 }
    return part(lower..<upper)
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

  /// Where `separator` first is.
  func firstOffset(of separator: String) -> Int? {
    let wanted = Array(separator.utf8)
    guard let first = wanted.first, range.count >= wanted.count else { return nil }
    for offset in range.lowerBound...(range.upperBound - wanted.count)
    where bytes[offset] == first && bytes[offset..<(offset + wanted.count)].elementsEqual(wanted) {
      return offset
    }
    return nil
  }

  /// What is before and after the first `separator`; nil when there is none.
  func split(_ separator: String) -> (before: TextPiece, after: TextPiece)? {
    firstOffset(of: separator).map { offset in
      (part(start..<offset), part((offset + separator.utf8.count)..<end))
    }
  }

  /// The parts between commas and spaces.
  var words: [TextPiece] {
    var words: [TextPiece] = []
    var from = start
    for offset in start...end {
      guard offset == end || bytes[offset] == UInt8(ascii: ",") || TextPiece.isSpace(bytes[offset]) else { continue }
      if from < offset { words.append(part(from..<offset)) }
      from = offset + 1
    }
    return words
  }

  /// The parts between `separator`, empty ones too.
  func parts(_ separator: Character) -> [TextPiece] {
    guard let byte = separator.asciiValue else { return [self] }
    var parts: [TextPiece] = []
    var from = start
    for offset in range where bytes[offset] == byte {
      parts.append(part(from..<offset))
      from = offset + 1
    }
    return parts + [part(from..<end)]
  }
}
