import OpenFlow

extension LearnAction {
  /// The flow that it makes of a packet.
  func flow(for key: PacketKey) -> Flow {
    var fields: [Field: (value: UInt128, mask: UInt128)] = [:]
    var actions: [Action] = []
    for specification in specifications {
      let ones = PacketKey.ones(specification.count)
      let value: UInt128
      switch specification.source {
      case .value(let number): value = number & ones
      case .field(let slice):
        value = KeyField(slice.field).map { key.value(of: $0, offset: slice.offset, count: slice.count) } ?? 0
      }
      switch specification.target {
      case .match(let slice):
        let old = fields[slice.field] ?? (0, 0)
        let shift = UInt128(clamping: slice.offset)
        fields[slice.field] = (old.value & ~(ones << shift) | value << shift, old.mask | ones << shift)
      case .load(let slice):
        if slice.count <= 64 {
          actions.append(.load(UInt64(truncatingIfNeeded: value), slice))
        } else {
          let shift = UInt128(clamping: slice.offset)
          actions.append(.setField(MatchField(slice.field, value: value << shift, mask: ones << shift)))
        }
      case .output:
        let number = UInt32(truncatingIfNeeded: value & 0xffff)
        let port = OFPort(number >= 0xff00 ? 0xffff_0000 | number : number)
        if value <= 0xffff, port.isPhysical || [.inPort, .flood, .local, .all].contains(port) {
          actions.append(.output(port))
        }
      }
    }
    return Flow(
      table: table, priority: priority, cookie: cookie,
      match: Match(fields.map { MatchField($0.key, value: $0.value.value, mask: $0.value.mask) }),
      instructions: actions.isEmpty ? [] : [.applyActions(actions)], idleTimeout: idleTimeout, hardTimeout: hardTimeout,
      flags: flags.contains(.sendFlowRemoved) ? .sendFlowRemoved : [])
  }
}
