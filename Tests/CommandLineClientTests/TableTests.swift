import Testing

@testable import CommandLineClient

@Suite("Tables")
struct TableTests {
  @Test("columns align by what a terminal shows, and no line ends in a space")
  func alignment() {
    let table = Table(
      headers: ["NAME", "STATUS", "NOTE"],
      rows: [
        [Cell("web"), Cell("ACTIVE"), Cell("")],
        [Cell("数据库"), Cell("DOWN"), Cell("x")],
        [Cell("cafe\u{301}"), Cell(nil), Cell("y")],
      ])
    #expect(
      table.rendered() == """
        NAME     STATUS   NOTE
        web      ACTIVE   -
        数据库   DOWN     x
        cafe\u{301}     -        y

        """)
  }

  @Test("colour marks a status without moving the columns")
  func colour() {
    let table = Table(headers: ["S", "T"], rows: [[Cell(status: "ERROR"), Cell("x")], [Cell("y"), Cell("z")]])
    #expect(table.rendered(colour: true) == "S       T\n\u{1b}[31mERROR\u{1b}[0m   x\ny       z\n")
  }

  @Test(
    "control characters and changes of direction in a name are spelled out",
    arguments: [
      ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"), ("a\nb\tc", "a\\nb\\tc"), ("\u{202e}txt", "\\u{202e}txt"),
      ("plain – ünïcode", "plain – ünïcode"),
    ])
  func escaping(text: String, shown: String) {
    #expect(printable(text) == shown)
  }

  @Test(
    "width counts columns, not characters",
    arguments: [("abc", 3), ("한국", 4), ("🙂", 2), ("🇩🇪", 2), ("e\u{301}", 1), ("❤\u{fe0f}", 2), ("", 0)])
  func width(text: String, columns: Int) {
    #expect(displayWidth(text) == columns)
  }

  @Test("JSON comes in lines, with members sorted and controls escaped")
  func json() throws {
    let value = try JSONValue(parsing: Array(#"{"b":[1,2.5,true,null],"a":{},"c":"x\u001b\"/","d":[]}"#.utf8))
    #expect(
      value.prettyText() == #"""
        {
          "a": {},
          "b": [
            1,
            2.5,
            true,
            null
          ],
          "c": "x\u001b\"/",
          "d": []
        }
        """#)
    #expect(try JSONValue(parsing: Array(value.prettyText().utf8)) == value)
  }
}
