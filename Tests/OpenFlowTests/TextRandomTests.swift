import NetworkTypes
import Testing

@testable import OpenFlow

@Suite("Random text")
struct TextRandomTests {
  private static let seed = UInt64.random(in: 0...(.max))

  @Test("a match of any fields is read as it was written", arguments: [1, 2, 3, seed])
  func matches(seed: UInt64) throws {
    var generator = MessageGenerator(seed: seed)
    for _ in 0..<400 {
      let match = generator.anyMatch()
      #expect(try Match(parsing: match.description) == match, "seed \(seed): \(match)")
    }
  }

  @Test("a flow, a group and a meter are read as they were written", arguments: [1, 2, 3, seed])
  func values(seed: UInt64) throws {
    var generator = MessageGenerator(seed: seed)
    for _ in 0..<400 {
      let flow = generator.flow()
      let text = flow.description
      if let read = try Self.readable(text, { text throws(TextError) in try Flow(parsing: text) }) {
        // Some actions have one text for several forms: what the text says stays the same then.
        if !text.contains("set_tunnel") { #expect(read.description == text, "seed \(seed)") }
        #expect(read.key == flow.key && read.header == flow.header, "seed \(seed): \(text)")
        #expect(try Flow(parsing: flow.listing).key == flow.key, "seed \(seed): \(flow.listing)")
        if !Self.isAmbiguous(text) { #expect(read == flow, "seed \(seed): \(text)") }
      }
      let group = generator.groupValue()
      let groupText = group.description
      if let read = try Self.readable(groupText, { text throws(TextError) in try Group(parsing: text) }) {
        if !groupText.contains("set_tunnel") { #expect(read.description == groupText, "seed \(seed)") }
        if !Self.isAmbiguous(groupText) { #expect(read == group, "seed \(seed): \(group)") }
      }
      let meter = generator.meter()
      #expect(try Meter(parsing: meter.description) == meter, "seed \(seed): \(meter)")
    }
  }

  /// What a text of random actions says; nil when an action holds a number that no text may have: one that is too wide for
  /// where it goes, or a reason without a name.
  private static func readable<Value>(_ text: String, _ read: (String) throws(TextError) -> Value) throws -> Value? {
    do {
      return try read(text)
    } catch {
      let isNumber = error.expected.hasPrefix("a number of ") || error.expected == "a reason"
      guard isNumber || error.expected.hasPrefix("a bit of ") || error.expected == "at most 64 bits" else {
        throw error
      }
      return nil
    }
  }

  /// Actions of which ovs-ofctl's text does not tell the forms apart.
  private static func isAmbiguous(_ text: String) -> Bool {
    [
      "output", "CONTROLLER", "controller", "resubmit", "set_tunnel", "move", "set_field", "load", "nat", "note",
      "learn",
      "sample", "encap",
    ].contains { text.contains($0) }
  }

  @Test("a change of flows, groups or meters is read as it was written", arguments: [1, 2, 3, seed])
  func changes(seed: UInt64) throws {
    var generator = MessageGenerator(seed: seed)
    for _ in 0..<400 {
      for kind in [12, 13, 14] {
        switch generator.message(kind: kind, xid: 0) {
        case .flowMod(let mod):
          let text = mod.description
          guard let read = try Self.readable(text, { text throws(TextError) in try FlowMod(parsing: text) }) else {
            break
          }
          if !text.contains("set_tunnel") { #expect(read.description == text, "seed \(seed)") }
          #expect(read.command == mod.command && read.flow.match == mod.flow.match, "seed \(seed): \(text)")
        case .groupMod(let mod):
          let text = mod.description
          let read = try Self.readable(text) { text throws(TextError) in try GroupMod(parsing: text) }
          guard let read, !text.contains("set_tunnel") else { break }
          #expect(read.description == text, "seed \(seed)")
        case .meterMod(let mod):
          let read = try MeterMod(parsing: mod.description)
          #expect(read.description == mod.description, "seed \(seed)")
          if mod.command != .delete { #expect(read == mod, "seed \(seed): \(mod)") }
        default: Issue.record("not a change")
        }
      }
    }
  }

  @Test("text that is cut off or changed is an error with a place in it, and never a trap", arguments: [1, seed])
  func hostile(seed: UInt64) throws {
    var generator = MessageGenerator(seed: seed)
    var texts = try Corpus.read("flows").flatMap { [$0.given, $0.text] } + Corpus.read("groups").map(\.given)
    texts += try Corpus.read("meters").map(\.given)
    texts += try Corpus.lines("actions").compactMap { $0.count == 3 ? "actions=\($0[2])" : nil }
    let signs = Array("()[]=:,./->+|0x9aZ \t\"\\\u{0}é-".unicodeScalars).map(String.init)
    for text in texts {
      let characters = Array(text.unicodeScalars)
      for _ in 0..<3 {
        var changed = characters.map(String.init)
        if Bool.random(using: &generator.random) { changed = Array(changed.prefix(generator.count(changed.count))) }
        for _ in 0...generator.count(3) where !changed.isEmpty {
          let index = Int.random(in: 0..<changed.count, using: &generator.random)
          changed[index] = generator.pick(signs + [""], else: "")
        }
        Self.read(changed.joined(), "seed \(seed)")
      }
    }
    for _ in 0..<1000 { Self.read(generator.list(60) { $0.pick(signs, else: "(") }.joined(), "seed \(seed)") }
  }

  @Test("what is too long or too deep is refused at once")
  func bounds() {
    let long = String(repeating: "reg0=1,", count: 200_000)
    #expect(throws: TextError.self) { try Match(parsing: long) }
    let many = String(repeating: "reg1=1,reg0=1,", count: 50_000)
    #expect(throws: TextError.self) { try Match(parsing: many) }
    let deep = "actions=" + String(repeating: "clone(", count: 40) + String(repeating: ")", count: 40)
    #expect(throws: TextError.self) { try Flow(parsing: deep) }
    let deeper = "actions=" + String(repeating: "clone(", count: 150_000)
    #expect(throws: TextError.self) { try Flow(parsing: deeper) }
    let closed = "actions=" + String(repeating: "clone(", count: 75_000) + String(repeating: ")", count: 75_000)
    #expect(throws: TextError.self) { try Flow(parsing: closed) }
  }

  @Test("an error says where it is, what was expected and what was found")
  func errors() {
    let error = #expect(throws: TextError.self) { try Flow(parsing: "table=1,ip,nw_src=10.0.0.256 actions=drop") }
    #expect(error == TextError(offset: 18, expected: "an IPv4 address", found: "10.0.0.256"))
    #expect(error?.description == "at column 19: expected an IPv4 address, found \"10.0.0.256\"")
    let action = #expect(throws: TextError.self) { try Flow(parsing: "ip actions=output:3,frobnicate(2)") }
    #expect(action == TextError(offset: 20, expected: "an action", found: "frobnicate"))
    let missing = #expect(throws: TextError.self) { try Flow(parsing: "ip") }
    #expect(missing == TextError(offset: 2, expected: "actions=", found: ""))
    let mask = #expect(throws: TextError.self) { try Match(parsing: "ip,nw_ttl=3/7") }
    #expect(mask?.description == "at column 13: expected no mask: nw_ttl is compared as a whole, found \"7\"")
    let open = #expect(throws: TextError.self) { try Flow(parsing: "actions=clone(output:3") }
    #expect(open?.expected == "a closing parenthesis" && open?.found == "")
  }

  /// Reads a text in every way; what can be read is the same when it is written and read again.
  private static func read(_ text: String, _ comment: String) {
    if let flow = attempt(text, comment, { text throws(TextError) in try Flow(parsing: text) }) {
      #expect((try? Flow(parsing: flow.description))?.description == flow.description, "\(comment): \(text)")
    }
    if let mod = attempt(text, comment, { text throws(TextError) in try FlowMod(parsing: text) }) {
      #expect((try? FlowMod(parsing: mod.description))?.description == mod.description, "\(comment): \(text)")
    }
    if let match = attempt(text, comment, { text throws(TextError) in try Match(parsing: text) }) {
      #expect((try? Match(parsing: match.description)) == match, "\(comment): \(text): \(match)")
    }
    if let group = attempt(text, comment, { text throws(TextError) in try GroupMod(parsing: text) }) {
      #expect((try? GroupMod(parsing: group.description))?.description == group.description, "\(comment): \(text)")
    }
    if let meter = attempt(text, comment, { text throws(TextError) in try MeterMod(parsing: text) }) {
      #expect((try? MeterMod(parsing: meter.description))?.description == meter.description, "\(comment): \(text)")
    }
  }

  private static func attempt<Value>(
    _ text: String, _ comment: String, _ read: (String) throws(TextError) -> Value
  ) -> Value? {
    do {
      return try read(text)
    } catch {
      #expect((0...text.utf8.count).contains(error.offset), "\(comment): \(text): \(error)")
      return nil
    }
  }
}

extension MessageGenerator {
  /// A match of any fields that there are, whether they go together or not.
  mutating func anyMatch() -> Match {
    Match(list(6) { $0.anyField() })
  }

  private mutating func anyField() -> MatchField {
    let known = pick(FieldRegistry.descriptions, else: FieldRegistry.descriptions[0])
    let types: [MatchField] = [
      .ethType(0x0800), .ethType(0x86dd), .ethType(0x0806), .ipProto(6), .ipProto(17), .ipProto(58), .ipProto(132),
    ]
    guard count(2) > 0 else { return pick(types, else: .ethType(0x0800)) }
    let value = UInt128(number() as UInt64) << 64 | UInt128(number() as UInt64)
    let mask = Bool.random(using: &random) ? .max : UInt128(number() as UInt64) << 64 | UInt128(number() as UInt64)
    guard known.isVariable else { return MatchField(known.field, value: value, mask: mask) }
    let length: UInt8 = number(1...124)
    let field = Field(oxmClass: known.field.oxmClass, number: known.field.number, length: length)
    let bytes = (0..<Int(length)).map { _ in number() as UInt8 }
    return FieldValueText.make(field, bytes, maybe { generator in bytes.map { _ in generator.number() } })
  }
}
