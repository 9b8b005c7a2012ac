import OpenFlow

/// Flows as bundles that only have to be written: the same bytes that the engine sends, with the commit behind them.
struct EncodedBundles: Sendable {
  let bundles: [[UInt8]]
  let flowCount: Int

  var byteCount: Int { bundles.reduce(0) { $0 + $1.count } }

  /// Encodes the model's flows, about `size` in each bundle, cut between units.
  init(_ model: FlowModel, size: Int) {
    var bundles: [[UInt8]] = []
    var mods: [FlowMod] = []
    var xid: UInt32 = 0x1000_0000
    var count = 0
    func cut() {
      guard !mods.isEmpty else { return }
      bundles.append(EncodedBundles.encode(mods, xid: xid))
      xid += UInt32(EncodedBundle.xidCount(for: mods.count))
      mods.removeAll(keepingCapacity: true)
    }
    for unit in 0..<model.unitCount {
      let flows = model.flows(of: unit)
      mods += flows.map(FlowMod.add)
      count += flows.count
      if mods.count >= size { cut() }
    }
    cut()
    self.bundles = bundles
    flowCount = count
  }

  /// Encodes flows that were read from a switch, about `size` in each bundle.
  init(_ flows: InstalledFlows, size: Int) {
    var bundles: [[UInt8]] = []
    var xid: UInt32 = 0x1000_0000
    for start in stride(from: 0, to: flows.bodies.count, by: size) {
      let bodies = flows.bodies[start..<min(start + size, flows.bodies.count)]
      var builder = BundleBuilder(firstXID: xid, count: bodies.count)
      for body in bodies { builder.append(.flowMod, body: body[...]) }
      bundles.append(EncodedBundles.committed(builder.finish().bytes, bodies.count, xid))
      xid += UInt32(EncodedBundle.xidCount(for: bodies.count))
    }
    self.bundles = bundles
    flowCount = flows.bodies.count
  }

  /// Open, the changes, close and commit, in one piece; a bundle of one change may be shorter, without its closing.
  static func encode(_ mods: [FlowMod], xid: UInt32) -> [UInt8] {
    committed(EncodedBundle(mods, firstXID: xid).bytes, mods.count, xid)
  }

  private static func committed(_ bytes: [UInt8], _ count: Int, _ xid: UInt32) -> [UInt8] {
    isCommitted(bytes) ? bytes : bytes + commit(count, xid)
  }

  /// Open, one change, close and commit, in one piece, as ovs-ofctl sends them one by one.
  static func encode(_ mod: FlowMod, xid: UInt32) -> [UInt8] {
    var bytes = EncodedBundle([mod], firstXID: xid).bytes
    if isCommitted(bytes) {
      bytes.removeLast(RawMessage.controlLength)
      bytes += RawMessage.bundleControl(RawMessage.close, bundle: xid, xid: xid + 2)
    }
    return bytes + commit(1, xid)
  }

  private static func isCommitted(_ bytes: [UInt8]) -> Bool {
    bytes.suffix(RawMessage.controlLength).dropFirst(21).first == RawMessage.commit
  }

  private static func commit(_ count: Int, _ xid: UInt32) -> [UInt8] {
    RawMessage.bundleControl(RawMessage.commit, bundle: xid, xid: xid + UInt32(count) + 2)
  }
}

/// Writes bundles as fast as the switch takes them.
struct RawSender {
  /// What it took.
  struct Outcome: Sendable {
    let flows: Int
    let nanoseconds: UInt64
    let cpuNanoseconds: UInt64

    var flowsPerSecond: Double { Double(flows) * 1e9 / Double(max(1, nanoseconds)) }
  }

  let connection: RawConnection

  /// Sends all bundles, with at most this many that are not answered, and waits for the last answer.
  func send(_ encoded: EncodedBundles, inFlight: Int) throws -> Outcome {
    let start = Clock.now()
    let startCPU = Clock.threadCPU()
    var outstanding = 0
    for bundle in encoded.bundles {
      if outstanding >= inFlight {
        try awaitCommit()
        outstanding -= 1
      }
      try connection.write(bundle)
      outstanding += 1
    }
    for _ in 0..<outstanding { try awaitCommit() }
    return Outcome(
      flows: encoded.flowCount, nanoseconds: Clock.now() - start, cpuNanoseconds: Clock.threadCPU() - startCPU)
  }

  private func awaitCommit() throws {
    while true {
      let message = try connection.read()
      if RawMessage.isCommitReply(message) { return }
      if message.type == 1 { throw RawConnection.Failure(description: "the switch refused a flow: \(message.bytes)") }
    }
  }

  /// Sends one bundle, and waits for its answer.
  func commit(_ bundle: [UInt8]) throws {
    try connection.write(bundle)
    try awaitCommit()
  }
}
