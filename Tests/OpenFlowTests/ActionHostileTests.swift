import Testing

@testable import OpenFlow

@Suite("Hostile actions")
struct ActionHostileTests {
  private static let seed = UInt64.random(in: 0...(.max))

  @Test("actions of any kind are read as they were written", arguments: [1, 2, 3, seed])
  func random(seed: UInt64) throws {
    var generator = MessageGenerator(seed: seed)
    for round in 0..<3000 {
      let action = generator.action()
      let bytes = RecordedActions.encode([action])
      #expect(bytes.count % 8 == 0)
      guard bytes.count <= 0xfff8 else { continue }
      #expect(try RecordedActions.decode(bytes) == [action], "seed \(seed), round \(round)")
      #expect(!action.description.isEmpty)
    }
  }

  @Test("a list that is cut at any byte is an error, or the actions before the cut", arguments: RecordedActions.all)
  func truncation(recorded: RecordedActions) throws {
    let boundaries = try recorded.decode().reduce(into: [0]) {
      $0.append(($0.last ?? 0) + RecordedActions.encode([$1]).count)
    }
    for length in 0..<recorded.bytes.count {
      let cut = Array(recorded.bytes.prefix(length))
      if boundaries.contains(length) {
        #expect(RecordedActions.encode(try RecordedActions.decode(cut)) == cut)
      } else {
        #expect(throws: MalformedMessage.self, "cut at \(length)") { try RecordedActions.decode(cut) }
      }
    }
  }

  @Test("an action that owns up to being cut is an error or keeps its bytes", arguments: RecordedActions.all)
  func honestTruncation(recorded: RecordedActions) {
    for length in 4..<recorded.bytes.count {
      var cut = Array(recorded.bytes.prefix(length))
      cut.setLength(length, at: 2)
      ActionHostileTests.checkStability(cut, "cut at \(length)")
    }
  }

  @Test(
    "bytes changed at random never trap, and what is read is written as the same bytes", arguments: [1, 2, 3, seed])
  func mutations(seed: UInt64) {
    var generator = MessageGenerator(seed: seed)
    for recorded in RecordedActions.all {
      for _ in 0..<40 {
        var bytes = recorded.bytes
        for _ in 0...generator.count(3) {
          let index = Int.random(in: 0..<bytes.count, using: &generator.random)
          bytes[index] = generator.pick([0, 1, 4, 8, 0x7f, 0xff, generator.number()], else: 0)
        }
        ActionHostileTests.checkStability(bytes, "seed \(seed), \(recorded.name)")
      }
    }
  }

  @Test(
    "a length that is too long, too short or no multiple of eight is an error", arguments: [0, 4, 7, 9, 12, 24, 0xffff])
  func lengths(length: Int) {
    for recorded in RecordedActions.all where recorded.bytes.count == 16 {
      var bytes = recorded.bytes
      bytes.setLength(length, at: 2)
      #expect(throws: MalformedMessage.self, "\(recorded.name)") { try RecordedActions.decode(bytes) }
    }
  }

  @Test("actions that nest without end are kept as bytes below a depth", arguments: [true, false])
  func nesting(isTracking: Bool) throws {
    var bytes = RecordedActions.encode([.exit])
    for _ in 0..<1000 {
      var outer = RecordedActions.encode([isTracking ? .track(TrackAction()) : .clone([])]) + bytes
      outer.setLength(outer.count, at: 2)
      bytes = outer
    }
    let decoded = try RecordedActions.decode(bytes)
    #expect(RecordedActions.encode(decoded) == bytes)
    var depth = 0
    var inner = decoded.first
    while let current = inner {
      switch current {
      case .clone(let actions): inner = actions.first
      case .track(let action): inner = action.actions.first
      default: inner = nil
      }
      if inner != nil { depth += 1 }
    }
    #expect(depth == Action.deepestNesting)
  }

  /// What is read at all is written as the same bytes, and has a text.
  private static func checkStability(_ bytes: [UInt8], _ comment: Comment) {
    guard let actions = try? RecordedActions.decode(bytes) else { return }
    #expect(RecordedActions.encode(actions) == bytes, comment)
    for action in actions { #expect(!action.description.isEmpty, comment) }
  }
}
