/// What is to be written, in two lanes: answers to the switch's echo requests and other short messages overtake the
/// pieces of a large bundle that are not written yet. Every entry is of whole messages, so they may alternate.
struct OutboundQueue {
  private var urgent: [[UInt8]] = []
  private var bulk: [[UInt8]] = []
  private var urgentIndex = 0
  private var bulkIndex = 0

  mutating func appendUrgent(_ bytes: [UInt8]) { urgent.append(bytes) }
  mutating func appendBulk(_ pieces: [[UInt8]]) { bulk += pieces }

  /// Takes what is to be written next.
  mutating func next() -> [UInt8]? {
    OutboundQueue.take(from: &urgent, at: &urgentIndex) ?? OutboundQueue.take(from: &bulk, at: &bulkIndex)
  }

  private static func take(from lane: inout [[UInt8]], at index: inout Int) -> [UInt8]? {
    guard index < lane.count else { return nil }
    let bytes = lane[index]
    lane[index] = []  // written bytes need not stay until the lane is empty
    index += 1
    if index == lane.count {
      lane.removeAll()
      index = 0
    }
    return bytes
  }
}
