import GoalState
import GoalStateStore
import Synchronization

/// A disk in memory that keeps after a crash only what it was told to make durable, and of the rest whatever it pleases: part
/// of what was written, zeros, or nothing. It fails where a test wants it to.
package final class SimulatedDisk: Disk {
  /// What becomes of an operation.
  package enum Fault: Equatable {
    /// It fails; a write may have written some of its bytes.
    case error(Int32)
    /// The power goes: it and everything after it fails.
    case crash
  }

  package static let noSpace: Int32 = 28
  package static let inputOutput: Int32 = 5

  fileprivate struct State {
    struct Content {
      var durable: [UInt8] = []
      var current: [UInt8] = []
    }
    /// What was done with names since they were made durable.
    enum NameChange {
      case bind(String, Int)
      case rename(String, String)
      case remove(String)
    }

    var contents: [Content] = []
    var names: [String: Int] = [:]
    var durableNames: [String: Int] = [:]
    var changes: [NameChange] = []
    var operations = 0
    var faults: [Int: Fault] = [:]
    var failing: Set<String> = []
    var isDown = false
    var random: SeededGenerator
  }

  private let state: Mutex<State>

  package init(seed: UInt64 = 1) { state = Mutex(State(random: SeededGenerator(seed: seed))) }

  private init(_ state: sending State) { self.state = Mutex(state) }

  /// How many operations there were that can fail.
  package var operations: Int { state.withLock { $0.operations } }

  /// The operation after this many more has this fault.
  package func fail(after count: Int, _ fault: Fault) {
    state.withLock { $0.faults[$0.operations + count] = fault }
  }

  package func clearFaults() { state.withLock { ($0.faults, $0.failing) = ([:], []) } }

  /// Every reading of this file fails.
  package func failReading(_ name: String) { state.withLock { _ = $0.failing.insert(name) } }

  /// The bytes of a file, to look at and to damage.
  package subscript(name: String) -> [UInt8]? {
    get { state.withLock { state in state.names[name].map { state.contents[$0].current } } }
    set {
      state.withLock { state in
        guard let new = newValue else {
          state.names[name] = nil
          state.durableNames[name] = nil
          return
        }
        state.contents.append(State.Content(durable: new, current: new))
        state.names[name] = state.contents.count - 1
        state.durableNames[name] = state.contents.count - 1
      }
    }
  }

  /// The disk as it is when the machine is back.
  package func afterPowerLoss() -> SimulatedDisk {
    state.withLock { state in
      var random = state.random
      var names = state.durableNames
      for change in state.changes.prefix(Int.random(in: 0...state.changes.count, using: &random)) {
        switch change {
        case .bind(let name, let content): names[name] = content
        case .rename(let old, let new): names[new] = names.removeValue(forKey: old) ?? names[new]
        case .remove(let name): names[name] = nil
        }
      }
      var new = State(random: SeededGenerator(seed: random.next()))
      for (name, content) in names.sorted(by: { $0.key < $1.key }) {
        let bytes = SimulatedDisk.survivors(of: state.contents[content], &random)
        new.contents.append(State.Content(durable: bytes, current: bytes))
        new.names[name] = new.contents.count - 1
      }
      new.durableNames = new.names
      return SimulatedDisk(new)
    }
  }

  private static func survivors(of content: State.Content, _ random: inout SeededGenerator) -> [UInt8] {
    guard content.current != content.durable else { return content.durable }
    // What was cut off and not written anew is there or not.
    guard content.current.starts(with: content.durable) else {
      return Bool.random(using: &random) ? content.durable : content.current
    }
    let added = content.current.dropFirst(content.durable.count)
    var tail = Array(added.prefix(Int.random(in: 0...added.count, using: &random)))
    switch Int.random(in: 0..<4, using: &random) {
    case 0: tail += [UInt8](repeating: 0, count: added.count - tail.count)
    case 1: tail += (tail.count..<added.count).map { _ in UInt8.random(in: 0...255, using: &random) }
    case 2:
      // Sectors reach the disk in any order.
      tail = Array(added)
      let hole = Int.random(in: 0...tail.count, using: &random)
      for index in hole..<min(tail.count, hole + 512) { tail[index] = 0 }
    default: break
    }
    return content.durable + tail
  }

  // MARK: Disk

  private func attempt<Result>(
    _ operation: String, _ path: String, partly: (inout State) -> Void = { _ in },
    _ body: (inout State) throws(DiskError) -> Result
  ) throws(DiskError) -> Result {
    try state.withLock { state throws(DiskError) in
      let failure = { (code: Int32, reason: String) in
        DiskError(operation: operation, path: path, code: code, reason: reason)
      }
      guard !state.isDown else { throw failure(SimulatedDisk.inputOutput, "the power is off") }
      let fault = state.faults.removeValue(forKey: state.operations)
      state.operations += 1
      switch fault {
      case .error(let code):
        partly(&state)
        throw failure(code, code == SimulatedDisk.noSpace ? "No space left on device" : "Input/output error")
      case .crash:
        partly(&state)
        state.isDown = true
        throw failure(SimulatedDisk.inputOutput, "the power went")
      case nil: return try body(&state)
      }
    }
  }

  private static func number(_ name: String, _ state: State) throws(DiskError) -> Int {
    guard let number = state.names[name] else {
      throw DiskError(operation: "open", path: name, code: 2, reason: "No such file or directory")
    }
    return number
  }

  package func names() throws(DiskError) -> [String] {
    try attempt("list", ".") { state throws(DiskError) in Array(state.names.keys) }
  }

  package func size(of name: String) throws(DiskError) -> Int {
    try attempt("look at", name) { state throws(DiskError) in
      state.contents[try SimulatedDisk.number(name, state)].current.count
    }
  }

  package func read(_ name: String) throws(DiskError) -> [UInt8] {
    try attempt("read", name) { state throws(DiskError) in
      guard !state.failing.contains(name) else {
        throw DiskError(operation: "read", path: name, code: 5, reason: "Input/output error")
      }
      return state.contents[try SimulatedDisk.number(name, state)].current
    }
  }

  package func create(_ name: String) throws(DiskError) -> any DiskFile {
    let number = try attempt("create", name) { state throws(DiskError) in
      state.contents.append(State.Content())
      let number = state.contents.count - 1
      state.names[name] = number
      state.changes.append(.bind(name, number))
      return number
    }
    return File(disk: self, number: number, path: name)
  }

  package func open(_ name: String, keeping length: Int) throws(DiskError) -> any DiskFile {
    let number = try attempt("open", name) { state throws(DiskError) in
      let number = try SimulatedDisk.number(name, state)
      state.contents[number].current = Array(state.contents[number].current.prefix(length))
      return number
    }
    return File(disk: self, number: number, path: name)
  }

  package func rename(_ name: String, to newName: String) throws(DiskError) {
    try attempt("rename", name) { state throws(DiskError) in
      state.names[newName] = try SimulatedDisk.number(name, state)
      state.names[name] = nil
      state.changes.append(.rename(name, newName))
    }
  }

  package func remove(_ name: String) throws(DiskError) {
    try attempt("remove", name) { state throws(DiskError) in
      _ = try SimulatedDisk.number(name, state)
      state.names[name] = nil
      state.changes.append(.remove(name))
    }
  }

  package func syncDirectory() throws(DiskError) {
    try attempt("sync", ".") { state throws(DiskError) in
      state.durableNames = state.names
      state.changes = []
    }
  }

  private struct File: DiskFile {
    let disk: SimulatedDisk
    let number: Int
    let path: String

    func write(_ bytes: [UInt8]) throws(DiskError) {
      try disk.attempt(
        "write", path,
        partly: { state in
          let part = bytes.prefix(Int.random(in: 0...bytes.count, using: &state.random))
          state.contents[number].current += part
        }
      ) { state throws(DiskError) in
        state.contents[number].current += bytes
      }
    }

    func sync() throws(DiskError) {
      try disk.attempt("sync", path) { state throws(DiskError) in
        state.contents[number].durable = state.contents[number].current
      }
    }
  }
}
