/// The slots that wait to be sent, in the order in which their changes came.
struct DifferenceQueue: Sendable {
  struct Entry: Sendable {
    let slot: UInt32
    /// The change of what is desired that it belongs to; those of one change stay together.
    let change: UInt64
  }

  private var front: [Entry] = []
  private var entries: [Entry] = []
  private var head = 0
  /// Waiting for the batch that has an earlier change of the same flow.
  private var deferred: [Entry] = []
  /// Waiting until a switch that is being filled has everything else.
  private var held: [Entry] = []
  /// Waiting until what their owners need is there.
  private var waiting: [Entry] = []

  var count: Int { front.count + entries.count - head + deferred.count + held.count + waiting.count }
  var isEmpty: Bool { count == 0 }

  /// The number of the oldest change that waits.
  var oldestChange: UInt64? {
    var oldest = head < entries.count ? entries[head].change : UInt64.max
    for others in [front, deferred, held, waiting] {
      for entry in others { oldest = min(oldest, entry.change) }
    }
    return oldest == .max ? nil : oldest
  }

  /// The entry that is next; the deferred, the held and the waiting ones are not.
  var next: Entry? { front.last ?? (head < entries.count ? entries[head] : nil) }

  mutating func removeNext() {
    if !front.isEmpty {
      front.removeLast()
      return
    }
    head += 1
    if head == entries.count {
      // A large backlog is rare; its memory goes back.
      entries.removeAll(keepingCapacity: entries.count < 4096)
      head = 0
    } else if head > 4096, head * 2 > entries.count {
      entries.removeFirst(head)
      head = 0
    }
  }

  mutating func append(_ slot: UInt32, change: UInt64) { entries.append(Entry(slot: slot, change: change)) }

  /// Puts entries before all others.
  mutating func prepend(_ new: [Entry]) { front.append(contentsOf: new.reversed()) }

  mutating func `defer`(_ entry: Entry) { deferred.append(entry) }

  /// The deferred entries are next, oldest first.
  mutating func resumeDeferred() {
    guard !deferred.isEmpty else { return }
    prepend(deferred)
    deferred = []
  }

  var hasWaiting: Bool { !waiting.isEmpty }

  mutating func wait(_ entry: Entry) { waiting.append(entry) }

  /// The waiting entries are next, oldest first.
  mutating func resumeWaiting() {
    guard !waiting.isEmpty else { return }
    prepend(waiting)
    waiting = []
  }

  mutating func hold(_ slot: UInt32, change: UInt64) { held.append(Entry(slot: slot, change: change)) }

  /// The held entries are next, in the order of `areInOrder`.
  mutating func releaseHeld(by areInOrder: (Entry, Entry) -> Bool) {
    guard !held.isEmpty else { return }
    let released = held.sorted(by: areInOrder)
    held = []
    prepend(released)
  }

  mutating func removeAll() { self = DifferenceQueue() }
}
