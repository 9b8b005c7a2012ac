import Glibc
import PacketCapture
import Synchronization

/// What the loop reads frames from: a live capture, or a test's.
protocol FrameSource: AnyObject {
  func wait(timeoutMilliseconds: Int32) throws(CaptureError) -> Bool
  func drain(limit: Int, _ body: (CapturedFrame, RawSpan) -> Void) throws(CaptureError) -> Int
  func statistics() throws(CaptureError) -> CaptureStatistics
}

extension PacketCapture: FrameSource {}

/// Asks a capture to end, from another thread or from a signal.
final class CaptureStop: Sendable {
  let wakeUp = CaptureWakeUp()
  private let requested = Atomic(false)

  var isRequested: Bool { requested.load(ordering: .acquiring) }

  func request() {
    requested.store(true, ordering: .releasing)
    wakeUp.signal()
  }
}

/// How a capture ended.
enum CaptureEnd: Hashable, Sendable {
  /// The person, the count or the duration ended it.
  case done
  /// Nobody reads the output any more.
  case outputClosed
  /// The interface was removed.
  case interfaceGone
}

/// What was captured, and how it ended.
struct CaptureSummary: Hashable, Sendable {
  var end = CaptureEnd.done
  var captured = 0
  /// Frames that the kernel had no room for; nil when it could not be asked.
  var dropped: UInt64?

  /// The line under a capture.
  var text: String {
    let frames = captured == 1 ? "1 packet" : "\(captured) packets"
    return "\(frames) captured, \(dropped.map(String.init) ?? "an unknown number") dropped by the kernel"
  }
}

/// Moves frames from a source to an output until the count, the duration or somebody ends it. Blocks its thread.
struct CaptureLoop {
  var count: Int?
  var duration: TimeSpan?
  let stop: CaptureStop

  /// The longest wait without a look at whether anybody still reads.
  private static let longestWait = 1000

  func run(_ source: any FrameSource, into output: any FrameOutput) throws -> CaptureSummary {
    let clock = ContinuousClock()
    let deadline = duration.map { clock.now.advanced(by: $0.duration) }
    var summary = CaptureSummary()
    do {
      while !stop.isRequested, summary.captured < count ?? .max {
        var wait = Self.longestWait
        if let deadline {
          let left = clock.now.duration(to: deadline)
          guard left > .zero else { break }
          // Rounded up, so that the last wait does not become many short ones.
          wait = min(
            wait,
            Int(min(left.components.seconds, 3600)) * 1000
              + Int(left.components.attoseconds / 1_000_000_000_000_000) + 1)
        }
        if try source.wait(timeoutMilliseconds: Int32(wait)) {
          try move(source, output, &summary)
        } else if output.isClosed {
          summary.end = .outputClosed
          break
        }
      }
    } catch let error as CaptureError where error.kind == .interfaceGone {
      summary.end = .interfaceGone
    } catch let error where isClosedOutput(error) {
      summary.end = .outputClosed
    }
    summary.dropped = (try? source.statistics())?.dropped
    return summary
  }

  /// Moves what has arrived. The first failed write ends it: the frames drained with it are not counted.
  private func move(_ source: any FrameSource, _ output: any FrameOutput, _ summary: inout CaptureSummary) throws {
    var failure: (any Error)?
    var written = 0
    _ = try source.drain(limit: min(64, (count ?? .max) - summary.captured)) { frame, bytes in
      guard failure == nil else { return }
      do {
        try output.write(frame, bytes)
        written += 1
      } catch {
        failure = error
      }
    }
    summary.captured += written
    if let failure { throw failure }
  }
}

private func isClosedOutput(_ error: any Error) -> Bool {
  switch error {
  case OutputError.closed: true
  case let error as PcapngError: error.code == EPIPE
  default: false
  }
}
