import OpenFlow

// Bundles, as Open vSwitch has them (bundles.c, and ofproto.c, do_bundle_commit).

extension ModelSwitch {
  mutating func controlBundle(_ bytes: [UInt8], from id: ConnectionID, at now: ModelTime) throws(Refusal) {
    try requirePrimary(id)
    guard let bundle = bytes.uint32(at: 16), let number = bytes.uint16(at: 20), let flags = bytes.uint16(at: 22) else {
      throw .badLength
    }
    let answer: BundleControl.Kind
    switch BundleControl.Kind(rawValue: number) {
    case .openRequest:
      try open(bundle, flags, bytes, of: id, at: now)
      answer = .openReply
    case .closeRequest:
      try closeBundle(bundle, flags, of: id, at: now)
      answer = .closeReply
    case .commitRequest:
      try commit(bundle, flags, of: id, at: now)
      answer = .commitReply
    case .discardRequest:
      guard connections[id]?.bundles.removeValue(forKey: bundle) != nil else { throw .badBundleID }
      answer = .discardReply
    case .openReply, .closeReply, .commitReply, .discardReply: throw .badBundleType
    case nil:
      // Open vSwitch takes any other number for a request that needs nothing, and answers one that was never opened.
      answer = .openReply
    }
    let reply = BundleControl(bundle: bundle, kind: answer, flags: 0)
    send(.bundleControl(reply), xid: bytes.uint32(at: 4) ?? 0, to: id)
  }

  private mutating func open(
    _ bundle: UInt32, _ flags: UInt16, _ bytes: [UInt8], of id: ConnectionID, at now: ModelTime
  ) throws(Refusal) {
    guard connections[id]?.bundles.removeValue(forKey: bundle) == nil else { throw .badBundleID }
    connections[id]?.bundles[bundle] = Bundle(flags: flags, opener: bytes, at: now)
  }

  private mutating func closeBundle(
    _ bundle: UInt32, _ flags: UInt16, of id: ConnectionID, at now: ModelTime
  ) throws(Refusal) {
    try find(bundle, flags, of: id)
    connections[id]?.bundles[bundle]?.state = .closed
    connections[id]?.bundles[bundle]?.used = now
  }

  /// Throws unless the bundle is open and has these flags. A bundle that is asked for wrongly is gone.
  private mutating func find(_ bundle: UInt32, _ flags: UInt16, of id: ConnectionID) throws(Refusal) {
    guard let state = connections[id]?.bundles[bundle]?.state else { throw .badBundleID }
    guard state == .open, connections[id]?.bundles[bundle]?.flags == flags else {
      connections[id]?.bundles[bundle] = nil
      throw state == .open ? .badBundleFlags : .bundleClosed
    }
  }

  // MARK: Adding

  /// Checks a message and puts it into a bundle. One that is refused now is not in the bundle, which goes on without it.
  mutating func addToBundle(_ bytes: [UInt8], from id: ConnectionID, at now: ModelTime) throws(Refusal) {
    try requirePrimary(id)
    guard let bundle = bytes.uint32(at: 16), let flags = bytes.uint16(at: 22), let xid = bytes.uint32(at: 4) else {
      throw .badLength
    }
    let inner = Array(bytes.dropFirst(24))
    guard inner.count >= 8, let length = inner.uint16(at: 2), inner.byte(at: 0) == MessageHeader.version13 else {
      throw inner.count < 8 ? .badBundleLength : .bundleBadVersion
    }
    guard length >= 8, Int(length) <= inner.count else { throw .badBundleLength }
    guard inner.uint32(at: 4) == xid else { throw .badBundleXID }
    let content = try content(Array(inner.prefix(Int(length))))
    if connections[id]?.bundles[bundle] == nil {
      connections[id]?.bundles[bundle] = Bundle(flags: flags, opener: bytes, at: now)
    }
    try find(bundle, flags, of: id)
    connections[id]?.bundles[bundle]?.entries.append(Bundle.Entry(content: content, message: bytes, xid: xid))
    connections[id]?.bundles[bundle]?.used = now
  }

  private func content(_ inner: [UInt8]) throws(Refusal) -> Bundle.Content {
    do throws(Refusal) { try MessageCheck.check(inner) } catch { throw .bundleUnsupported }
    switch inner.byte(at: 1).flatMap(MessageType.init(rawValue:)) {
    case .flowMod: return .flowMod(try FlowModCheck.read(inner, options: mappedOptions))
    case .groupMod: return .groupMod(try GroupModCheck.read(inner))
    case .packetOut: return .packetOut(try PacketOutCheck.read(inner))
    case .portMod:
      guard case .portMod(let mod) = try decoded(inner) else { throw .badLength }
      return .portMod(mod)
    default: throw .bundleUnsupported
    }
  }

  // MARK: Committing

  private mutating func commit(
    _ number: UInt32, _ flags: UInt16, of id: ConnectionID, at now: ModelTime
  ) throws(Refusal) {
    guard let bundle = connections[id]?.bundles.removeValue(forKey: number) else { throw .badBundleID }
    guard bundle.flags == flags else { throw .badBundleFlags }
    let before = self
    var changes: [(xid: UInt32, changes: [FlowChange])] = []
    var packets: [(packet: PacketInput, result: Evaluation)] = []
    for entry in bundle.entries {
      do throws(Refusal) {
        try refuseAtWill(entry.message, .committed)
        switch entry.content {
        case .flowMod(let mod): changes.append((entry.xid, try forwarding.apply(mod, at: now)))
        case .groupMod(let mod): changes.append((entry.xid, try forwarding.apply(mod, at: now)))
        // Evaluated by the flows of this moment; what comes of it waits until all has gone well.
        case .packetOut(let packet): packets.append(try evaluate(packet, at: now))
        case .portMod(let mod):
          // Ports cannot be changed back.
          guard flags & Bundle.atomic == 0 else { throw .bundleFailed }
          try apply(mod)
        }
      } catch {
        forwarding = before.forwarding
        memory = before.memory
        refuse(entry.message, error, to: id)
        throw .bundleFailed
      }
    }
    for (xid, changes) in changes { report(changes, from: id, xid: xid, at: now) }
    for (packet, result) in packets { take(result, of: packet, at: now) }
  }

  /// Drops the bundles that nobody has said anything of for too long.
  mutating func expireBundles(at now: ModelTime) {
    for id in connections.keys.sorted() {
      for (number, bundle) in connections[id]?.bundles ?? [:]
      where now.milliseconds(since: bundle.used) > identity.bundleIdle {
        connections[id]?.bundles[number] = nil
        refuse(bundle.opener, .bundleTimeout, to: id)
      }
    }
  }
}
