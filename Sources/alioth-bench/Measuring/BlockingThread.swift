import Glibc

/// A thread for what blocks, which the threads that run tasks must not.
struct BlockingThread: ~Copyable {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private var handle = pthread_t()

  /// Starts a thread that does this.
  init(_ run: @escaping @Sendable () -> Void) {
    let body = Unmanaged.passRetained(Body(run))
    let failure = pthread_create(
      &handle, nil,
      { pointer in
        guard let pointer else { return nil }
        Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run()
        return nil
      }, body.toOpaque())
    precondition(failure == 0, "no thread can be started: error \(failure)")
  }

  /// Waits until it is done.
  consuming func join() { pthread_join(handle, nil) }
}
