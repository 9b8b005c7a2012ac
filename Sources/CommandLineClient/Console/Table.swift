/// How a cell is marked on a terminal with colours.
enum CellStyle: String {
  case plain = ""
  case good = "32"
  case warning = "33"
  case bad = "31"
}

/// One cell: its text, made safe for a terminal, and its style.
struct Cell: Equatable {
  let text: String
  let style: CellStyle

  /// A cell of text from outside; what is absent or empty shows as a dash, so that every row has every column.
  init(_ text: String?, style: CellStyle = .plain) {
    let shown = printable(text ?? "")
    self.text = shown.isEmpty ? "-" : shown
    self.style = style
  }

  /// A cell for a status word, marked by what it means.
  init(status: String?) {
    let style: CellStyle =
      switch status?.uppercased() {
      case "ACTIVE", "CONNECTED", "TRUE", "YES": .good
      case "ERROR", "FAILED", "FALSE", "NO": .bad
      case "DOWN", "BUILD", "PENDING", "CONNECTING", "DISCONNECTED": .warning
      default: .plain
      }
    self.init(status, style: style)
  }

  func rendered(colour: Bool) -> String {
    guard colour, style != .plain else { return text }
    return "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m"
  }
}

/// Rows under upper-case headers, aligned by display width, three spaces between columns and none at a line's end.
struct Table {
  var headers: [String]
  var rows: [[Cell]] = []

  /// The table as text, a line a row. A row shorter than the headers ends early; longer rows are cut to them.
  func rendered(colour: Bool = false) -> String {
    let lines = [headers.map { Cell($0) }] + rows.map { Array($0.prefix(headers.count)) }
    var widths = [Int](repeating: 0, count: headers.count)
    for line in lines {
      for (column, cell) in line.enumerated() {
        widths[column] = max(widths[column], displayWidth(cell.text))
      }
    }
    return lines.map { line in
      var text = ""
      for (column, cell) in line.enumerated() {
        text += cell.rendered(colour: colour)
        if column < line.count - 1 {
          text += String(repeating: " ", count: widths[column] - displayWidth(cell.text) + 3)
        }
      }
      return text + "\n"
    }.joined()
  }
}
