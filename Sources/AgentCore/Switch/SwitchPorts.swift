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
  let tunnel: String
  let dhcp: String

  func resolve(guests: some Sequence<PortID>) -> HostPorts {
    guard let row = view.bridge(named: bridge) else { return HostPorts() }
    var ports = HostPorts(tunnel: ownPort(tunnel, on: row), dhcp: ownPort(dhcp, on: row))
    for id in guests {
      ports.guests[id] = view.interface(claiming: id.rawValue, on: row).map { attachment(of: $0.interface) }
    }
    return ports
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
