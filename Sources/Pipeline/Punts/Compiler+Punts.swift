import GoalState
import OpenFlow

extension Compiler {
  /// The host's unit with the way to the agent, its meters, and what is handed over in any network.
  func addingPunts(to unit: CompiledUnit) -> CompiledUnit {
    var unit = unit
    unit.flows += Punts.hostFlows
    unit.meters += Punts.hostMeters
    return unit
  }

  /// A network's unit, when it forwards at all, with the flows for what this host has not been told of.
  func addingPunts(to unit: CompiledUnit, of network: Network) -> CompiledUnit {
    guard !unit.flows.isEmpty else { return unit }
    var unit = unit
    unit.flows += Punts.onDemandFlows(of: network)
    return unit
  }

  /// A port's unit, when it forwards at all, with the port's ration and its own ends of tables.
  func addingRation(to unit: CompiledUnit, of port: Port) -> CompiledUnit {
    guard !unit.flows.isEmpty, let ofport = host.guests[port.id]?.port, let meter = Punt.meter(of: ofport) else {
      return unit
    }
    var unit = unit
    unit.flows += DropFlows.flows(of: .port(port.id), at: ofport)
    unit.flows.append(Punts.rationFlow(of: .port(port.id), at: ofport, meter: meter))
    unit.meters.append(meter)
    return unit
  }
}
