import GoalState
import NetworkTypes

/// What a host says of the leases of one port's guest.
struct PortLeases: Sendable {
  private(set) var v4: GoalStateReport.Lease?
  private(set) var v6: GoalStateReport.Lease?

  mutating func note(_ lease: GoalStateReport.Lease) {
    switch lease.version {
    case .v4: v4 = lease
    case .v6: v6 = lease
    }
  }
}
