/// The requests that wait for an answer, by transaction id and by deadline.
///
/// Finding the request that an answer is about is one look into a dictionary, or for a request with several transaction
/// ids a binary search; the next deadline is at hand.
struct RequestTable: Sendable {
  /// What a request waits for.
  enum Pending: Sendable {
    case bundle(BundleProgress)
    case sequence(SequenceProgress)
    case multipart(MultipartAssembly)
    case parts(bytes: Int)
    case message
    case barrier
    /// Nothing any more: late answers are passed over.
    case abandoned
  }

  struct Request: Sendable {
    let id: SwitchSession.RequestID
    let xids: ClosedRange<UInt32>
    fileprivate(set) var deadline: Duration
    var pending: Pending
  }

  /// By the first transaction id.
  private var requests: [UInt32: Request] = [:]
  /// The requests with more than one transaction id, ascending. They never overlap.
  private var spans: [ClosedRange<UInt32>] = []
  /// Every deadline there was, ascending, since each is a fixed time after it was set. One that is not its request's any
  /// more is passed over.
  private var deadlines: [(time: Duration, key: UInt32)] = []
  private var deadlineIndex = 0

  /// Whether a request waits with this first transaction id.
  func contains(_ key: UInt32) -> Bool { requests[key] != nil }

  /// All requests in the order in which they were made.
  var all: [Request] { requests.values.sorted { $0.id.number < $1.id.number } }

  /// The earliest deadline.
  var earliestDeadline: Duration? { deadlineIndex < deadlines.count ? deadlines[deadlineIndex].time : nil }

  /// The request with this key.
  subscript(key: UInt32) -> Request? { requests[key] }

  /// The key of the request that an answer with this transaction id is about.
  func key(of xid: UInt32) -> UInt32? {
    if requests[xid] != nil { return xid }
    let index = spans.partitionPoint { $0.upperBound >= xid }
    guard index < spans.count, spans[index].contains(xid) else { return nil }
    return spans[index].lowerBound
  }

  /// The key of the bundle that an answer with this transaction id is about; nil when that is not a bundle.
  func keyOfBundle(with xid: UInt32) -> UInt32? {
    guard let key = key(of: xid), case .bundle = requests[key]?.pending else { return nil }
    return key
  }

  /// Whether any of these transaction ids is in use.
  func overlaps(_ xids: ClosedRange<UInt32>) -> Bool {
    if requests[xids.lowerBound] != nil { return true }
    let index = spans.partitionPoint { $0.upperBound >= xids.lowerBound }
    return index < spans.count && spans[index].overlaps(xids)
  }

  /// Adds a request. Deadlines must not be earlier than those that were set before.
  mutating func insert(
    _ id: SwitchSession.RequestID, xids: ClosedRange<UInt32>, deadline: Duration, _ pending: Pending
  ) {
    requests[xids.lowerBound] = Request(id: id, xids: xids, deadline: deadline, pending: pending)
    if xids.count > 1 { spans.insert(xids, at: spans.partitionPoint { $0.lowerBound > xids.lowerBound }) }
    deadlines.append((deadline, xids.lowerBound))
  }

  /// Takes what a request waits for out of the table, so that it can be changed without a copy; `put` follows.
  mutating func take(_ key: UInt32) -> Pending? {
    guard let pending = requests[key]?.pending else { return nil }
    requests[key]?.pending = .abandoned
    return pending
  }

  mutating func put(_ pending: Pending, _ key: UInt32) { requests[key]?.pending = pending }

  /// Moves a request's deadline. One that hardly changes is left, so that many parts of an answer leave few deadlines.
  mutating func extend(_ key: UInt32, to deadline: Duration, atLeastBy step: Duration) {
    guard let old = requests[key]?.deadline, deadline - old >= step else { return }
    requests[key]?.deadline = deadline
    deadlines.append((deadline, key))
    passOver()
  }

  @discardableResult
  mutating func remove(_ key: UInt32) -> Request? {
    guard let request = requests.removeValue(forKey: key) else { return nil }
    if request.xids.count > 1 {
      let index = spans.partitionPoint { $0.lowerBound >= key }
      if index < spans.count, spans[index] == request.xids { spans.remove(at: index) }
    }
    passOver()
    return request
  }

  /// Removes a request whose deadline has come.
  mutating func removeExpired(at now: Duration) -> Request? {
    guard let deadline = earliestDeadline, now >= deadline else { return nil }
    return remove(deadlines[deadlineIndex].key)
  }

  /// Moves to the first deadline that still is one.
  private mutating func passOver() {
    while deadlineIndex < deadlines.count {
      let (time, key) = deadlines[deadlineIndex]
      if requests[key]?.deadline == time { break }
      deadlineIndex += 1
    }
    guard deadlineIndex > 32, deadlineIndex * 2 > deadlines.count else { return }
    deadlines.removeFirst(deadlineIndex)
    deadlineIndex = 0
  }
}

extension Array {
  /// The index of the first element of which `isAfter` holds, when it holds of all elements from there on.
  fileprivate func partitionPoint(_ isAfter: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = low + (high - low) / 2
      if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
