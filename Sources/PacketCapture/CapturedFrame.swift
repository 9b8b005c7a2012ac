/// What is known of a captured frame beside its bytes.
public struct CapturedFrame: Hashable, Sendable {
  /// When the kernel saw the frame.
  public let timestamp: CaptureTimestamp
  /// The frame's length on the wire; more than the captured bytes when the snapshot length cut it.
  public let originalLength: Int

  /// A frame seen at `timestamp`, `originalLength` bytes long.
  public init(timestamp: CaptureTimestamp, originalLength: Int) {
    self.timestamp = timestamp
    self.originalLength = originalLength
  }
}

/// A moment in nanoseconds since 1970-01-01 00:00 UTC.
public struct CaptureTimestamp: Hashable, Sendable, Comparable {
  /// Nanoseconds since the epoch.
  public let nanoseconds: UInt64

  /// The moment `nanoseconds` after the epoch.
  public init(nanoseconds: UInt64) {
    self.nanoseconds = nanoseconds
  }

  /// The moment as libpcap gives it. What does not fit (a clock before 1970 or after 2554) becomes the epoch.
  init(seconds: Int, nanoseconds: Int) {
    let whole = UInt64(exactly: seconds)?.multipliedReportingOverflow(by: 1_000_000_000)
    let sum = whole.flatMap { whole in
      UInt64(exactly: nanoseconds).map { whole.partialValue.addingReportingOverflow($0) }
    }
    guard let whole, let sum, !whole.overflow, !sum.overflow else {
      self.nanoseconds = 0
      return
    }
    self.nanoseconds = sum.partialValue
  }

  /// Earlier first.
  public static func < (lhs: CaptureTimestamp, rhs: CaptureTimestamp) -> Bool { lhs.nanoseconds < rhs.nanoseconds }
}

/// How many frames a capture has seen.
public struct CaptureStatistics: Hashable, Sendable {
  /// Frames that passed the filter.
  public let received: UInt64
  /// Of those, frames that were lost because the buffer was full.
  public let dropped: UInt64

  /// Statistics with these counts.
  public init(received: UInt64, dropped: UInt64) {
    self.received = received
    self.dropped = dropped
  }
}
