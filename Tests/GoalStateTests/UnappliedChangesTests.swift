import Testing

@testable import GoalState

@Suite("Changes that are not in force yet")
struct UnappliedChangesTests {
  private let start = ContinuousClock.now
  private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

  @Test("the oldest is the first that came and is not in force")
  func oldest() {
    var changes = UnappliedChanges()
    #expect(changes.oldest == nil)
    changes.note(5, since: at(1))
    changes.note(7, since: at(2))
    changes.note(7, since: at(3))
    #expect(changes.oldest == at(1))
    changes.inForce(6)
    #expect(changes.oldest == at(2))
    changes.inForce(7)
    #expect(changes.oldest == nil)
  }

  @Test("what is known to be in force does not wait, in whatever order it is said")
  func alreadyInForce() {
    var changes = UnappliedChanges()
    changes.inForce(9)
    changes.inForce(3)
    changes.note(9, since: at(1))
    #expect(changes.oldest == nil)
    changes.note(10, since: at(2))
    #expect(changes.oldest == at(2))
    changes.reset()
    changes.note(1, since: at(3))
    #expect(changes.oldest == at(3))
  }

  @Test("however many wait, few are kept, and none is shown younger than it is")
  func bounded() {
    var changes = UnappliedChanges(limit: 3)
    for revision in 1...100 { changes.note(UInt64(revision), since: at(revision)) }
    changes.inForce(2)
    #expect(changes.oldest == at(3))
    changes.inForce(99)
    #expect(changes.oldest == at(3))
    changes.inForce(100)
    #expect(changes.oldest == nil)
  }
}
