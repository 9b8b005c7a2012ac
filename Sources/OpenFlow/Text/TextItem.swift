/// A name with what belongs to it: `priority=5`, `output:3`, `resubmit(,4)`, `check_pkt_larger(99)->reg0[0]`, `drop`.
struct TextItem {
  let name: TextPiece
  /// What is after `=` or `:`, or between parentheses; nil for a name alone.
  let value: TextPiece?
  /// Whether the value was between parentheses.
  let isCall: Bool
  /// What is after `->` behind the parentheses.
  let target: TextPiece?

  /// The value, which has to be there.
  func required(_ what: String) throws(TextError) -> TextPiece {
    guard let value else { throw name.rest.failure("\(what) after \"\(name.text)\"") }
    return value
  }

  /// Throws unless the name stands alone.
  func requireNoValue() throws(TextError) {
    if let value { throw value.failure("nothing after \"\(name.text)\"") }
  }
}

/// Takes a text apart into items, as ovs-ofctl does: they are separated by commas or spaces, and what is between
/// parentheses is one piece.
struct TextItems {
  private let piece: TextPiece
  private(set) var offset: Int

  init(_ piece: TextPiece) {
    self.piece = piece
    offset = piece.start
  }

  /// What has not been taken.
  var rest: TextPiece { piece.part(offset..<piece.end) }

  /// The next item; nil at the end.
  mutating func next() throws(TextError) -> TextItem? {
    while let byte = piece[offset], byte == UInt8(ascii: ",") || TextPiece.isSpace(byte) { offset += 1 }
    guard offset < piece.end else { return nil }
    let start = offset
    while let byte = piece[offset], !TextItems.endsName(byte) { offset += 1 }
    let name = piece.part(start..<offset)
    guard !name.isEmpty else { throw piece.part(start..<piece.end).failure("a name") }
    switch piece[offset] {
    case UInt8(ascii: "="), UInt8(ascii: ":"):
      offset += 1
      return TextItem(name: name, value: try value(), isCall: false, target: nil)
    case UInt8(ascii: "("):
      let inside = try closed()
      let hasTarget = piece[offset] == UInt8(ascii: "-") && piece[offset + 1] == UInt8(ascii: ">")
      if hasTarget { offset += 2 }
      return TextItem(name: name, value: inside, isCall: true, target: hasTarget ? try value() : nil)
    case UInt8(ascii: ")"): throw piece.part(offset..<piece.end).failure("the end of \"\(name.text)\"")
    default: return TextItem(name: name, value: nil, isCall: false, target: nil)
    }
  }

  /// What is between parentheses at the cursor; nil when there are none.
  mutating func parenthesised() throws(TextError) -> TextPiece? {
    piece[offset] == UInt8(ascii: "(") ? try closed() : nil
  }

  private static func endsName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","): true
    default: TextPiece.isSpace(byte)
    }
  }

  /// A value up to the next comma or space that is not between parentheses.
  private mutating func value() throws(TextError) -> TextPiece {
    let start = offset
    while let byte = piece[offset], byte != UInt8(ascii: ","), !TextPiece.isSpace(byte) {
      switch byte {
      case UInt8(ascii: "("): _ = try closed()
      case UInt8(ascii: ")"): throw piece.part(offset..<piece.end).failure("no closing parenthesis")
      default: offset += 1
      }
    }
    return piece.part(start..<offset)
  }

  /// What is between the parenthesis at the cursor and the one that closes it.
  private mutating func closed() throws(TextError) -> TextPiece {
    let open = offset
    var depth = 0
    while let byte = piece[offset] {
      if byte == UInt8(ascii: "(") { depth += 1 }
      if byte == UInt8(ascii: ")") { depth -= 1 }
      offset += 1
      if depth == 0 { return piece.part((open + 1)..<(offset - 1)) }
    }
    throw piece.rest.failure("a closing parenthesis")
  }
}

extension TextPiece {
  /// The items of the piece.
  func items() throws(TextError) -> [TextItem] {
    var reader = TextItems(self)
    var items: [TextItem] = []
    while let item = try reader.next() { items.append(item) }
    return items
  }
}
