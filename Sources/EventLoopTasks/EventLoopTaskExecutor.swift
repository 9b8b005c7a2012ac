import NIOCore

/// Runs tasks on one event loop, that of the connection which they serve.
///
/// Without it, every message changes threads several times between the loop and the pool that tasks otherwise run on: a stream of
/// events (`AsyncStream`) is resumed there even for an actor that is on the loop. For a small message that takes longer than the
/// work. What runs here must not block.
///
/// There is one for an event loop, not for a task, and it is never freed: an actor that a task has called goes on with what others have
/// asked of it where that task ran, by a reference that does not count, when the task has long ended.
public final class EventLoopTaskExecutor: TaskExecutor {
  /// Where the tasks run.
  public let eventLoop: any EventLoop

  private init(_ eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  /// An executor whose tasks run on this event loop, which takes its memory for as long as the process lives.
  public static func forever(on eventLoop: any EventLoop) -> EventLoopTaskExecutor {
    let executor = EventLoopTaskExecutor(eventLoop)
    _ = Unmanaged.passRetained(executor)
    return executor
  }

  /// Lets a part of a task run when the event loop comes to it.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
