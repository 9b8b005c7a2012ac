import OpenFlow
import Reconciler

extension FuzzCheck {
  /// What a switch says it has, as any bytes, read back into a reconciler: whatever it was, a few batches that the switch
  /// commits make it what is desired.
  public static let readBack = FuzzCheck("readBack") { (bytes) throws(FuzzFinding) in
    var input = FuzzInput(bytes)
    let mode = input.byte()
    let cookies = mode & 1 == 0 ? CookieFilter.any : CookieFilter(0xa110 << 48, mask: 0xffff << 48)
    var reconciler = FlowReconciler<Int>(
      ownership: cookies, hasher: FlowHasher(seed: 1))
    reconciler.sweeps = true
    for owner in 0..<3 { reconciler.setDesired([desired(owner), desired(owner + 10)], for: owner) }
    if mode & 2 != 0 { reconciler.loadInstalled([desired(0), desired(99)]) }
    reconciler.beginReadBack(
      mode & 4 != 0 && mode & 2 != 0 ? AuditScope(table: TableID(1), cookies: cookies) : nil)
    while !input.isAtEnd { try? reconciler.readBack(part: input.block()) }
    let summary = reconciler.endReadBack()
    try require(summary.found + summary.unreadable <= bytes.count / 56, "\(summary) is found in \(bytes.count) bytes")
    try settle(&reconciler, within: bytes.count)
  }

  private static func desired(_ number: Int) -> Flow {
    Flow(
      table: TableID(UInt8(number % 3)), priority: 100, cookie: 0xa110 << 48,
      match: Match([.inPort(OFPort(UInt32(number + 1)))]), instructions: [.applyActions([.output(OFPort(7))])])
  }

  private static func settle(_ reconciler: inout FlowReconciler<Int>, within limit: Int) throws(FuzzFinding) {
    var rounds = 0
    while let batch = reconciler.nextBatch(limit: 4) {
      rounds += 1
      try require(rounds <= limit + 16, "there is no end of differences")
      let bundle = reconciler.encode(batch, firstXID: 1)
      try require((try? bundle.flowMods()) != nil, "a batch cannot be read")
      reconciler.committed(batch)
    }
    try require(reconciler.isSettled, "not settled after \(rounds) batches")
    try require(reconciler.desiredDigest == reconciler.installedDigest, "what is desired is not what is installed")
    let listed = reconciler.listing(from: 0, limit: .max).flows
    try require(listed.count == reconciler.desiredCount, "listed are \(listed.map { "\($0.state) \($0.flow)" })")
  }
}
