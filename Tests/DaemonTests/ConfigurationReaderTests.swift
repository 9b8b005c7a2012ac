import Glibc
import NetworkTypes
import Testing

@testable import Daemon

@Suite struct ConfigurationReaderTests {
  private func reader(_ text: String) throws -> ConfigurationReader {
    try ConfigurationReader(text: text, file: "aliothd.yaml")
  }

  /// The text of the error that `body` throws.
  private func message(_ body: () throws(ConfigurationError) -> Void) -> String? {
    do throws(ConfigurationError) {
      try body()
      return nil
    } catch {
      return error.description
    }
  }

  private func parseMessage(_ text: String) -> String? {
    message { () throws(ConfigurationError) in _ = try ConfigurationReader(text: text, file: "f.yaml") }
  }

  @Test("settings are read by dotted keys")
  func reads() throws {
    var reader = try reader(
      """
      # the agent
      host: node1
      tunnel:
        address: 192.0.2.11
        port: 4789
      controller:
        plaintext: true
        server-name: "no"

      """)
    #expect(try reader.string("host") == "node1")
    #expect(try reader.parsed("tunnel.address", as: "an IP address") { IPAddress($0) } == IPAddress("192.0.2.11"))
    #expect(try reader.integer("tunnel.port", in: 1...65_535) == 4789)
    #expect(try reader.boolean("controller.plaintext") == true)
    #expect(try reader.string("controller.server-name") == "no")
    #expect(try reader.string("controller.ca") == nil)
    #expect(try reader.integer("openvswitch.retries", in: 0...1) == nil)
    try reader.rejectUnknownKeys()
  }

  @Test(
    "a file without settings is all defaults",
    arguments: ["", "\n", "# nothing here\n", "---\n", "---\n...\n", "{}", "~", "tunnel:\n", "\u{feff}"])
  func empty(text: String) throws {
    var reader = try reader(text)
    #expect(try reader.string("host") == nil)
    #expect(try reader.string("tunnel.address") == nil)
    try reader.rejectUnknownKeys()
  }

  @Test("a value that is not what it should be is named with its place, its key and what was expected")
  func wrongValue() throws {
    var reader = try reader("host: node1\ntunnel:\n  # where\n  address: abc\n")
    #expect(
      message { () throws(ConfigurationError) in
        _ = try reader.parsed("tunnel.address", as: "an IP address") { IPAddress($0) }
      } == "aliothd.yaml:4:12: tunnel.address: 'abc' is not an IP address")
  }

  @Test(
    "whole numbers are decimal, unquoted and in range",
    arguments: [
      "0x10", "010", "1_000", "1e3", "4.0", "\"12\"", "'12'", "100", "-1", "twelve", "true", "+5",
      "99999999999999999999",
    ])
  func badIntegers(text: String) throws {
    var reader = try reader("a: \(text)\n")
    let message = message { () throws(ConfigurationError) in _ = try reader.integer("a", in: 0...99) }
    #expect(message?.hasPrefix("aliothd.yaml:1:4: a: '") == true)
    #expect(message?.hasSuffix("a whole number from 0 to 99") == true)
  }

  @Test("a negative number reads where the range allows it")
  func negativeInteger() throws {
    var reader = try reader("a: -5\n")
    #expect(try reader.integer("a", in: -10...0) == -5)
  }

  @Test("truth values are true and false only", arguments: ["yes", "on", "1", "True", "\"true\""])
  func badBooleans(text: String) throws {
    var reader = try reader("a: \(text)\n")
    let message = message { () throws(ConfigurationError) in _ = try reader.boolean("a") }
    #expect(message?.contains("true or false") == true)
  }

  @Test("a key without a value is an error, not a default")
  func emptyValue() throws {
    var reader = try reader("host:\n")
    #expect(
      message { () throws(ConfigurationError) in _ = try reader.string("host") }
        == "aliothd.yaml:1:6: host: has no value, expected text; remove the line for the default")
  }

  @Test("a list or a section where a value belongs, and a value where a section belongs, are errors")
  func wrongShapes() throws {
    var reader = try reader("a: [1]\nb:\n  c: 1\nd: 5\ne:\n  - x\n")
    #expect(
      message { () throws(ConfigurationError) in _ = try reader.string("a") }
        == "aliothd.yaml:1:4: a: found a list, expected text")
    #expect(
      message { () throws(ConfigurationError) in _ = try reader.boolean("b") }
        == "aliothd.yaml:2:1: b: found a section, expected true or false")
    #expect(
      message { () throws(ConfigurationError) in _ = try reader.string("d.e") }
        == "aliothd.yaml:4:4: d: found '5', expected a section with the keys below it")
    #expect(
      message { () throws(ConfigurationError) in _ = try reader.string("e.x") }
        == "aliothd.yaml:5:1: e: found a list, expected a section with the keys below it")
  }

  @Test("a list is read word by word, and a mapping by its own names")
  func collections() throws {
    var reader = try reader("a: [x, 'y']\nb: []\nc:\n  one.two: p\n  three: q\nd: {}\n")
    #expect(try reader.list("a", of: "a word") { $0 } == ["x", "y"])
    #expect(try reader.list("b", of: "a word") { $0 } == [])
    #expect(try reader.list("e", of: "a word") { $0 } == nil)
    #expect(try reader.mapping("c", to: "a word") { $0 } == ["one.two": "p", "three": "q"])
    #expect(try reader.mapping("d", to: "a word") { $0 } == [:])
    #expect(try reader.mapping("e", to: "a word") { $0 } == nil)
    try reader.rejectUnknownKeys()
  }

  @Test("what is in a list or a mapping and is not what it should be is an error, as is one for the other")
  func wrongElements() throws {
    var reader = try reader("a: [1, x]\nb: [{c: d}]\nc:\n  d: [1]\ne: 5\n")
    #expect(
      message { () throws(ConfigurationError) in _ = try reader.list("a", of: "a number") { Int($0) } }
        == "aliothd.yaml:1:4: a: 'x' is not a number")
    #expect(
      message { () throws(ConfigurationError) in _ = try reader.list("b", of: "a number") { Int($0) } }
        == "aliothd.yaml:2:4: b: has an element that is not a number")
    #expect(
      message { () throws(ConfigurationError) in _ = try reader.mapping("c", to: "a word") { $0 } }
        == "aliothd.yaml:4:6: c.d: found a list, expected a word")
    #expect(
      message { () throws(ConfigurationError) in _ = try reader.mapping("e", to: "a word") { $0 } }
        == "aliothd.yaml:5:4: e: expected a section, with a word for each key below it")
    #expect(
      message { () throws(ConfigurationError) in _ = try reader.list("e", of: "a word") { $0 } }
        == "aliothd.yaml:5:4: e: expected a list, each a word")
  }

  @Test("an unknown key is an error that names the nearest known one")
  func unknownKey() throws {
    var reader = try reader("host: a\ntunnel:\n  adress: 192.0.2.1\n")
    _ = try reader.string("host")
    _ = try reader.string("tunnel.address")
    #expect(
      message { () throws(ConfigurationError) in try reader.rejectUnknownKeys() }
        == "aliothd.yaml:3:3: tunnel.adress: there is no such key; did you mean 'tunnel.address'?")
  }

  @Test("an unknown key that resembles none is an error without a suggestion")
  func unrelatedKey() throws {
    var reader = try reader("host: a\nfrobnicate:\n")
    _ = try reader.string("host")
    #expect(
      message { () throws(ConfigurationError) in try reader.rejectUnknownKeys() }
        == "aliothd.yaml:2:1: frobnicate: there is no such key")
  }

  @Test("a key that is written with dots is explained")
  func dottedKey() throws {
    var reader = try reader("tunnel.address: 192.0.2.1\n")
    _ = try? reader.string("tunnel.address")
    #expect(
      message { () throws(ConfigurationError) in try reader.rejectUnknownKeys() }?.contains("not written with dots")
        == true)
  }

  @Test("a key that is given twice is an error", arguments: ["a: 1\na: 2\n", "a: 1\n\"a\": 2\n", "{a: 1, a: 2}"])
  func duplicateKey(text: String) {
    let message = parseMessage(text)
    #expect(message?.hasPrefix("f.yaml:1:") == true)
    #expect(message?.contains("a: the key is given ") == true)
  }

  @Test("a key that is given twice with and without dots is an error")
  func duplicateDottedKey() {
    #expect(parseMessage("a:\n  b: 1\na.b: 2\n") == "f.yaml:3:1: a.b: the key is given twice; it is in line 2 already")
  }

  @Test(
    "what is not YAML is an error at its place", arguments: ["a: [1", "a: 'x", "\ta: 1", "a: b: c", "a: %x\n b", "@"])
  func notYAML(text: String) {
    let message = parseMessage(text)
    #expect(message?.hasPrefix("f.yaml:") == true)
    #expect(message?.contains("this is not valid YAML") == true)
  }

  @Test("a document that is not a mapping is an error", arguments: ["- a\n", "just text\n", "5\n"])
  func notAMapping(text: String) {
    #expect(parseMessage(text) == "f.yaml:1:1: expected keys with values, such as 'key: value'")
  }

  @Test("a second document is an error")
  func twoDocuments() {
    #expect(parseMessage("a: 1\n---\nb: 2\n")?.contains("another document") == true)
  }

  @Test("keys that are not words are errors")
  func complexKey() {
    #expect(parseMessage("? [a, b]\n: 1\n") == "f.yaml:1:3: a key must be a word")
  }

  @Test("anchors and aliases are refused", arguments: ["a: &x 1\nb: *x\n", "a: &x {b: 1}\nc: *x\n", "&x a: 1\n"])
  func anchors(text: String) {
    #expect(parseMessage(text)?.contains("anchors and aliases") == true)
  }

  @Test("asterisks in comments and in quotes are no aliases")
  func asterisks() throws {
    var reader = try reader("# *all* of *it*\na: '*x'\nb: \"&y *z\"\n")
    #expect(try reader.string("a") == "*x")
    #expect(try reader.string("b") == "&y *z")
  }

  @Test("a bomb of aliases is refused at once")
  func aliasBomb() {
    var text = "a0: &a0 x\n"
    for level in 1...30 {
      text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
    }
    #expect(parseMessage(text)?.contains("aliases") == true)
    // With as many aliases as get past the first check, three a level.
    var small = "a0: &a0 x\n"
    for level in 1...10 { small += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1), *a\(level - 1)]\n" }
    small += "? *a10\n: 1\n? *a10\n: 2\n"
    #expect(parseMessage(small) != nil)
  }

  @Test("deep nesting is refused", arguments: ["[", "{a: ", "- ", "? "])
  func deepNesting(opening: String) {
    #expect(parseMessage("a: " + String(repeating: opening, count: 200_000))?.contains("nested") == true)
    #expect(parseMessage(String(repeating: opening, count: 200_000))?.contains("nested") == true)
  }

  @Test("deep nesting by indentation is refused", arguments: [33, 900, 1100])
  func deepIndentation(depth: Int) {
    let text = (0..<depth).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    #expect(parseMessage(text) != nil)
  }

  @Test("a file of more than 1 MiB is refused")
  func tooLarge() {
    #expect(
      parseMessage("a: " + String(repeating: "x", count: 1 << 20)) == "f.yaml: the file is larger than 1024 KiB")
  }

  @Test("short texts of every length are read whole", arguments: 1...40)
  func shortTexts(length: Int) throws {
    let value = String(repeating: "x", count: length)
    var reader = try reader("a: \(value)")
    #expect(try reader.string("a") == value)
  }

  @Test("arbitrary bytes are refused or read, and nothing else happens")
  func arbitraryText() {
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("ab:-[]{}&*!|>'\"%@`#?,. \n\t~01é\u{0}\u{feff}".unicodeScalars)
    for _ in 0..<3000 {
      var text = ""
      for _ in 0..<Int.random(in: 1...40, using: &generator) {
        guard let scalar = alphabet.randomElement(using: &generator) else { continue }
        text.unicodeScalars.append(scalar)
      }
      do throws(ConfigurationError) {
        var reader = try ConfigurationReader(text: text, file: "f")
        _ = try reader.string("a")
        try reader.rejectUnknownKeys()
      } catch {
        #expect(error.description.hasPrefix("f"), "\(text.debugDescription)")
      }
    }
  }

  @Test("a file is read from the disk, and one that is not there is an error that says what to do")
  func files() throws {
    let path = "/tmp/pnx-configuration-\(getpid()).yaml"
    #expect(
      message { () throws(ConfigurationError) in _ = try ConfigurationReader(contentsOf: path) }
        == "\(path): cannot open the configuration file: No such file or directory; name another with --config, or create it"
    )
    let file = fopen(path, "w")
    fputs("host: node1\n", file)
    fclose(file)
    defer { unlink(path) }
    var reader = try ConfigurationReader(contentsOf: path)
    #expect(try reader.string("host") == "node1")
    #expect(reader.failure("host", "is taken").description == "\(path):1:7: host: is taken")
  }

  @Test("a file of endless length and a directory are refused")
  func strangeFiles() {
    #expect(
      message { () throws(ConfigurationError) in _ = try ConfigurationReader(contentsOf: "/dev/zero") }
        == "/dev/zero: the file is larger than 1024 KiB")
    #expect(
      message { () throws(ConfigurationError) in _ = try ConfigurationReader(contentsOf: "/tmp") }
        == "/tmp: cannot read the configuration file: Is a directory")
  }
}
