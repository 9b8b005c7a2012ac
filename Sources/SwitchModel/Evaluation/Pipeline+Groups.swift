import OpenFlow

extension Pipeline {
  /// How many groups a bucket's liveness may depend on in a row.
  private static var maximumLivenessDepth: Int { 128 }

  /// Passes the packet to a group.
  mutating func enter(group id: UInt32) {
    guard mayGoOn() else { return }
    guard let group = state.group(id) else {
      trace.add(.warning, "there is no group \(id)")
      stopFlow()
      return
    }
    let buckets: [Int]
    switch group.type {
    case .all, .indirect: buckets = Array(group.buckets.indices)
    case .fastFailover: buckets = group.buckets.indices.first { isAlive($0, in: group) }.map { [$0] } ?? []
    case .select:
      if wasLabeled {
        freeze()
        return
      }
      buckets = selected(in: group).map { [$0] } ?? []
    }
    if buckets.isEmpty { trace.add(.detail, "no live bucket") }
    enter(buckets, of: group)
  }

  /// Carries out the first of these buckets; the others follow when it is done.
  private mutating func enter(_ buckets: [Int], of group: Group) {
    guard let index = buckets.first, group.buckets.indices.contains(index) else { return }
    trace.depth += 1
    trace.add(.bucket, "bucket \(index) of group \(group.id)")
    record.groups.append(GroupHit(group: group.id.rawValue, bucket: index))
    depth += 1
    let steps = ActionSet.ordered(group.buckets[index].actions).map(Step.action)
    frames.append(
      Frame(
        steps: steps,
        closing: .bucket(group, rest: Array(buckets.dropFirst()), key: key, wasLabeled: wasLabeled)))
  }

  /// After a bucket the packet is as it was before.
  mutating func closeBucket(_ group: Group, _ rest: [Int], _ key: PacketKey, _ wasLabeled: Bool) {
    depth -= 1
    trace.depth -= 1
    if isFreezing {
      commit()
      recirculate(to: TableID(0))
    }
    self.key = key
    self.wasLabeled = wasLabeled
    isExiting = false
    if failure == nil { enter(rest, of: group) }
  }

  /// The bucket that a select group gives this packet: which one Open vSwitch takes depends on a hash that is random per
  /// process, so the candidates are told and the choice is the options'.
  private mutating func selected(in group: Group) -> Int? {
    let candidates = group.buckets.indices.filter { group.buckets[$0].weight > 0 && isAlive($0, in: group) }
    record.candidates[group.id.rawValue] = candidates
    trace.add(.detail, "buckets \(candidates.map(String.init).joined(separator: ", ")) are live")
    if let chosen = options.buckets[group.id.rawValue], candidates.contains(chosen) { return chosen }
    let total = candidates.reduce(UInt64(0)) { $0 + UInt64(group.buckets[$1].weight) }
    guard total > 0 else { return nil }
    var share = key.flowHash(basis: options.hashBasis) % total
    for index in candidates {
      let weight = UInt64(group.buckets[index].weight)
      if share < weight { return index }
      share -= weight
    }
    return candidates.last
  }

  /// Whether what a bucket watches is up; a bucket that watches nothing always is.
  private func isAlive(_ index: Int, in group: Group) -> Bool {
    var pending: [(bucket: Bucket, depth: Int)] = [(group.buckets[index], 0)]
    var seen: Set<GroupID> = []
    while let (bucket, depth) = pending.popLast() {
      guard depth < Self.maximumLivenessDepth else { continue }
      if bucket.watchPort == .any && bucket.watchGroup == .any { return true }
      if bucket.watchPort != .any, state.ports[bucket.watchPort]?.isLive == true { return true }
      // A group is alive when one of its buckets is.
      if bucket.watchGroup != .any, seen.insert(bucket.watchGroup).inserted,
        let watched = state.group(bucket.watchGroup.rawValue)
      {
        pending += watched.buckets.map { ($0, depth + 1) }
      }
    }
    return false
  }
}

extension PacketKey {
  /// A number for the packet's addresses, protocol and ports: the same for all packets of one direction of a connection.
  func flowHash(basis: UInt64) -> UInt64 {
    // FNV-1a, whose result does not differ between runs as Swift's own hashing does.
    var hash = basis ^ 0xcbf2_9ce4_8422_2325
    let words: [UInt128] = [
      UInt128(ethernetSource), UInt128(ethernetDestination), UInt128(etherType), UInt128(vlans.control),
      UInt128(ipv4Source), UInt128(ipv4Destination), ipv6Source, ipv6Destination, UInt128(ipProtocol),
      isLaterFragment ? 0 : UInt128(transportSource), isLaterFragment ? 0 : UInt128(transportDestination),
    ]
    for word in words {
      for shift in stride(from: 0, to: 128, by: 8) {
        hash = (hash ^ UInt64(truncatingIfNeeded: word >> UInt128(shift)) & 0xff) &* 0x100_0000_01b3
      }
    }
    return hash ^ hash >> 32
  }
}
