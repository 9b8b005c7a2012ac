import OpenFlow

/// Encoded flows, one after the other in chunks of a mebibyte: no allocation for each, and growing copies nothing.
///
/// What is dropped stays where it is until more than half is waste; the owner then copies what lives into a new arena.
struct FlowArena: Sendable {
  private var chunks: [[UInt8]] = []
  private(set) var liveBytes = 0
  private var usedBytes = 0

  private static let chunkBits: UInt32 = 20
  private static let chunkSize = 1 << Int(chunkBits)

  /// Whether copying what lives is worth the while.
  var isWasteful: Bool { usedBytes > FlowArena.chunkSize && usedBytes > 2 * liveBytes }

  /// Keeps a copy of `bytes`, which are shorter than a chunk, and tells where it is.
  mutating func append(_ bytes: some Collection<UInt8>) -> UInt32 {
    let count = bytes.count
    if chunks.isEmpty || chunks[chunks.count - 1].count + count > FlowArena.chunkSize {
      var chunk: [UInt8] = []
      // The first chunk grows as it is needed: most hosts never fill it.
      if !chunks.isEmpty { chunk.reserveCapacity(FlowArena.chunkSize) }
      chunks.append(chunk)
    }
    let index = chunks.count - 1
    let offset = chunks[index].count
    chunks[index].append(contentsOf: bytes)
    liveBytes += count
    usedBytes += count
    return UInt32(index) << FlowArena.chunkBits | UInt32(offset)
  }

  /// Notes that `count` bytes are no longer needed.
  mutating func drop(_ count: Int) { liveBytes -= count }

  /// Reads of the bytes that `append` kept at `location`, so that they are in the cache: the flow's place, and its match's beginning.
  func touch(_ location: UInt32) -> UInt8 {
    let chunk = chunks[Int(location >> FlowArena.chunkBits)]
    let offset = Int(location & (1 << FlowArena.chunkBits - 1))
    return chunk[offset] &+ chunk[min(offset + FlowBody.fixedLength + 32, chunk.count - 1)]
  }

  /// The bytes that `append` kept at `location`.
  subscript(location: UInt32, count: Int) -> ArraySlice<UInt8> {
    let offset = Int(location & (1 << FlowArena.chunkBits - 1))
    return chunks[Int(location >> FlowArena.chunkBits)][offset..<(offset + count)]
  }
}
