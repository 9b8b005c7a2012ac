import CBench

/// Frames that go through a packet socket with one system call. One thread uses it.
struct FrameBatch: ~Copyable {
  /// How many there is room for.
  let capacity: Int
  /// How many have been put in and not been sent.
  private(set) var count = 0
  private let handle: OpaquePointer

  init(capacity: Int) throws {
    guard let handle = frame_batch_create(Int32(capacity)) else { throw RawConnection.Failure.system("frame batch") }
    self.handle = handle
    self.capacity = capacity
  }

  deinit { frame_batch_free(handle) }

  /// Adds a frame that `write` lays out, returning its length. The batch must have room.
  mutating func append(_ write: (UnsafeMutableRawBufferPointer) -> Int) {
    precondition(count < capacity, "the batch is full")
    let bytes = UnsafeMutableRawBufferPointer(
      start: frame_batch_bytes(handle, Int32(count)), count: Int(FRAME_BATCH_ROOM))
    frame_batch_set_length(handle, Int32(count), Int32(write(bytes)))
    count += 1
  }

  /// Sends what was added; returns how many of them the link did not take.
  mutating func send(on descriptor: Int32) -> Int {
    guard count > 0 else { return 0 }
    let sent = max(0, Int(frame_batch_send(handle, descriptor, Int32(count))))
    defer { count = 0 }
    return count - sent
  }

  /// Takes frames that have arrived, without waiting; returns how many.
  mutating func receive(on descriptor: Int32) throws -> Int {
    let received = frame_batch_receive(handle, descriptor)
    guard received >= 0 else { throw RawConnection.Failure.system("receive frames") }
    return Int(received)
  }

  /// A frame of those received last.
  func frame(_ number: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: frame_batch_bytes(handle, Int32(number)), count: Int(frame_batch_length(handle, Int32(number))))
  }
}
