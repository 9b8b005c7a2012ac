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
  /// The routers' MAC addresses any of which the frame may come from, because the receiver does not look at which it is.
  var routers: Set<MACAddress> = []
  /// Where nothing comes of the frame: why, or one of several reasons of which it does not matter which one is found first.
  var reasons: Set<DropReason> = []

  static func dropped(_ reasons: DropReason...) -> Outcome { Outcome(reasons: Set(reasons)) }

  static func delivered(_ frame: Frame, to guest: PortID) -> Outcome {
    Outcome(deliveries: [Delivery(guest: guest, bytes: frame.bytes): 1])
  }

  /// A frame that was received, with the source that is expected where it may have another.
  func normalized(_ delivery: Delivery) -> Delivery {
    guard !routers.isEmpty, deliveries[delivery] == nil, routers.contains(delivery.source) else { return delivery }
    return deliveries.keys.first { $0.guest == delivery.guest && $0.isEqualButSource(delivery) } ?? delivery
  }

  mutating func add(_ other: Outcome) {
    deliveries.merge(other.deliveries) { $0 + $1 }
    served.formUnion(other.served)
  }
}

extension Outcome.Delivery {
  fileprivate var source: MACAddress {
    MACAddress(rawValue: bytes.dropFirst(6).prefix(6).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  fileprivate func isEqualButSource(_ other: Outcome.Delivery) -> Bool {
    bytes.prefix(6) == other.bytes.prefix(6) && bytes.dropFirst(12) == other.bytes.dropFirst(12)
  }
}
