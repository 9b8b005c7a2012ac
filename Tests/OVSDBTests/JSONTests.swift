import OVSDB
import Testing

@Suite struct JSONTests {
  @Test("every kind of value is read and written back")
  func roundTrip() throws {
    let text = #"{"a":[null,true,false,-9223372036854775808,9223372036854775807,0.5,"x"],"b":{},"c":[]}"#
    let value = try JSONValue(parsing: text)
    #expect(
      value
        == .object([
          "a": [.null, .boolean(true), .boolean(false), .integer(.min), .integer(.max), .real(0.5), "x"],
          "b": .object([:]), "c": [],
        ]))
    #expect(value.description == text)
    #expect(try JSONValue(parsing: " \n{ \"b\" : { } ,\t\"c\":[ ]\r}\n").description == #"{"b":{},"c":[]}"#)
  }

  @Test(
    "escapes become the characters they stand for",
    arguments: [
      (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u00e9\u20AC""#, "é€"), (#""\ud83d\ude00""#, "😀"),
      (#""\u0000""#, "\0"), (#""😀é""#, "😀é"),
    ])
  func escapes(text: String, content: String) throws {
    let value = try JSONValue(parsing: text)
    #expect(value == .string(content))
    #expect(try JSONValue(parsing: value.serialized()) == value)
  }

  @Test("whole numbers keep 64 bits, others are reals, and 1.0 counts as whole")
  func numbers() throws {
    #expect(try JSONValue(parsing: "-0").integer == 0)
    #expect(try JSONValue(parsing: "1.0").integer == 1)
    #expect(try JSONValue(parsing: "1e3").integer == 1000)
    #expect(try JSONValue(parsing: "1.5").integer == nil)
    #expect(try JSONValue(parsing: "9223372036854775808") == .real(9_223_372_036_854_775_808))
    #expect(try JSONValue(parsing: "9223372036854775808").integer == nil)
    #expect(try JSONValue(parsing: "-1.25e-2") == .real(-0.0125))
  }

  @Test(
    "what is not JSON is refused with the place and the reason",
    arguments: [
      ("", "the text ends where a value is expected, at byte 0"),
      ("[1,]", "']' where a value is expected, at byte 3"),
      ("[1 2]", "'2' where ',' or ']' is expected, at byte 3"),
      ("{\"a\" 1}", "'1' where ':' is expected, at byte 5"),
      ("{a:1}", "'a' where a key is expected, at byte 1"),
      ("{\"a\":1,\"a\":2}", "the key \"a\" twice in one object, at byte 7"),
      ("01", "'1' where the end of the text is expected, at byte 1"),
      ("1.", "the text ends where a digit is expected, at byte 2"),
      ("-", "the text ends where a digit is expected, at byte 1"),
      ("1e400", "a number out of range, at byte 0"),
      ("nul", "the text ends where null is expected, at byte 3"),
      (#""\x""#, "an invalid escape in a string, at byte 1"),
      (#""\ud83d""#, "half of a surrogate pair in a string, at byte 1"),
      (#""\ud83d\u0041""#, "half of a surrogate pair in a string, at byte 1"),
      (#""\ude00""#, "half of a surrogate pair in a string, at byte 1"),
      (#""\u12g4""#, "'g' where a hexadecimal digit is expected, at byte 5"),
      ("\"a\nb\"", "an unescaped control character (byte 10) in a string, at byte 2"),
    ])
  func refusals(text: String, message: String) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    #expect(error?.description == message)
  }

  @Test("bytes that are not UTF-8 are refused: overlong forms, surrogates, lone continuation bytes")
  func invalidUTF8() {
    for bytes: [UInt8] in [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0x80], [0xff], [0xe2, 0x82]] {
      #expect(throws: JSONError(.invalidUTF8, at: 0)) { try JSONValue(parsing: [0x22] + bytes + [0x22]) }
    }
  }

  @Test("nesting, length and numbers are limited")
  func limits() {
    let limits = JSONLimits(messageBytes: 1000, depth: 4, numberLength: 10)
    #expect(throws: JSONError(.tooDeep(limit: 4), at: 4)) { try JSONValue(parsing: "[[[[[]]]]]", limits: limits) }
    #expect(throws: Never.self) { try JSONValue(parsing: "[[[[]]]]", limits: limits) }
    #expect(throws: JSONError(.numberTooLong(limit: 10), at: 1)) {
      try JSONValue(parsing: "[12345678901]", limits: limits)
    }
    #expect(throws: JSONError(.tooLong(limit: 1000), at: 1000)) {
      try JSONValue(parsing: [UInt8](repeating: 0x20, count: 1001), limits: limits)
    }
    var splitter = JSONMessageSplitter(limits: limits)
    splitter.append(Array("{\"a\":\"".utf8) + [UInt8](repeating: 0x61, count: 1000))
    #expect(throws: JSONError(.tooLong(limit: 1000), at: 1000)) { try splitter.next() }
    var deep = JSONMessageSplitter(limits: limits)
    deep.append("{[[[[[".utf8)
    #expect(throws: JSONError(.tooDeep(limit: 4), at: 4)) { try deep.next() }
  }

  @Test("messages are found wherever the stream is cut")
  func splitting() throws {
    let messages = [Golden.initialReply, #"{"a":"}]\"{\\"}"#, Golden.interfaceUpdate, "{}"]
    let stream = Array((messages[0] + messages[1] + "\n \t" + messages[2] + messages[3]).utf8)
    for size in [1, 2, 3, 7, 64, 1000, stream.count] {
      var splitter = JSONMessageSplitter()
      var found: [String] = []
      for start in stride(from: 0, to: stream.count, by: size) {
        splitter.append(stream[start..<min(start + size, stream.count)])
        while let message = try splitter.next() { found.append(String(decoding: message, as: UTF8.self)) }
      }
      #expect(found == messages)
      #expect(splitter.pendingBytes == 0)
    }
  }

  @Test("anything but an object between messages ends the stream")
  func garbageBetweenMessages() throws {
    var splitter = JSONMessageSplitter()
    splitter.append("{}  x".utf8)
    #expect(try splitter.next() == Array("{}".utf8))
    #expect(throws: JSONError(.unexpected(0x78, expected: "'{', the start of a message"), at: 0)) {
      try splitter.next()
    }
  }

  @Test("a text cut anywhere, or with any byte altered, gives a value or an error and nothing worse")
  func robustness() {
    let bytes = Array(Golden.initialReply.utf8)
    for end in 0..<bytes.count {
      #expect(throws: JSONError.self) { try JSONValue(parsing: Array(bytes[..<end])) }
    }
    var generator = SeededGenerator(seed: 7047)
    for _ in 0..<3000 {
      var altered = bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        altered[Int.random(in: 0..<altered.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      if let value = try? JSONValue(parsing: altered) {
        #expect((try? JSONValue(parsing: value.serialized())) == value)
      }
      var machine = ClientStateMachine(now: .zero)
      _ = try? machine.monitor(OpenVSwitchSchema.monitorRequest, timeout: .seconds(1), now: .zero)
      let actions = machine.handle(.received(altered), now: .zero)
      for case .replica(_, let replica) in actions { _ = try? OpenVSwitchView(replica) }
    }
  }
}

/// SplitMix64: small, and the same everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
