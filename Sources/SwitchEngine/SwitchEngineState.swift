import OpenFlow
import Reconciler

/// How much of what is desired the engine has been told.
public enum DesiredInput: Int, Comparable, Sendable {
  /// Too little: nothing is sent, and what is on the switch stays.
  case unknown
  /// What has been told is meant, and more is to come: flows are added and replaced, and none is deleted.
  case arriving
  /// All of it: flows that nobody wants are deleted.
  case complete

  /// The less is known, the lower.
  public static func < (lhs: DesiredInput, rhs: DesiredInput) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// What the engine knows at one moment.
public struct SwitchEngineState<Owner: Hashable & Comparable & Sendable>: Sendable {
  /// Grows with every state that is read: of two, the greater is the later.
  public var number: UInt64 = 0
  /// What the connected switch says that it is; nil while none is connected.
  public var features: SwitchFeatures?
  /// Why no switch is connected, or the last one was lost.
  public var problem: String?
  /// How many flows are desired.
  public var flowsDesired = 0
  /// How many flows the switch is known to have; nil while it has not been read.
  public var flowsInstalled: Int?
  /// How many flows, groups and meters wait to be sent or confirmed.
  public var flowsDifferent = 0
  /// How many groups are desired, and how many the switch is known to have of those that are this side's.
  public var groups = ReferentCounts()
  /// How many meters are desired, and how many the switch is known to have of those that are this side's.
  public var meters = ReferentCounts()
  /// The number of the last change of what is desired.
  public var change: UInt64 = 0
  /// The last change that is in force with all before it.
  public var changeInForce: UInt64 = 0
  /// Whether everything desired is in force, and nothing else.
  public var isInSync = false
  /// The owners of which the switch refused something, or that need what is not there.
  public var quarantined: [Owner: Quarantine] = [:]
  /// The owners that lost a flow to a lower owner.
  public var conflicts: [(owner: Owner, holder: Owner, flow: Flow)] = []
  /// The owners that lost the number of a group or a meter to a lower owner that wants something else of it.
  public var referentConflicts: [(owner: Owner, holder: Owner, referent: ReferentID)] = []
  /// What has happened to flows, groups and meters since the start.
  public var counters = FlowCounters()
  /// What has happened to connections and audits since the start.
  public var history = SwitchEngineHistory()
  /// The digest of what is desired; comparable in this process only.
  public var desiredDigest: UInt64 = 0
  /// The digest of what the switch last confirmed or reported; equal to the former when both agree.
  public var observedDigest: UInt64 = 0

  /// Nothing desired, nothing known.
  public init() {}
}

/// What has happened to connections and audits since the start; each number counts up.
public struct SwitchEngineHistory: Sendable, Equatable {
  /// Connections that got as far as the end of the handshake.
  public var connections = 0
  /// Reconnections that found every flow as it was.
  public var foundIntact = 0
  /// Reconnections that found some flows changed.
  public var foundChanged = 0
  /// Reconnections that found all flows gone, as after a restart of the switch.
  public var foundGone = 0
  /// What the last read-back at a connection's start found.
  public var lastReadBack: ReadBackSummary?
  /// Zones of connection tracking that were flushed between two owners.
  public var zonesFlushed = 0
  /// Rounds of audits that have been through all tables.
  public var auditRounds = 0
  /// Pieces of audits.
  public var auditPieces = 0
}
