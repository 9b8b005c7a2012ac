import NetworkTypes
import OVSDB
import Pipeline

/// What the database must have for the agent: the bridge with its ports, a tunnel port of each kind, the patches to physical
/// networks, and where the bridge is to connect to.
///
/// Tunnel ports are made for every configured kind at once, and not when the first network needs one: they cost nothing
/// while no flow names them, all hosts can receive what any may send, and a network's first guest does not wait for a port.
struct SwitchPlan {
  let openVSwitch: AgentConfiguration.OpenVSwitch
  let tunnel: AgentConfiguration.Tunnel
  let dhcpInterface: String
  let defaultDatapathType: String

  /// What is to be written next; nil when all is in place. What comes later rests on what comes first.
  struct Step {
    let operations: [OVSDB.Operation]
    let changes: [String]
    /// Whether flows rest on it.
    let carriesFlows: Bool
  }

  func nextStep(in view: OpenVSwitchView, tunnelAddress: IPv4Address?) throws -> Step? {
    let address = tunnelAddress.map { IPAddress.v4($0) }
    let bridge = try HostBridgePlan(for: bridgeRequest(address), in: view)
    if !bridge.isEmpty { return Step(operations: bridge.operations, changes: bridge.changes, carriesFlows: true) }
    let patches = PatchesRequest(bridge: openVSwitch.bridge, others: Set(openVSwitch.bridgeMappings.values))
    for plan in [try tunnelsRequest(address).plan(in: view), try patches.plan(in: view)] where !plan.isEmpty {
      return Step(operations: plan.operations, changes: plan.changes, carriesFlows: true)
    }
    guard let controllers = try controllersRequest?.plan(in: view), !controllers.isEmpty else { return nil }
    return Step(operations: controllers.operations, changes: controllers.changes, carriesFlows: false)
  }

  private func bridgeRequest(_ address: IPAddress?) -> HostBridgeRequest {
    HostBridgeRequest(
      bridge: openVSwitch.bridge, datapathType: openVSwitch.datapathType ?? defaultDatapathType,
      forcesDatapathType: openVSwitch.datapathType != nil,
      tunnel: HostBridgeRequest.Tunnel(
        name: tunnel.firstType.interface, type: tunnel.firstType.encapsulation, localAddress: address,
        destinationPort: tunnel.port(of: tunnel.firstType)),
      dhcpInterface: dhcpInterface)
  }

  /// The kinds beside the first, which comes with the bridge.
  private func tunnelsRequest(_ address: IPAddress?) -> TunnelsRequest {
    TunnelsRequest(
      bridge: openVSwitch.bridge,
      tunnels: tunnel.otherTypes.map { kind in
        TunnelsRequest.Tunnel(
          name: kind.interface, type: kind.encapsulation, localAddress: address,
          destinationPort: tunnel.port(of: kind))
      },
      removed: Set(TunnelKind.allCases.filter { !tunnel.types.contains($0) }.map(\.interface)))
  }

  /// Where the bridge is to connect to this agent, when the agent awaits it. The bridge's own socket needs no controller.
  private var controllersRequest: ControllersRequest? {
    guard case .awaited = openVSwitch.openFlow else { return nil }
    let targets = openVSwitch.openFlow.controllerTarget.map {
      [ControllersRequest.Controller($0, maximumBackoff: 1000)]
    }
    return targets.map { ControllersRequest(bridge: openVSwitch.bridge, controllers: $0) }
  }
}
