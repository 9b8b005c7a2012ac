/// Text from outside, as it may be shown on a terminal: control characters and those that turn the direction of
/// writing are spelled out, so that a resource's name cannot move the cursor or disguise itself.
func printable(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: isUnprintable) else { return text }
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case _ where isUnprintable(scalar): result += "\\u{\(String(scalar.value, radix: 16))}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

private func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .lineSeparator, .paragraphSeparator: true
  // The format characters that join graphemes (ZWNJ, ZWJ) belong to ordinary text; the rest are invisible.
  case .format: scalar.value != 0x200c && scalar.value != 0x200d
  default: false
  }
}

/// The number of terminal columns that `text` takes.
func displayWidth(_ text: String) -> Int {
  if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text.utf8.count }
  return text.reduce(0) { $0 + displayWidth(of: $1) }
}

private func displayWidth(of character: Character) -> Int {
  guard let first = character.unicodeScalars.first else { return 0 }
  // U+FE0F asks for the emoji form, which is wide.
  if character.unicodeScalars.contains(where: { $0.value == 0xfe0f }) { return 2 }
  switch first.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format, .control: return 0
  default: break
  }
  if first.properties.isEmojiPresentation { return 2 }
  return wideRanges.contains { $0.contains(first.value) } ? 2 : 1
}

/// The blocks that are wide throughout (Unicode Standard Annex 11, East_Asian_Width W and F).
private let wideRanges: [ClosedRange<UInt32>] = [
  0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xa000...0xa4cf, 0xa960...0xa97f,
  0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff01...0xff60, 0xffe0...0xffe6, 0x1f1e6...0x1f1ff,
  0x20000...0x3fffd,
]
