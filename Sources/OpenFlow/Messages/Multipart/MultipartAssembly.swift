/// Puts the parts of an answer together, within bounds.
public struct MultipartAssembly: Sendable {
  /// Why the parts do not make an answer.
  public enum Failure: Error, Hashable, Sendable {
    /// They have more bytes than was allowed.
    case tooLong(limit: Int)
    /// One of them cannot be read, or is of another answer.
    case malformed(MalformedMessage)
    /// A part came after the last one, or after a failure.
    case ended
  }

  private var answer: MultipartAnswer
  private var bytes = 0
  private var hasEnded = false
  private let limit: Int

  /// What each part costs besides its body: its header and numbers. So empty parts cannot go on for ever.
  private static let overhead = MessageHeader.size + 8

  /// The parts of the answer to `request`.
  ///
  /// - Parameter limit: The most bytes that they may have on the wire. What is kept of them takes a few times as much.
  public init(to request: MultipartRequest, limit: Int) {
    answer = MultipartAnswer(to: request)
    self.limit = limit
  }

  /// Adds a part; returns the answer after the last one, and nil before.
  public mutating func append(_ part: MultipartReply) throws(Failure) -> MultipartAnswer? {
    guard !hasEnded else { throw .ended }
    bytes += part.body.count + MultipartAssembly.overhead
    guard bytes <= limit else {
      end()
      throw .tooLong(limit: limit)
    }
    do throws(MalformedMessage) {
      try answer.append(part)
    } catch {
      end()
      throw .malformed(error)
    }
    guard !part.hasMore else { return nil }
    if case .other(let kind, _) = answer, MultipartAnswer.knows(kind) {
      end()
      throw .malformed(
        MalformedMessage(structure: "multipart reply \(kind)", offset: 0, reason: "expected a value, no part has one"))
    }
    defer { end() }
    return answer
  }

  private mutating func end() {
    hasEnded = true
    answer = .ports([])
  }
}
