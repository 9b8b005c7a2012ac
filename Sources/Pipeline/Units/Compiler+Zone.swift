import GoalState
import OpenFlow

extension Compiler {
  /// The zone that the unit's flows track connections in; nil when they track none. It is a port's own: the low 16 bits of its
  /// number on the switch, which are all that the numbers of ports have.
  public func conntrackZone(of unit: Unit) -> UInt16? {
    guard case .port(let id) = unit, let port = goal.ports[id], port.adminStateUp, case .filtered = port.security else {
      return nil
    }
    return host.guests[id]?.port.map { UInt16(truncatingIfNeeded: $0.rawValue) }
  }
}
