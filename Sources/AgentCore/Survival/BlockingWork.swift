import NIOPosix

/// Where work is done that may block, such as a disk's.
protocol BlockingWork: Sendable {
  /// Does it, and waits until it is done.
  ///
  /// - Throws: what it throws, or why it cannot be done.
  func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value
}

/// The process's threads for files.
extension NIOThreadPool: BlockingWork {
  func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await runIfActive(work)
  }
}
