import OpenFlow

/// A match in the form that packet keys are compared with.
struct PacketMatcher: Hashable, Sendable {
  private struct Condition: Hashable, Sendable {
    let place: KeyField.Place
    let value: UInt128
    let mask: UInt128
  }

  private let conditions: [Condition]
  /// A field that evaluation does not know: no packet matches then.
  let unknown: Field?

  init(_ fields: [MatchField]) {
    var conditions: [Condition] = []
    var unknown: Field?
    for field in fields {
      if let known = KeyField(field.field), let value = field.value, let mask = field.mask {
        conditions.append(Condition(place: known.place, value: value & known.allOnes, mask: mask & known.allOnes))
      } else {
        unknown = field.field
      }
    }
    self.conditions = conditions
    self.unknown = unknown
  }

  /// Whether a packet of this key matches.
  func matches(_ key: PacketKey) -> Bool {
    unknown == nil && conditions.allSatisfy { key[$0.place] & $0.mask == $0.value & $0.mask }
  }
}
