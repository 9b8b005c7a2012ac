/// Frames that are sent together, in one block of memory that is kept for the next ones.
public struct FrameBatch: Sendable {
  var bytes: [UInt8] = []
  /// Where each frame ends.
  var ends: [UInt32] = []

  /// No frame.
  public init() {}

  /// How many frames there are.
  public var count: Int { ends.count }

  /// Adds a copy of a frame; an empty one is none.
  public mutating func append(_ frame: [UInt8]) {
    guard !frame.isEmpty, let end = UInt32(exactly: bytes.count + frame.count) else { return }
    bytes.append(contentsOf: frame)
    ends.append(end)
  }

  /// Forgets the frames, and keeps the room.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }
}
