import Testing

@testable import ControllerCore

@Suite("JSON")
struct JSONTests {
  private func parse(_ text: String) throws -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

  @Test("is read and written back the same, members in order")
  func roundTrip() throws {
    let text =
      #"{"b":1,"a":[true,false,null,-3,"x\"\\\n\u0001é😀"],"c":{"d":{}},"e":[],"big":12345678901234}"#
    let value = try parse(text)
    #expect(String(decoding: value.bytes, as: UTF8.self) == text)
    #expect(try JSONParser.parse(value.bytes) == value)
  }

  @Test(
    "is read with escapes and numbers of all kinds",
    arguments: [
      (#" "\u00e9\ud83d\ude00\/\b\f" "#, JSONValue.string("é😀/\u{8}\u{c}")), ("-0", .integer(0)),
      ("1.5e2", .number(150)),
      ("99999999999999999999", .number(1e20)), (" [ ] ", .array([])), ("{ }", .object([])),
    ])
  func values(text: String, value: JSONValue) throws {
    #expect(try parse(text) == value)
  }

  @Test(
    "is refused where it is malformed, with the place",
    arguments: [
      ("", 0), ("{", 1), ("{\"a\"}", 4), ("{\"a\":1,}", 7), ("[1,]", 3), ("[1 2]", 3), ("01", 0), ("1.", 2), ("-", 0),
      ("nul", 0), ("\"a", 0), ("\"\n\"", 1), (#""\x""#, 2), (#""\ud800""#, 3), (#""\u12g4""#, 3), ("1 1", 2),
      (#"{"a":1,"a":2}"#, 7), ("1e999", 0), ("+1", 0),
    ])
  func malformed(text: String, offset: Int) throws {
    let error = try #require(throws: JSONParseError.self) { try parse(text) }
    #expect(error.offset == offset, "\(error)")
  }

  @Test("is refused when it is nested too deep, without exhausting the stack")
  func depth() {
    let error = #expect(throws: JSONParseError.self) { try parse(String(repeating: "[", count: 100_000)) }
    #expect(error?.message.contains("levels deep") == true)
  }

  @Test("is refused when a string is not UTF-8")
  func encoding() {
    #expect(throws: JSONParseError.self) { try JSONParser.parse([0x22, 0xff, 0x22]) }
  }

  @Test("never traps, wherever a text is cut or changed")
  func mutations() {
    let text = Array(#"{"a":[1,-2.5e3,"\u00e9\n",{"b":null}],"c":true}"#.utf8)
    for length in 0..<text.count {
      #expect(throws: JSONParseError.self) { try JSONParser.parse(Array(text[..<length])) }
    }
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<5000 {
      var changed = text
      changed[Int.random(in: 0..<text.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      if let value = try? JSONParser.parse(changed) { #expect((try? JSONParser.parse(value.bytes)) != nil) }
    }
  }
}
