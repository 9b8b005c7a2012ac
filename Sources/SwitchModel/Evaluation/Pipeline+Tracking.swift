import NetworkTypes
import OpenFlow

extension Pipeline {
  /// Has the packet tracked, with the zone and what marks the connection as they are now.
  mutating func track(_ action: TrackAction) {
    let zone: UInt16
    switch action.zone {
    case .number(let number): zone = number
    case .field(let slice): zone = UInt16(truncatingIfNeeded: value(of: slice) ?? 0)
    }
    commit()
    var request = TrackingRequest(
      zone: zone, commit: action.commit, force: action.force,
      translation: action.translation.map(AddressTranslation.init))
    for assignment in action.actions {
      let (field, value, mask) = assigned(assignment)
      switch field.map(KeyField.init)??.place {
      case .ctMark:
        let mask = UInt32(truncatingIfNeeded: mask)
        request.mark = request.mark & ~mask | UInt32(truncatingIfNeeded: value) & mask
        request.markMask |= mask
      case .ctLabel:
        request.label = request.label & ~mask | value & mask
        request.labelMask |= mask
      default: break
      }
    }
    track(request, then: action.table)
  }

  /// The bits of a field that an action sets.
  private func assigned(_ action: Action) -> (field: Field?, value: UInt128, mask: UInt128) {
    switch action {
    case .setField(let field), .loadField(let field): return (field.field, field.value ?? 0, field.mask ?? 0)
    case .load(let value, let slice):
      let shift = UInt128(clamping: slice.offset)
      return (slice.field, UInt128(value) << shift, PacketKey.ones(slice.count) << shift)
    case .move(let source, let slice):
      let shift = UInt128(clamping: slice.offset)
      let ones = PacketKey.ones(slice.count)
      return (slice.field, ((value(of: source) ?? 0) & ones) << shift, ones << shift)
    default: return (nil, 0, 0)
    }
  }

  /// Keeps the flow that the packet makes; it is for later packets.
  mutating func learn(_ action: LearnAction) {
    let flow = action.flow(for: key)
    trace.add(.detail, "learns \(flow)")
    record.learned.append(.add(flow))
  }
}

extension AddressTranslation {
  init(_ action: TranslateAction) {
    switch action.kind {
    case .existing: kind = .existing
    case .source: kind = .source
    case .destination: kind = .destination
    }
    switch action.addresses {
    case .v4(let range):
      let first = UInt128(range.first.rawValue)
      addresses = first...max(first, range.last.map { UInt128($0.rawValue) } ?? first)
    case .v6(let range):
      let first = AddressTranslation.number(range.first)
      addresses = first...max(first, range.last.map(AddressTranslation.number) ?? first)
    case nil: addresses = nil
    }
    // Ports without addresses are not passed on to the datapath.
    if let ports = action.ports, ports.first != 0, addresses != nil {
      self.ports = ports.first...max(ports.first, ports.last ?? ports.first)
    }
  }

  private static func number(_ address: IPv6Address) -> UInt128 {
    UInt128(address.high) << 64 | UInt128(address.low)
  }
}
