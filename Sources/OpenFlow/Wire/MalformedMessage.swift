/// Bytes that are not what the protocol says they must be.
public struct MalformedMessage: Error, Hashable, Sendable {
  /// The structure that was being read, such as "ofp_match".
  public let structure: String
  /// Where in the bytes given to the decoder the reading stopped.
  public let offset: Int
  /// What was expected there, and what was found.
  public let reason: String

  /// A failure to read `structure` at `offset`.
  public init(structure: String, offset: Int, reason: String) {
    self.structure = structure
    self.offset = offset
    self.reason = reason
  }
}

extension MalformedMessage: CustomStringConvertible {
  /// `malformed ofp_match at byte 12: …`.
  public var description: String { "malformed \(structure) at byte \(offset): \(reason)" }
}
