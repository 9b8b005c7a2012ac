import OpenFlow

extension FuzzCheck {
  /// A flow as the body of a flow_mod, or in the switch's statistics: what was decoded is encoded to bytes that are
  /// decoded to the same, has the key that its bytes have, and can be printed.
  public static let flow = FuzzCheck("flow") { (bytes) throws(FuzzFinding) in
    try check(body: bytes)
    var flows: [Flow] = []
    try? FlowStatisticsEntry.forEach(in: bytes) { (entry) throws(MalformedMessage) in
      var body: [UInt8] = []
      FlowBody.append(entry.header, tail: bytes[entry.tail], to: &body)
      flows.append(try FlowBody.decode(body[...]))
    }
    let part = FlowStatisticsEntry.encode(flows)
    var again: [Flow] = []
    try? FlowStatisticsEntry.forEach(in: part) { (entry) throws(MalformedMessage) in
      var body: [UInt8] = []
      FlowBody.append(entry.header, tail: part[entry.tail], to: &body)
      again.append(try FlowBody.decode(body[...]))
    }
    try require(again.count == flows.count, "\(flows) are other flows in a switch's statistics")
    for (flow, reported) in zip(flows, again) {
      // A switch does not report the flags that only say how to add a flow.
      try require(
        reported.key == flow.key && reported.cookie == flow.cookie && reported.instructionBytes == flow.instructionBytes
          && reported.flags == flow.flags.intersection(.reported), "\(flow) is not stable in a switch's statistics")
    }
  }

  private static let hasher = FlowHasher(seed: 1)

  private static func check(body bytes: [UInt8]) throws(FuzzFinding) {
    // Of any bytes, a flow's or not.
    _ = hasher.key(body: bytes)
    _ = hasher.content(body: bytes)
    try require(FlowBody.haveSameKey(bytes[...], bytes[...]), "a body has another key than itself")
    guard let flow = try? FlowBody.decode(bytes[...]) else { return }
    var encoded: [UInt8] = []
    FlowBody.append(flow, to: &encoded)
    try require(encoded.count == FlowBody.length(of: flow), "the length of \(flow) is not \(encoded.count)")
    guard let again = try? FlowBody.decode(encoded[...]) else { throw FuzzFinding("\(flow) cannot be decoded again") }
    try require(again == flow, "\(flow) is not stable")
    var second: [UInt8] = []
    FlowBody.append(again, to: &second)
    try require(second == encoded, "the bytes of \(flow) are not stable")
    try require(FlowBody.table(encoded[...]) == flow.table, "the table of \(flow)")
    try require(FlowBody.priority(encoded[...]) == flow.priority, "the priority of \(flow)")
    try require(FlowBody.cookie(encoded[...]) == flow.cookie, "the cookie of \(flow)")
    try require(Array(FlowBody.match(encoded[...])) == flow.match.bytes, "the match of \(flow)")
    let span = encoded.span.bytes
    let content = hasher.content(flow.header, tail: span.extracting(FlowBody.fixedLength..<encoded.count))
    try require(hasher.content(body: encoded) == content, "the hash of \(flow)")
    _ = flow.match.fields
    // Not every flow has a text: a switch may have fields and actions that ovs-ofctl has no words for. And some actions
    // are read as others that do the same, as ovs-ofctl sends them: set_tunnel as set_field.
    let text = flow.description
    if let read = try? Flow(parsing: text) {
      let printed = read.description
      let again = try? Flow(parsing: printed)
      try require(again?.description == printed, "\(text) is read as \(printed), which is not stable")
      try require(read.key == flow.key && read.header == flow.header, "\(text) is read as another flow")
    }
    _ = flow.listing
    _ = FlowMod.deleteStrict(flow.key, cookie: .exactly(flow.cookie)).description
  }
}
