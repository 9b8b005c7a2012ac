import Glibc

/// A directory of the host's disk that no other process uses at the same time.
public final class POSIXDisk: Disk {
  private let path: String
  private let directory: OwnedDescriptor
  private let lock: OwnedDescriptor

  /// The name of the file that holds the lock.
  static let lockName = "lock"

  /// Makes the directory if it is not there, for its owner only, and locks it until this object is gone.
  ///
  /// - Throws: ``StateDirectoryError``, which tells whether another process has it.
  public init(directory path: String) throws(StateDirectoryError) {
    self.path = path
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw .unusable(path: path, reason: "it cannot be made: \(reason(errno))")
    }
    let directory = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw .unusable(path: path, reason: reason(errno)) }
    self.directory = OwnedDescriptor(directory)
    // The directory may have been made by somebody else with more permissions than the goal state is meant to have.
    guard fchmod(directory, 0o700) == 0 else {
      throw .unusable(path: path, reason: "its permissions cannot be set: \(reason(errno))")
    }
    let lock = openat(directory, POSIXDisk.lockName, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw .unusable(path: path, reason: "no file can be made in it: \(reason(errno))") }
    self.lock = OwnedDescriptor(lock)
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      if code == EWOULDBLOCK { throw .inUse(path: path) }
      throw .unusable(path: path, reason: "it cannot be locked: \(reason(code))")
    }
  }

  /// The names of all files but the lock.
  public func names() throws(DiskError) -> [String] {
    // The stream owns the descriptor that it is made of.
    let descriptor = openat(directory.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("list", ".") }
    guard let stream = fdopendir(descriptor) else {
      let failure = failure("list", ".")
      close(descriptor)
      throw failure
    }
    defer { closedir(stream) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != "..", name != POSIXDisk.lockName { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw failure("list", ".") }
    return names
  }

  /// The length of a file in bytes.
  public func size(of name: String) throws(DiskError) -> Int {
    var status = stat()
    guard fstatat(directory.number, name, &status, 0) == 0 else { throw failure("look at", name) }
    return Int(status.st_size)
  }

  /// All of a file.
  public func read(_ name: String) throws(DiskError) -> [UInt8] {
    let file = OwnedDescriptor(openat(directory.number, name, O_RDONLY | O_CLOEXEC))
    guard file.number >= 0 else { throw failure("open", name) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(max(0, try size(of: name)))
    var part = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = Glibc.read(file.number, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("read", name) }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: part.prefix(count))
    }
  }

  /// Makes a file, empty if it was there.
  public func create(_ name: String) throws(DiskError) -> any DiskFile {
    let descriptor = openat(directory.number, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("create", name) }
    return POSIXFile(OwnedDescriptor(descriptor), path: "\(path)/\(name)")
  }

  /// Opens a file to write on after its first `length` bytes.
  public func open(_ name: String, keeping length: Int) throws(DiskError) -> any DiskFile {
    let descriptor = OwnedDescriptor(openat(directory.number, name, O_WRONLY | O_CLOEXEC))
    guard descriptor.number >= 0 else { throw failure("open", name) }
    guard ftruncate(descriptor.number, off_t(length)) == 0 else { throw failure("truncate", name) }
    guard lseek(descriptor.number, 0, SEEK_END) == off_t(length) else { throw failure("seek in", name) }
    return POSIXFile(descriptor, path: "\(path)/\(name)")
  }

  /// Gives a file another name.
  public func rename(_ name: String, to newName: String) throws(DiskError) {
    guard renameat(directory.number, name, directory.number, newName) == 0 else { throw failure("rename", name) }
  }

  /// Removes a file.
  public func remove(_ name: String) throws(DiskError) {
    guard unlinkat(directory.number, name, 0) == 0 else { throw failure("remove", name) }
  }

  /// Makes the names durable.
  public func syncDirectory() throws(DiskError) {
    guard fsync(directory.number) == 0 else { throw failure("sync", ".") }
  }

  private func failure(_ operation: String, _ name: String) -> DiskError {
    let code = errno
    return DiskError(
      operation: operation, path: name == "." ? path : "\(path)/\(name)", code: code, reason: reason(code))
  }
}

/// Why a directory cannot be used for the state.
public enum StateDirectoryError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Another process has locked it.
  case inUse(path: String)
  /// It cannot be made, opened or locked.
  case unusable(path: String, reason: String)

  /// What is wrong, and what to do.
  public var description: String {
    switch self {
    case .inUse(let path):
      "the state directory \(path) is in use by another aliothd: stop that one, or give this one another state.directory"
    case .unusable(let path, let reason):
      "the state directory \(path) cannot be used: \(reason). The directory above it must exist, and this one must be "
        + "writable for the user that aliothd runs as (state.directory)"
    }
  }
}

/// A file that is written to.
private final class POSIXFile: DiskFile {
  private let descriptor: OwnedDescriptor
  private let path: String

  init(_ descriptor: OwnedDescriptor, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  func write(_ bytes: [UInt8]) throws(DiskError) {
    let code = bytes.withUnsafeBytes { buffer -> Int32 in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = Glibc.write(descriptor.number, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        // Nothing written and no reason given would be tried for ever.
        guard count > 0 else { return count < 0 ? errno : EIO }
        rest = rest.dropFirst(count)
      }
      return 0
    }
    guard code == 0 else { throw DiskError(operation: "write", path: path, code: code, reason: reason(code)) }
  }

  func sync() throws(DiskError) {
    guard fsync(descriptor.number) == 0 else {
      let code = errno
      throw DiskError(operation: "sync", path: path, code: code, reason: reason(code))
    }
  }
}

/// A descriptor that is closed when nobody has it any more.
private final class OwnedDescriptor: Sendable {
  let number: Int32

  init(_ number: Int32) { self.number = number }

  deinit {
    if number >= 0 { close(number) }
  }
}

private func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
