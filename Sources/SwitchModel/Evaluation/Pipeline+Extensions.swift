import OpenFlow

extension Pipeline {
  mutating func perform(_ action: ExtensionAction) {
    switch action {
    case .track(let action): track(action)
    case .learn(let action): learn(action)
    case .pushLabel(let type): pushLabel(type: type)
    case .popLabel(let type): popLabel(type: type)
    case .setLabelTTL(let ttl): setLabelTTL(ttl)
    case .decrementLabelTTL: decrementLabelTTL()
    case .push(let slice): push(slice)
    case .pop(let slice): pop(slice)
    case .checkLength(let length, let slice): checkLength(length, into: slice)
    case .decrementTTL(let controllers): decrementTTL(controllers: controllers)
    case .output(let port, let maxLength): output(port, maxLength: maxLength)
    case .outputField(let slice, let maxLength): output(value(of: slice), maxLength: maxLength)
    case .outputTruncated(let port, let length): output(port, truncatedTo: Int(clamping: length))
    case .controller(let action): toController(action)
    case .resubmitTuple(let port, let table):
      lookUp(
        in: table == .all ? self.table : table, port: port == .inPort ? key.inPort : port.rawValue, swappingTuple: true)
    case .deleteOption(let index): key.tunnel.options[index] = nil
    case .withoutEffect: break
    }
  }

  private mutating func track(_ action: TrackAction) {
    let zone: UInt16
    switch action.zone {
    case .number(let number): zone = number
    case .field(let slice): zone = UInt16(truncatingIfNeeded: value(of: slice) ?? 0)
    }
    commit()
    var request = TrackingRequest(
      zone: zone, commit: action.commit, force: action.force, translation: action.translation)
    for assignment in action.assignments {
      let (field, value, mask) = Self.assigned(assignment)
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

  private static func assigned(_ action: Action) -> (field: Field?, value: UInt128, mask: UInt128) {
    switch action {
    case .setField(let field): return (field.field, field.value ?? 0, field.mask ?? 0)
    case .load(let value, let slice):
      let shift = UInt128(clamping: slice.offset)
      return (slice.field, UInt128(value) << shift, PacketKey.ones(slice.count) << shift)
    default: return (nil, 0, 0)
    }
  }

  private mutating func learn(_ action: LearnAction) {
    let flow = action.flow(for: key)
    trace.add(.detail, "learns \(flow)")
    record.learned.append(.add(flow))
  }
}
