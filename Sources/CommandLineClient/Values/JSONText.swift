extension JSONValue {
  /// The value as JSON in lines for a person: two spaces a level, members in alphabetical order, nothing that is empty
  /// broken over lines.
  func prettyText() -> String {
    var text = ""
    write(to: &text, indentation: "")
    return text
  }

  private func write(to text: inout String, indentation: String) {
    switch self {
    case .string(let value): text += jsonQuoted(value)
    case .null: text += "null"
    case .boolean, .integer, .number: text += shortText
    case .array(let values):
      Self.writeBlock("[", "]", values, to: &text, indentation) { value, text, inner in
        value.write(to: &text, indentation: inner)
      }
    case .object(let members):
      Self.writeBlock("{", "}", members.sorted { $0.key < $1.key }, to: &text, indentation) { member, text, inner in
        text += jsonQuoted(member.key) + ": "
        member.value.write(to: &text, indentation: inner)
      }
    }
  }

  private static func writeBlock<Element>(
    _ start: String, _ end: String, _ elements: [Element], to text: inout String, _ indentation: String,
    _ write: (Element, inout String, String) -> Void
  ) {
    let inner = indentation + "  "
    text += start
    for (index, element) in elements.enumerated() {
      text += (index == 0 ? "\n" : ",\n") + inner
      write(element, &text, inner)
    }
    text += (elements.isEmpty ? "" : "\n" + indentation) + end
  }
}

/// `text` as a JSON string (RFC 8259 §7).
private func jsonQuoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    // Beside what JSON requires, what a terminal would obey (C1 controls).
    case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value):
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
