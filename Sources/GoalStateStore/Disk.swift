import Glibc

/// One directory of files, as the store needs it: the disk in production, and one in memory that fails in tests.
///
/// As on a disk, nothing is durable until it is told so: a file's bytes with ``DiskFile/sync()``, names that were made, changed
/// or removed with ``syncDirectory()``.
public protocol Disk: Sendable {
  /// The names of all files.
  func names() throws(DiskError) -> [String]
  /// The length of a file in bytes.
  func size(of name: String) throws(DiskError) -> Int
  /// All of a file.
  func read(_ name: String) throws(DiskError) -> [UInt8]
  /// Makes a file, empty if it was there.
  func create(_ name: String) throws(DiskError) -> any DiskFile
  /// Opens a file to write on after its first `length` bytes; what was behind them is gone.
  func open(_ name: String, keeping length: Int) throws(DiskError) -> any DiskFile
  /// Gives a file another name; a file that had it is gone.
  func rename(_ name: String, to newName: String) throws(DiskError)
  /// Removes a file.
  func remove(_ name: String) throws(DiskError)
  /// Makes the names durable.
  func syncDirectory() throws(DiskError)
}

/// An open file that is written from its start to its end. It is closed when it is let go of.
public protocol DiskFile: Sendable {
  /// Writes at the end; when it fails some of the bytes may have been written.
  func write(_ bytes: [UInt8]) throws(DiskError)
  /// Makes what was written durable.
  func sync() throws(DiskError)
}

/// Something that a disk did not do.
public struct DiskError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was attempted, such as `write`.
  public var operation: String
  /// On what.
  public var path: String
  /// The system's error number.
  public var code: Int32
  /// What the system calls it.
  public var reason: String

  /// All parts.
  public init(operation: String, path: String, code: Int32, reason: String) {
    self.operation = operation
    self.path = path
    self.code = code
    self.reason = reason
  }

  /// Operation, path and reason.
  public var description: String { "\(operation) \(path): \(reason)" }
}

extension DiskError {
  /// Whether the disk is full.
  public var isNoSpace: Bool { code == ENOSPC || code == EDQUOT }
}
