/// A durable, ordered, revisioned map from keys to bytes, as etcd's is.
///
/// Every transaction that changes something makes one new revision; revisions count up by one within the store's life,
/// which its `epoch` names. What was before is kept for a while, so that one can read, and go on watching, from an
/// earlier revision.
public protocol Store: Sendable {
  /// Names this store since it was made: a new or another store has another epoch.
  var epoch: String { get }

  /// The revision of the last transaction; 0 before the first.
  func currentRevision() async throws(StoreError) -> UInt64

  /// The entry of `key` as of `revision`, or now when it is nil; nil when there was none.
  ///
  /// - Throws: `.compacted` when that revision is kept no more, `.future` when it is not there yet.
  func get(_ key: StoreKey, at revision: UInt64?) async throws(StoreError) -> StoreEntry?

  /// All entries under `prefix` in the order of their keys, as of `revision`, or now when it is nil.
  ///
  /// - Throws: as `get` does.
  func list(under prefix: StoreKey, at revision: UInt64?) async throws(StoreError) -> StoreListing

  /// Carries out all operations if all compares hold, and nothing otherwise.
  ///
  /// When this returns `.committed` the change survives a crash of the process and of the machine.
  func commit(_ transaction: StoreTransaction) async throws(StoreError) -> StoreOutcome

  /// What happened under `prefix` after one revision and up to another, in order; each batch is one transaction.
  ///
  /// - Throws: `.compacted` when a part of it is kept no more.
  func changes(under prefix: StoreKey, after: UInt64, through: UInt64) async throws(StoreError) -> [StoreBatch]

  /// What happens under `prefix` from `revision` on, in order, as it happens; each batch is one transaction.
  ///
  /// A watcher that reads slowly is not dropped and fills no buffer: it is served from the kept history. The stream
  /// throws `StoreError.compacted` when the next change is kept no more, and ends when the store is closed.
  func watch(under prefix: StoreKey, from revision: UInt64) -> AsyncThrowingStream<StoreBatch, any Error>

  /// Ends all watches and refuses everything from now on.
  func close() async
}

/// A key, its value and when it was made and last changed.
public struct StoreEntry: Hashable, Sendable {
  /// The entry's key.
  public var key: StoreKey
  /// What is stored.
  public var value: [UInt8]
  /// The revision at which the key came to be.
  public var createRevision: UInt64
  /// The revision at which the value was last put.
  public var modRevision: UInt64

  /// An entry as a store returns it.
  public init(key: StoreKey, value: [UInt8], createRevision: UInt64, modRevision: UInt64) {
    self.key = key
    self.value = value
    self.createRevision = createRevision
    self.modRevision = modRevision
  }
}

/// The entries under a prefix at one revision.
public struct StoreListing: Hashable, Sendable {
  /// The revision that the entries are of.
  public var revision: UInt64
  /// In the order of their keys.
  public var entries: [StoreEntry]

  /// A listing as a store returns it.
  public init(revision: UInt64, entries: [StoreEntry]) {
    self.revision = revision
    self.entries = entries
  }
}

/// What must hold for a transaction to be carried out.
public enum StoreCompare: Hashable, Sendable, CustomStringConvertible {
  /// The key is there and was last put at this revision.
  case modRevision(StoreKey, UInt64)
  /// The key is not there.
  case absent(StoreKey)
  /// The key is there.
  case present(StoreKey)
  /// The key is there with this value.
  case value(StoreKey, [UInt8])
  /// No key is there under this prefix.
  case nothingUnder(StoreKey)
  /// No key under this prefix was put after this revision.
  case nothingNewerUnder(StoreKey, UInt64)

  /// The condition in words.
  public var description: String {
    switch self {
    case .modRevision(let key, let revision): "\(key) was last changed at revision \(revision)"
    case .absent(let key): "\(key) does not exist"
    case .present(let key): "\(key) exists"
    case .value(let key, let value): "\(key) has a certain value of \(value.count) bytes"
    case .nothingUnder(let prefix): "nothing exists under \(prefix)"
    case .nothingNewerUnder(let prefix, let revision): "nothing under \(prefix) is newer than revision \(revision)"
    }
  }
}

/// One change of a transaction.
public enum StoreOperation: Hashable, Sendable {
  /// Makes or replaces an entry.
  case put(StoreKey, [UInt8])
  /// Removes an entry; nothing happens when it is not there.
  case delete(StoreKey)

  /// The key that the operation is about.
  public var key: StoreKey {
    switch self {
    case .put(let key, _), .delete(let key): key
    }
  }
}

/// Conditions and the changes to make if they hold. A key may be changed by one operation only, as in etcd.
public struct StoreTransaction: Hashable, Sendable {
  /// All of them must hold.
  public var compares: [StoreCompare]
  /// Carried out in order, all or none.
  public var operations: [StoreOperation]

  /// A transaction.
  public init(compares: [StoreCompare] = [], operations: [StoreOperation] = []) {
    self.compares = compares
    self.operations = operations
  }
}

/// What came of a transaction.
public enum StoreOutcome: Hashable, Sendable {
  /// It was carried out; the store is at this revision. When nothing was there to change, that is the revision before.
  case committed(revision: UInt64)
  /// Nothing was changed, because this compare, the first such, did not hold; the store is at this revision.
  case refused(StoreCompare, revision: UInt64)
}

/// One key's change.
public struct StoreEvent: Hashable, Sendable {
  /// The key.
  public var key: StoreKey
  /// The entry from then on; nil when it was deleted.
  public var entry: StoreEntry?
  /// The entry before; nil when there was none.
  public var previous: StoreEntry?

  /// A change from `previous` to `entry`.
  public init(key: StoreKey, entry: StoreEntry?, previous: StoreEntry?) {
    self.key = key
    self.entry = entry
    self.previous = previous
  }

  /// The change that takes this one back.
  public var inverse: StoreEvent { StoreEvent(key: key, entry: previous, previous: entry) }
}

/// All changes of one transaction.
public struct StoreBatch: Hashable, Sendable {
  /// The revision that the transaction made.
  public var revision: UInt64
  /// In the order of its operations.
  public var events: [StoreEvent]

  /// A batch of changes.
  public init(revision: UInt64, events: [StoreEvent]) {
    self.revision = revision
    self.events = events
  }
}

/// What can go wrong in a store.
public enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The revision that was asked for is kept no more; the oldest that is.
  case compacted(requested: UInt64, oldest: UInt64)
  /// The revision that was asked for is not there yet.
  case future(requested: UInt64, current: UInt64)
  /// The store was closed.
  case closed
  /// The transaction itself makes no sense.
  case invalid(String)
  /// The store cannot be opened: what is wrong with it and what to do.
  case unusable(String)
  /// Reading or writing failed: nothing was changed.
  case failed(String)

  /// A sentence for people.
  public var description: String {
    switch self {
    case .compacted(let requested, let oldest):
      "Revision \(requested) is not kept any more: the oldest one is \(oldest)."
    case .future(let requested, let current):
      "Revision \(requested) does not exist yet: the store is at \(current)."
    case .closed: "The store is closed."
    case .invalid(let message), .unusable(let message), .failed(let message): message
    }
  }
}
