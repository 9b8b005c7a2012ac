import OVSDB
import Testing

@Suite struct ColumnTypeTests {
  @Test(
    "types of columns are read with what they hold by default",
    arguments: [
      (#""integer""#, Datum.integer(0), false), (#"{"key":"real"}"#, .atom(.real(0)), false),
      (#"{"key":{"type":"string","maxLength":3},"min":0}"#, .empty, false),
      (#"{"key":"boolean","max":2}"#, .atom(.boolean(false)), true),
      (#"{"key":"uuid","min":0,"max":"unlimited"}"#, .empty, true),
      (#"{"key":"string","value":"integer","min":0,"max":1}"#, .map([:]), false),
      (#"{"key":"string","value":"integer","max":"unlimited"}"#, .map([.string(""): .integer(0)]), true),
    ])
  func types(text: String, initial: Datum, isComposite: Bool) throws {
    let type = try ColumnType(json: JSONValue(parsing: text))
    #expect(type.defaultValue == initial)
    #expect(type.isComposite == isComposite)
  }

  @Test(
    "types that RFC 7047 does not allow are refused",
    arguments: [
      "1", "{}", #""text""#, #"{"key":"string","min":2,"max":3}"#, #"{"key":"string","max":0}"#,
      #"{"key":"string","min":-1}"#, #"{"key":"string","value":"x"}"#, #"{"key":"string","max":"many"}"#,
    ])
  func badTypes(text: String) throws {
    #expect(throws: ProtocolError.self) { try ColumnType(json: JSONValue(parsing: text)) }
  }
}
