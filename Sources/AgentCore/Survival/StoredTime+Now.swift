import Foundation
import GoalStateStore

extension StoredTime {
  /// Now.
  static func now() -> StoredTime {
    StoredTime(
      wall: milliseconds(Date().timeIntervalSince1970), sinceBoot: milliseconds(ProcessInfo.processInfo.systemUptime))
  }

  private static func milliseconds(_ seconds: Double) -> UInt64 {
    // A clock that was never set, or set to nonsense, is no reason to end.
    seconds > 0 && seconds < 1e15 ? UInt64(seconds * 1000) : 0
  }
}
