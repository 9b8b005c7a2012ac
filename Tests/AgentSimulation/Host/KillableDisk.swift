import DiskTestSupport
import GoalStateStore
import Synchronization

/// A process's way to the disk: nothing comes through any more once the process has been killed, whatever of it still runs.
final class KillableDisk: Disk {
  private let disk: SimulatedDisk
  private let isGone = Mutex(false)

  init(_ disk: SimulatedDisk) { self.disk = disk }

  func kill() { isGone.withLock { $0 = true } }

  private func check(_ path: String) throws(DiskError) {
    guard isGone.withLock({ $0 }) else { return }
    throw DiskError(operation: "use", path: path, code: 4, reason: "the process is gone")
  }

  func names() throws(DiskError) -> [String] {
    try check(".")
    // A directory lists its files in any order; a simulation's has to be the same each time.
    return try disk.names().sorted()
  }

  func size(of name: String) throws(DiskError) -> Int {
    try check(name)
    return try disk.size(of: name)
  }

  func read(_ name: String) throws(DiskError) -> [UInt8] {
    try check(name)
    return try disk.read(name)
  }

  func create(_ name: String) throws(DiskError) -> any DiskFile {
    try check(name)
    return File(file: try disk.create(name), owner: self)
  }

  func open(_ name: String, keeping length: Int) throws(DiskError) -> any DiskFile {
    try check(name)
    return File(file: try disk.open(name, keeping: length), owner: self)
  }

  func rename(_ name: String, to newName: String) throws(DiskError) {
    try check(name)
    try disk.rename(name, to: newName)
  }

  func remove(_ name: String) throws(DiskError) {
    try check(name)
    try disk.remove(name)
  }

  func syncDirectory() throws(DiskError) {
    try check(".")
    try disk.syncDirectory()
  }

  private struct File: DiskFile {
    let file: any DiskFile
    let owner: KillableDisk

    func write(_ bytes: [UInt8]) throws(DiskError) {
      try owner.check("file")
      try file.write(bytes)
    }

    func sync() throws(DiskError) {
      try owner.check("file")
      try file.sync()
    }
  }
}
