import OpenFlow

/// Flows by key as encoded bytes, with what is desired and what is installed of each: 40 bytes and an index entry a flow
/// besides the bytes themselves.
///
/// This is memory only. Who wants what, and what is to be sent, is decided by its user.
struct FlowStore: Sendable {
  private(set) var slots: [FlowSlot] = []
  private var arena = FlowArena()
  private var index = NumberIndex()
  private var free: [UInt32] = []
  let hasher: FlowHasher
  /// Of no meaning: what is kept of it has been read.
  private var fetched: UInt64 = 0

  init(hasher: FlowHasher) {
    self.hasher = hasher
  }

  subscript(slot: UInt32) -> FlowSlot {
    get { slots[Int(slot)] }
    _modify { yield &slots[Int(slot)] }
  }

  /// The encoded flow of a slot: the desired one, or else one with the installed flow's key.
  func body(_ slot: UInt32) -> ArraySlice<UInt8> {
    arena[slots[Int(slot)].location, Int(slots[Int(slot)].length)]
  }

  /// The table that the flow is in.
  func table(_ slot: UInt32) -> TableID {
    FlowBody.table(body(slot)) ?? .all
  }

  /// The slot of the key that `body` has.
  func find(_ keyHash: UInt64, like body: [UInt8]) -> UInt32? {
    index.find(keyHash) { slot in
      slots[Int(slot)].keyHash == keyHash && FlowBody.haveSameKey(self.body(slot), body[...])
    }
  }

  /// Has what ``find(_:like:)`` will look at for these hashes brought into the cache, for all of them at once: one after the other,
  /// each would wait for the memory three times.
  mutating func fetch(_ keyHashes: [UInt64]) {
    var read: UInt64 = 0
    let candidates = keyHashes.compactMap { index.candidate($0) }
    for slot in candidates { read &+= slots[Int(slot)].keyHash }
    for slot in candidates { read &+= UInt64(arena.touch(slots[Int(slot)].location)) }
    fetched = read
  }

  /// A new slot for a key that has none yet.
  mutating func insert(_ keyHash: UInt64, _ body: [UInt8]) -> UInt32 {
    let slot: UInt32
    if let last = free.popLast() {
      slot = last
    } else {
      slot = UInt32(truncatingIfNeeded: slots.count)
      slots.append(FlowSlot())
    }
    slots[Int(slot)] = FlowSlot(
      location: arena.append(body), length: UInt16(truncatingIfNeeded: body.count), state: .used, keyHash: keyHash)
    index.insert(slot, hash: keyHash) { [slots] in slots[Int($0)].keyHash }
    return slot
  }

  /// Puts other bytes of the same key into a slot.
  mutating func replace(_ slot: UInt32, with body: some Collection<UInt8>) {
    arena.drop(Int(slots[Int(slot)].length))
    slots[Int(slot)].location = arena.append(body)
    slots[Int(slot)].length = UInt16(truncatingIfNeeded: body.count)
    compactIfWasteful()
  }

  /// Forgets a key.
  mutating func remove(_ slot: UInt32) {
    index.remove(slot, hash: slots[Int(slot)].keyHash) { [slots] in slots[Int($0)].keyHash }
    arena.drop(Int(slots[Int(slot)].length))
    slots[Int(slot)] = FlowSlot()
    free.append(slot)
    compactIfWasteful()
  }

  private mutating func compactIfWasteful() {
    guard arena.isWasteful else { return }
    var compact = FlowArena()
    for slot in slots.indices where slots[slot].state.contains(.used) {
      slots[slot].location = compact.append(arena[slots[slot].location, Int(slots[slot].length)])
    }
    arena = compact
  }
}
