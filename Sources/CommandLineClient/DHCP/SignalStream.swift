import Dispatch
import Glibc

/// The signals of these numbers as they come, instead of what they would do to the process.
final class SignalStream {
  /// The numbers, in the order of the signals.
  let numbers: AsyncStream<Int32>
  private let continuation: AsyncStream<Int32>.Continuation
  private let sources: [any DispatchSourceSignal]

  init(_ signals: [Int32]) {
    let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
    numbers = stream
    self.continuation = continuation
    sources = signals.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield(number) }
      source.resume()
      return source
    }
  }

  deinit {
    sources.forEach { $0.cancel() }
    continuation.finish()
  }
}
