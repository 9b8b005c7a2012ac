import DiskTestSupport
import GoalState
import Testing

@testable import GoalStateStore

@Suite("Crashes at every moment")
struct StoreCrashTests {
  @Test(
    "what is read back after a crash is what was durable last, or a later state that was written whole: never a mixture, never older",
    arguments: 0..<20)
  func crashes(block: UInt64) throws {
    for seed in (block * 10)..<(block * 10 + 10) { try crash(seed: seed) }
  }

  private func crash(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var disk = SimulatedDisk(seed: seed)
    let limits = GoalStateStore.Limits(historyBytes: 3000, journalBytes: 400, journals: 5)
    var (store, _) = GoalStateStore.open(disk, host: "node1", program: "1", limits: limits)
    // The states by the number of their last update, and the number that is durable; 0 before anything is.
    var states: [UInt64: KnownState] = [1: .first]
    var current = KnownState.first
    var durable: UInt64 = 0
    for step in 0..<40 {
      if Int.random(in: 0..<3, using: &random) == 0 {
        let faults: [SimulatedDisk.Fault] = [.crash, .crash, .error(SimulatedDisk.noSpace), .error(5)]
        disk.fail(after: Int.random(in: 0..<14, using: &random), faults.randomElement(using: &random) ?? .crash)
      }
      do {
        var deltas: [StoredDelta] = []
        for _ in 0..<Int.random(in: 0..<4, using: &random) {
          let delta = current.next(&random)
          current.apply(delta)
          states[current.number] = current
          deltas.append(delta)
        }
        if store.needsSnapshot || store.wantsSnapshot || Int.random(in: 0..<8, using: &random) == 0 {
          try store.rotate(to: current.snapshot)
        } else {
          try store.append(deltas.map { .delta($0) })
        }
        durable = current.number
      } catch {
        if Bool.random(using: &random) { store.dropHistory() }
      }
      guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
      disk = disk.afterPowerLoss()
      var recovered = GoalStateStore.open(disk, host: "node1", program: "1", limits: limits)
      if Bool.random(using: &random) {
        // Once more, after a crash in the middle of recovering.
        disk = disk.afterPowerLoss()
        recovered = GoalStateStore.open(disk, host: "node1", program: "1", limits: limits)
      }
      store = recovered.store
      guard let found = KnownState(recovered.state) else {
        #expect(durable == 0, "seed \(seed), step \(step): nothing was found, and \(durable) was durable")
        current = .first
        continue
      }
      #expect(found.number >= durable, "seed \(seed), step \(step)")
      #expect(states[found.number] == found, "seed \(seed), step \(step)")
      #expect(recovered.state.losses.isEmpty, "seed \(seed), step \(step)")
      #expect(store.number == found.number)
      current = found
      durable = found.number
    }
  }
}
