import OVSDB
import Testing

@Suite("Waiting for flows after a start of the switch")
struct FlowRestoreWaitTests {
  @Test("it is armed once the flows are in force, and not before")
  func arms() throws {
    var database = FakeDatabase()
    var wait = FlowRestoreWait()
    try #expect(step(&wait, database) == .none)
    wait.switchReplayed()
    try #expect(step(&wait, database) == .arm)
    try carryOut(.arm, &database)
    try #expect(step(&wait, database) == .none)
    #expect(wait.isReleased)
  }

  @Test("after a start it is removed when the flows are in force, and armed again when that is seen to be in effect")
  func releases() throws {
    var database = try armed()
    var wait = FlowRestoreWait()
    wait.switchLost()
    try #expect(step(&wait, database) == .none)
    wait.switchReplayed()
    try #expect(step(&wait, database) == .release)
    wait.released(awaiting: try carryOut(.release, &database))
    try #expect(step(&wait, database) == .none, "removed, but not in effect yet")
    #expect(!wait.isReleased)
    database.catchUp()
    try #expect(step(&wait, database) == .arm)
    #expect(wait.isReleased)
  }

  @Test("a key that somebody else set is theirs to remove")
  func foreign() throws {
    var database = FakeDatabase()
    database.changeRoot("other_config", .strings(["flow-restore-wait": "true"]))
    var wait = FlowRestoreWait()
    wait.switchReplayed()
    try #expect(step(&wait, database) == .foreign)
  }

  @Test("where it is not wanted it is taken away")
  func unwanted() throws {
    let database = try armed()
    var wait = FlowRestoreWait()
    wait.switchReplayed()
    try #expect(step(&wait, database, isWanted: false) == .release)
    var free = FlowRestoreWait()
    free.switchReplayed()
    try #expect(step(&free, FakeDatabase(), isWanted: false) == .none)
  }

  private func armed() throws -> FakeDatabase {
    var database = FakeDatabase()
    try carryOut(.arm, &database)
    database.catchUp()
    return database
  }

  private func step(
    _ wait: inout FlowRestoreWait, _ database: FakeDatabase, isWanted: Bool = true
  ) throws -> FlowRestoreWait.Step {
    wait.step(try #require(try database.view().root), isWanted: isWanted)
  }

  @discardableResult
  private func carryOut(_ step: FlowRestoreWait.Step, _ database: inout FakeDatabase) throws -> Int64 {
    let root = try #require(try database.view().root)
    let results = try database.transact(FlowRestoreWait.operations(step, root: root))
    return try #require(HostBridgePlan.awaitedConfiguration(results))
  }
}
