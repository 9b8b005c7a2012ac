import DiskTestSupport
import GoalState
import GoalStateStore

/// A host's state as a test knows it, and how it comes to be.
struct KnownState: Equatable {
  var number: UInt64
  var version: GoalStateVersion
  var resources: [ResourceKey: StoredResource]
  var refused: [ResourceFailure] = []

  /// The state of the first snapshot.
  static let first = KnownState(
    number: 1, version: GoalStateVersion(epoch: "e", revision: 1),
    resources: Dictionary(
      uniqueKeysWithValues: (0..<5).map { number in
        let key = ResourceKey(.neighbor, "n\(number)")
        return (key, StoredResource(key: key, revision: 1, bytes: [UInt8(number)][...]))
      }),
    refused: [ResourceFailure(key: ResourceKey(.port, "p"), revision: 1, code: .invalid, message: "no mac")])

  /// What was read back; nil for nothing.
  init?(_ recovered: RecoveredState) {
    guard let snapshot = recovered.snapshot else { return nil }
    self.init(
      number: snapshot.number, version: snapshot.version,
      resources: Dictionary(snapshot.resources.map { ($0.key, $0) }) { $1 }, refused: snapshot.refused)
    for delta in recovered.deltas { apply(delta) }
  }

  init(
    number: UInt64, version: GoalStateVersion, resources: [ResourceKey: StoredResource],
    refused: [ResourceFailure] = []
  ) {
    self.number = number
    self.version = version
    self.resources = resources
    self.refused = refused
  }

  mutating func apply(_ delta: StoredDelta) {
    number = delta.number
    version = delta.version
    for resource in delta.upserts { resources[resource.key] = resource }
    for key in delta.removals { resources[key] = nil }
    refused += delta.refused
  }

  var snapshot: StoredSnapshot {
    StoredSnapshot(
      number: number, version: version, isComplete: true,
      resources: resources.values.sorted { $0.key < $1.key }, refused: refused)
  }

  /// The next delta: of no state but this one.
  func next(_ random: inout some RandomNumberGenerator) -> StoredDelta {
    let revision = version.revision + 1
    var delta = StoredDelta(
      number: number + 1, time: StoredTime(wall: 1_700_000_000_000 + number, sinceBoot: number), from: version.revision,
      version: GoalStateVersion(epoch: version.epoch, revision: revision))
    for _ in 0...Int.random(in: 0..<3, using: &random) {
      let key = ResourceKey(.neighbor, "n\(Int.random(in: 0..<12, using: &random))")
      if Int.random(in: 0..<4, using: &random) == 0 {
        delta.removals.append(key)
      } else {
        let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        delta.upserts.append(StoredResource(key: key, revision: revision, bytes: bytes[...]))
      }
    }
    return delta
  }
}

/// A store on a disk with a first snapshot and some deltas, and the states on the way.
struct StoreBench {
  let disk: SimulatedDisk
  var store: GoalStateStore
  var states: [KnownState] = [.first]
  var random = SeededGenerator(seed: 7)

  init(deltas: Int = 0, disk: SimulatedDisk = SimulatedDisk(), limits: GoalStateStore.Limits = .init()) throws {
    self.disk = disk
    (store, _) = GoalStateStore.open(disk, host: "node1", program: "1", limits: limits)
    try store.rotate(to: KnownState.first.snapshot)
    for _ in 0..<deltas { try append() }
  }

  var last: KnownState { states.last ?? .first }

  /// Appends one more delta.
  mutating func append() throws {
    let delta = last.next(&random)
    try store.append([.delta(delta)])
    var state = last
    state.apply(delta)
    states.append(state)
  }

  mutating func rotate() throws { try store.rotate(to: last.snapshot) }

  /// What another process finds there.
  func reopened(host: String = "node1") -> (store: GoalStateStore, state: RecoveredState) {
    GoalStateStore.open(disk, host: host, program: "2")
  }
}

let snapshot1 = "snapshot-00000000000000000001"
let journal1 = "journal-00000000000000000001"
let snapshot2 = "snapshot-00000000000000000002"
let journal2 = "journal-00000000000000000002"
