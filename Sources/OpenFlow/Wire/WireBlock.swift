/// Bytes that are put together in room of a known size: nothing grows, and every store is a whole word.
///
/// For what is written for each of many flows; everything else appends to an array.
struct WireBlock: ~Copyable {
  private let room: UnsafeMutableRawBufferPointer
  /// How many bytes there are.
  private(set) var count = 0

  fileprivate init(_ room: UnsafeMutableRawBufferPointer) {
    self.room = room
  }

  /// Appends the first `count` bytes of `bits`, at most 16, the highest first.
  @inline(__always)
  mutating func append(_ bits: UInt128, count: Int) {
    precondition(room.count - self.count >= 16 && count <= 16, "a block is too small")
    room.storeBytes(of: bits.bigEndian, toByteOffset: self.count, as: UInt128.self)
    self.count += count
  }

  /// Appends a word.
  @inline(__always)
  mutating func append(_ word: UInt64) {
    precondition(room.count - count >= 8, "a block is too small")
    room.storeBytes(of: word.bigEndian, toByteOffset: count, as: UInt64.self)
    count += 8
  }

  /// Appends zeros up to a multiple of eight bytes.
  @inline(__always)
  mutating func padToEight() {
    append(0 as UInt128, count: roundedUpToEight(count) - count)
  }

  /// Puts a length of 16 bits at `offset`, which has been written before.
  @inline(__always)
  mutating func setLength(_ length: Int, at offset: Int) {
    precondition(offset >= 0 && offset + 2 <= count, "no length is there")
    room.storeBytes(of: UInt16(truncatingIfNeeded: length).bigEndian, toByteOffset: offset, as: UInt16.self)
  }
}

extension [UInt8] {
  /// The bytes that `write` puts together, at most `capacity`.
  @inline(__always)
  init(blockOf capacity: Int, _ write: (inout WireBlock) -> Void) {
    // A store may reach beyond what counts of it. On the stack only when the size is known to the compiler.
    let room = capacity + 16
    self =
      room <= 512
      ? withUnsafeTemporaryAllocation(byteCount: 512, alignment: 16) { [UInt8](block: $0, write) }
      : withUnsafeTemporaryAllocation(byteCount: room, alignment: 16) { [UInt8](block: $0, write) }
  }

  @inline(__always)
  private init(block room: UnsafeMutableRawBufferPointer, _ write: (inout WireBlock) -> Void) {
    var block = WireBlock(room)
    write(&block)
    self = [UInt8](UnsafeRawBufferPointer(rebasing: room[..<block.count]))
  }
}
