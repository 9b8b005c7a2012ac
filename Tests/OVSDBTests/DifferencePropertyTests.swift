import OVSDB
import Testing

/// Random databases that change at random: what comes as differences must make the same rows as a full copy.
@Suite struct DifferencePropertyTests {
  private static let types = [
    "number": #""integer""#, "rate": #"{"key":"real","min":0,"max":1}"#, "name": #"{"key":"string","min":0,"max":1}"#,
    "tags": #"{"key":"string","min":0,"max":"unlimited"}"#, "rates": #"{"key":"real","min":0,"max":4}"#,
    "ids": #"{"key":"string","value":"string","min":0,"max":"unlimited"}"#,
    "counts": #"{"key":"integer","value":"integer","min":0,"max":3}"#,
    "pair": #"{"key":"string","value":"string","min":0,"max":1}"#,
  ]
  private static let defaults: Row = [
    "number": .integer(0), "rate": .empty, "name": .empty, "tags": .empty, "rates": .empty, "ids": .map([:]),
    "counts": .map([:]), "pair": .map([:]),
  ]
  private static let composites: Set<String> = ["tags", "rates", "ids", "counts"]

  private static func value(_ column: String, _ generator: inout SeededGenerator) -> Datum {
    func text(_ generator: inout SeededGenerator) -> Atom {
      .string(["a", "b", "c", "d"].randomElement(using: &generator) ?? "")
    }
    func number(_ generator: inout SeededGenerator) -> Atom { .integer(Int64.random(in: 0...3, using: &generator)) }
    let count = Int.random(in: 0...3, using: &generator)
    switch column {
    case "number": return .set([number(&generator)])
    case "rate": return .set(count > 1 ? [.real(Double(count) / 2)] : [])
    case "name": return .set(count > 1 ? [text(&generator)] : [])
    case "tags": return .set(Set((0..<count).map { _ in text(&generator) }))
    // Whole ones among them, which are written as integers.
    case "rates": return .set(Set((0..<count).map { _ in .real(Double(Int.random(in: 0...4, using: &generator)) / 2) }))
    case "counts":
      return .map(Dictionary((0..<count).map { _ in (number(&generator), number(&generator)) }) { $1 })
    case "pair": return .map(count > 1 ? [text(&generator): text(&generator)] : [:])
    default: return .map(Dictionary((0..<count).map { _ in (text(&generator), text(&generator)) }) { $1 })
    }
  }

  /// The difference as ovsdb-server(7) §4.1.14 words it.
  private static func difference(_ column: String, from old: Datum, to new: Datum) -> Datum {
    guard composites.contains(column) else { return new }
    switch (old, new) {
    case (.set(let old), .set(let new)):
      return .set(Set(old.union(new).filter { old.contains($0) != new.contains($0) }))
    case (.map(let old), .map(let new)):
      var pairs: [Atom: Atom] = [:]
      for (key, value) in old where new[key] == nil { pairs[key] = value }
      for (key, value) in new where old[key] != value { pairs[key] = value }
      return .map(pairs)
    default:
      Issue.record("two kinds of values in one column")
      return new
    }
  }

  /// JSON as the server may write it: whole real numbers without a fraction.
  private static func json(_ row: Row) -> JSONValue {
    func whole(_ json: JSONValue) -> JSONValue {
      switch json {
      case .real(let value): Int64(exactly: value).map(JSONValue.integer) ?? json
      case .array(let elements): .array(elements.map(whole))
      default: json
      }
    }
    return .object(row.mapValues { whole($0.json) })
  }

  @Test(
    "rows made by differences are those of the full copy, whatever happens", arguments: 1...10 as ClosedRange<UInt64>)
  func equal(seed: UInt64) async throws {
    var generator = SeededGenerator(seed: seed)
    let columns = Self.types.map { #""\#($0.key)":{"type":\#($0.value)}"# }.joined(separator: ",")
    var watching = try TableChangesTests.Watching(
      MonitorRequest(database: "D", tables: ["T": Array(Self.types.keys)]),
      schema: #"{"name":"D","version":"1","tables":{"T":{"columns":{\#(columns)}}}}"#)
    let zero = RowUUID(high: 0, low: 0)
    _ = watching.receive(#"{"id":1,"result":[false,"\#(zero)",{}],"error":null}"#)
    var full: [RowUUID: Row] = [:]
    for step in 1...150 {
      // Other tests wait for their turn.
      await Task.yield()
      var changes: [String: JSONValue] = [:]
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let uuid = RowUUID(high: 0, low: .random(in: 1...6, using: &generator))
        if changes[uuid.description] != nil { continue }
        if let old = full[uuid] {
          if Int.random(in: 0..<5, using: &generator) == 0 {
            full[uuid] = nil
            changes[uuid.description] = .object(["delete": .null])
          } else {
            var differences: Row = [:]
            for column in Self.types.keys.sorted() where Bool.random(using: &generator) {
              let new = Self.value(column, &generator)
              guard let previous = old[column], new != previous else { continue }
              full[uuid]?[column] = new
              differences[column] = Self.difference(column, from: previous, to: new)
            }
            changes[uuid.description] = .object(["modify": Self.json(differences)])
          }
        } else {
          var row: Row = [:]
          for column in Self.types.keys.sorted() { row[column] = Self.value(column, &generator) }
          full[uuid] = row
          let told = row.filter { Self.defaults[$0.key] != $0.value }
          changes[uuid.description] = .object(["insert": Self.json(told)])
        }
      }
      let message = JSONRPCMessage.notification(
        method: "update3",
        parameters: [1, .string(zero.description), .object(["T": .object(changes)])])
      let replica = try watching.replica(after: message.json.description)
      try #require(replica["T"] == full, "seed \(seed), step \(step)")
    }
  }

  @Test("altered bytes of differences give a state or an end and nothing worse")
  func robustness() async throws {
    var generator = SeededGenerator(seed: 4114)
    let text =
      #"{"id":1,"result":[false,"11111111-0000-0000-0000-000000000001",{"Bridge":{"\#(TableChangesTests.uuid)":"#
      + #"{"initial":{"external_ids":["map",[["c","4"]]],"name":"b1","protocols":"OpenFlow14"}}}}],"error":null}"#
      + #"{"id":null,"method":"update3","params":[1,"11111111-0000-0000-0000-000000000002",{"Bridge":"#
      + #"{"\#(TableChangesTests.uuid)":{"modify":{"external_ids":["map",[["b","3"]]],"fail_mode":["set",[]]}}}}]}"#
    let bytes = Array(text.utf8)
    var ends = 0
    for _ in 0..<1500 {
      await Task.yield()
      var altered = bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        altered[Int.random(in: 0..<altered.count, using: &generator)] = UInt8.random(in: 0x20...0x7e, using: &generator)
      }
      var watching = try TableChangesTests.Watching()
      let actions = watching.machine.handle(.received(altered), now: .zero)
      if case .close = actions.last { ends += 1 }
      for case .replica(_, let replica) in actions {
        #expect(replica["Bridge"].values.allSatisfy { $0.count == 5 })
      }
    }
    #expect(ends > 0)
  }
}
