import OVSDB

extension FuzzCheck {
  /// A stream of JSON: cut at any place it gives the same messages, and a value that was parsed is written as text that
  /// is parsed to the same.
  public static let json = FuzzCheck("json") { (bytes) throws(FuzzFinding) in
    let limits = JSONLimits(messageBytes: 4096, depth: 16, numberLength: 64)
    if let value = try? JSONValue(parsing: bytes, limits: limits) {
      try checkStability(of: value)
      _ = try? DatabaseSchema(json: value)
      _ = try? TransactionOutcome(json: value, of: [.comment("x")])
      if let datum = try? Datum(json: value) {
        try require((try? Datum(json: datum.json)) == datum, "the datum \(datum) is not stable")
      }
      if let message = try? JSONRPCMessage(json: value) {
        try require((try? JSONRPCMessage(json: message.json)) == message, "the message \(message) is not stable")
      }
      if let updates = try? TableUpdates(json: value), let replica = try? Replica(initial: updates) {
        _ = try? OpenVSwitchView(replica)
      }
    }
    let whole = messages(in: bytes, limits, pieces: max(1, bytes.count))
    try require(messages(in: bytes, limits, pieces: 1) == whole, "a stream gives other messages byte by byte")
    try require(messages(in: bytes, limits, pieces: 7) == whole, "a stream gives other messages in pieces")
  }

  private static func checkStability(of value: JSONValue) throws(FuzzFinding) {
    let text = value.serialized()
    guard let again = try? JSONValue(parsing: text) else { throw FuzzFinding("\(value) cannot be parsed again") }
    try require(again == value && again.serialized() == text, "\(value) is not stable")
    _ = value.excerpt(limit: 20)
  }

  /// The messages in a stream that comes in pieces of this size, and whether the stream ends with an error.
  private static func messages(in bytes: [UInt8], _ limits: JSONLimits, pieces: Int) -> [[UInt8]?] {
    var splitter = JSONMessageSplitter(limits: limits)
    var messages: [[UInt8]?] = []
    for start in stride(from: 0, to: bytes.count, by: pieces) {
      splitter.append(bytes[start..<min(bytes.count, start + pieces)])
      do throws(JSONError) {
        while let message = try splitter.next() { messages.append(message) }
      } catch {
        return messages + [nil]
      }
    }
    return messages
  }
}
