import GoalState
import NetworkTypes
import Pipeline

/// What comes of a frame that a guest sends.
struct Outcome: Sendable {
  /// A frame that a guest receives.
  struct Delivery: Hashable, Sendable {
    var guest: PortID
    var bytes: [UInt8]
  }

  /// Who receives what, and how often.
  var deliveries: [Delivery: Int] = [:]
  /// The guests whose frame the host's DHCP responder has now.
  var served: Set<PortID> = []
  /// Where nothing comes of the frame: why, or one of several reasons of which it does not matter which one is found first.
  var reasons: Set<DropReason> = []

  static func dropped(_ reasons: DropReason...) -> Outcome { Outcome(reasons: Set(reasons)) }

  static func delivered(_ frame: Frame, to guest: PortID) -> Outcome {
    Outcome(deliveries: [Delivery(guest: guest, bytes: frame.bytes): 1])
  }

  mutating func add(_ other: Outcome) {
    deliveries.merge(other.deliveries) { $0 + $1 }
    served.formUnion(other.served)
  }
}
