import GoalState

/// What records of a file are, by their first byte. A type from 0x80 on may be passed over by a program that does not know it.
enum RecordType {
  static let delta: UInt8 = 0x01
  static let resources: UInt8 = 0x02
  static let refusals: UInt8 = 0x03
  static let end: UInt8 = 0x04
  static let summary: UInt8 = 0x81
  static let inForce: UInt8 = 0x82
  static let started: UInt8 = 0x83

  static let all: Set = [delta, resources, refusals, end, summary, inForce, started]

  static func isDispensable(_ type: UInt8) -> Bool { type & 0x80 != 0 }
}

extension JournalEntry {
  /// The type of the record that holds it.
  var type: UInt8 {
    switch self {
    case .delta: RecordType.delta
    case .summary: RecordType.summary
    case .inForce: RecordType.inForce
    case .started: RecordType.started
    }
  }

  /// The record's contents.
  var payload: [UInt8] {
    var output = ByteOutput()
    switch self {
    case .delta(let delta):
      output.write(delta.number)
      output.write(delta.time)
      output.write(delta.version)
      output.write(delta.from)
      output.write(list: delta.upserts) { $0.write($1) }
      output.write(list: delta.removals) { $0.write($1) }
      output.write(list: delta.refused) { $0.write($1) }
    case .summary(let summary):
      output.write(summary.number)
      output.write(summary.time)
      output.write(summary.version)
      output.write(UInt8(summary.from == nil ? 0 : 1))
      output.write(summary.from ?? 0)
      output.write(summary.changedCount)
      output.write(summary.removedCount)
      output.write(list: summary.changed) { $0.write($1) }
      output.write(list: summary.removed) { $0.write($1) }
      output.write(list: summary.refused) { $0.write($1) }
    case .inForce(let inForce):
      output.write(inForce.number)
      output.write(inForce.time)
      output.write(inForce.version)
      output.write(inForce.flowsAdded)
      output.write(inForce.flowsModified)
      output.write(inForce.flowsDeleted)
      output.write(list: inForce.refused) { $0.write($1) }
    case .started(let start):
      output.write(start.number)
      output.write(start.time)
      output.write(start.version)
      output.write(start.program)
    }
    return output.bytes
  }

  /// Reads a record's contents; nil for a type that this version does not know.
  init?(type: UInt8, payload: ArraySlice<UInt8>) throws(MalformedRecord) {
    var input = ByteInput(payload)
    switch type {
    case RecordType.delta: self = .delta(try StoredDelta(&input))
    case RecordType.summary: self = .summary(try StoredSummary(&input))
    case RecordType.inForce: self = .inForce(try StoredInForce(&input))
    case RecordType.started:
      self = .started(
        StoredStart(
          number: try input.number(), time: try input.time(), version: try input.version(), program: try input.text()))
    default: return nil
    }
    guard input.isAtEnd else { throw MalformedRecord("there is more in it than it should have") }
  }
}

extension StoredDelta {
  fileprivate init(_ input: inout ByteInput) throws(MalformedRecord) {
    number = try input.number()
    time = try input.time()
    version = try input.version()
    from = try input.number()
    upserts = try input.resources()
    removals = try input.keys()
    refused = try input.failures()
  }
}

extension StoredSummary {
  fileprivate init(_ input: inout ByteInput) throws(MalformedRecord) {
    number = try input.number()
    time = try input.time()
    version = try input.version()
    let isDelta = try input.number(UInt8.self) != 0
    let base = try input.number(UInt64.self)
    from = isDelta ? base : nil
    changedCount = try input.number()
    removedCount = try input.number()
    changed = try input.keys()
    removed = try input.keys()
    refused = try input.failures()
  }
}

extension StoredInForce {
  fileprivate init(_ input: inout ByteInput) throws(MalformedRecord) {
    number = try input.number()
    time = try input.time()
    version = try input.version()
    flowsAdded = try input.number()
    flowsModified = try input.number()
    flowsDeleted = try input.number()
    refused = try input.failures()
  }
}
