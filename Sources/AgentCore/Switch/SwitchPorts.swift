import GoalState
import OVSDB
import OpenFlow
import Pipeline

/// Tells which ports the switch has, as of one moment.
protocol PortResolving: Sendable {
  /// The ports of ours, and the interface of each of `guests` that has one.
  func resolve(guests: some Sequence<PortID>) -> HostPorts
}

/// Finds the pipeline's ports in what the Open vSwitch database says. A pure reading of one moment.
struct SwitchPorts: PortResolving {
  let view: OpenVSwitchView
  let bridge: String
  /// The kinds of tunnels that have a port.
  let tunnels: [TunnelKind]
  /// The bridges that lead to physical networks, by the networks' names.
  let mappings: [String: String]
  let dhcp: String

  func resolve(guests: some Sequence<PortID>) -> HostPorts {
    guard let row = view.bridge(named: bridge) else { return HostPorts() }
    var ports = HostPorts(dhcp: ownPort(dhcp, on: row))
    for kind in tunnels { ports.tunnels[kind] = ownPort(kind.interface, on: row) }
    ports.physicalNetworks = mappings.reduce(into: [:]) { $0[$1.key] = physicalNetwork($1.key, by: $1.value, on: row) }
    for id in guests {
      ports.guests[id] = view.interface(claiming: id.rawValue, on: row).map { attachment(of: $0.interface) }
    }
    return ports
  }

  private func physicalNetwork(
    _ name: String, by bridge: String, on integration: BridgeRow
  ) -> HostPorts.PhysicalNetwork {
    guard let mapped = view.bridge(named: bridge) else {
      return .unusable(
        reason:
          "bridge \(bridge), which physical network \(name) is mapped to (openvswitch.bridge-mappings), is not there")
    }
    let names = PatchesRequest.names(to: bridge)
    guard let near = ownPort(names.near, on: integration), ownPort(names.far, on: mapped) != nil else {
      return .unusable(
        reason: "bridge \(bridge) of physical network \(name) is not joined with \(integration.name) yet")
    }
    return .attached(near, mtu: mtu(of: mapped))
  }

  /// What all of the bridge's interfaces towards the network carry; without any, what its own one does.
  private func mtu(of bridge: BridgeRow) -> Int? {
    let interfaces = view.interfaces(of: bridge)
    let physical = interfaces.filter { !["internal", "patch"].contains($0.type) && $0.options["remote_ip"] == nil }
    return physical.compactMap(\.mtu).min() ?? interfaces.first { $0.name == bridge.name }?.mtu
  }

  private func ownPort(_ name: String, on bridge: BridgeRow) -> OFPort? {
    guard let interface = view.interface(named: name), view.bridge(ofInterface: interface.uuid)?.uuid == bridge.uuid
    else { return nil }
    return port(of: interface)
  }

  private func attachment(of interface: InterfaceRow) -> HostPorts.Attachment {
    if let port = port(of: interface) { return .attached(port, interface: interface.name) }
    let reason =
      if interface.hasFailed {
        "Open vSwitch cannot use it: \(interface.error ?? "it does not say why")"
      } else {
        "Open vSwitch has given it no port number yet"
      }
    return .unusable(reason: reason, interface: interface.name)
  }

  private func port(of interface: InterfaceRow) -> OFPort? {
    guard let number = interface.ofport.flatMap({ UInt32(exactly: $0) }) else { return nil }
    let port = OFPort(rawValue: number)
    return port.isPhysical ? port : nil
  }
}
