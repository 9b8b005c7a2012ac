import Glibc

/// Clocks, in nanoseconds.
enum Clock {
  /// Goes forward only, the same for all processes.
  static func now() -> UInt64 { read(CLOCK_MONOTONIC) }
  /// The time that this thread has been computing.
  static func threadCPU() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }
  /// The time that all threads of this process have been computing.
  static func processCPU() -> UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }

  /// The time of day in microseconds since 1970, as other programs have it too.
  static func wallMicroseconds() -> Int { Int(read(CLOCK_REALTIME) / 1000) }

  /// Lets the thread sleep until `deadline`, a time of `now`.
  static func sleep(until deadline: UInt64) {
    var time = timespec(tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
    while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
  }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
