import OpenFlow

/// The actions that the pipeline carries out besides those that `Action` has a case for.
enum ExtensionAction: Hashable, Sendable {
  case track(TrackAction)
  case learn(LearnAction)
  case pushLabel(UInt16)
  case popLabel(UInt16)
  case setLabelTTL(UInt8)
  case decrementLabelTTL
  case push(FieldSlice)
  case pop(FieldSlice)
  case checkLength(UInt16, FieldSlice)
  case decrementTTL(controllers: [UInt16])
  case output(OFPort, maxLength: UInt16)
  case outputField(FieldSlice, maxLength: UInt16)
  case outputTruncated(OFPort, length: UInt32)
  case controller(ControllerAction)
  /// Looks the packet up with the addresses of its connection's first packet.
  case resubmitTuple(port: OFPort, table: TableID)
  case deleteOption(UInt8)
  /// Does nothing to where packets go: statistics and timeouts.
  case withoutEffect
}

/// Has a packet tracked.
struct TrackAction: Hashable, Sendable {
  enum Zone: Hashable, Sendable {
    case number(UInt16)
    case field(FieldSlice)
  }

  var zone: Zone
  var commit: Bool
  var force: Bool
  /// The table where the tracked packet goes on.
  var table: TableID?
  /// What marks and labels the connection.
  var assignments: [Action]
  var translation: AddressTranslation?
}

/// Installs a flow that is made from the packet.
struct LearnAction: Hashable, Sendable {
  enum Source: Hashable, Sendable {
    case field(FieldSlice)
    case value(UInt128)
  }

  enum Target: Hashable, Sendable {
    case match(FieldSlice)
    case load(FieldSlice)
    case output
  }

  struct Specification: Hashable, Sendable {
    var count: Int
    var source: Source
    var target: Target
  }

  var idleTimeout: UInt16
  var hardTimeout: UInt16
  var priority: UInt16
  var cookie: UInt64
  var flags: UInt16
  var table: TableID
  var specifications: [Specification]

  static let sendFlowRemoved: UInt16 = 1

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
      flags: flags & LearnAction.sendFlowRemoved != 0 ? .sendFlowRemoved : [])
  }
}
