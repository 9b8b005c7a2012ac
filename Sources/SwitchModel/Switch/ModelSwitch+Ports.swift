import NetworkTypes
import OpenFlow

extension ModelSwitch {
  /// A port came, or is not what it was.
  mutating func update(_ port: ModelPort) {
    let old = forwarding.ports.updateValue(port, forKey: port.number)
    if old == port { return }
    tell(old == nil ? .added : .modified, port)
  }

  mutating func removePort(_ number: OFPort) {
    guard let port = forwarding.ports.removeValue(forKey: number) else { return }
    portStatistics[number] = nil
    tell(.deleted, port)
  }

  private mutating func tell(_ reason: PortStatus.Reason, _ port: ModelPort) {
    let status = PortStatus(reason: reason, description: port.description)
    for id in connections.keys.sorted() where connections[id]?.wants(.portStatus, reason: reason.rawValue) == true {
      send(.portStatus(status), to: id)
    }
  }

  /// Configures a port.
  mutating func apply(_ mod: PortMod) throws(Refusal) {
    guard var port = forwarding.ports[mod.port] else { throw .badPortModPort }
    guard port.hardwareAddress == mod.macAddress.rawValue else { throw .badHardwareAddress }
    // The bits of OpenFlow 1.3; any other has no effect.
    let mask = mod.mask & 0x65
    let bits = port.configuration.rawValue & ~mask | mod.configuration & mask
    port.configuration = ModelPort.Configuration(rawValue: bits)
    update(port)
  }
}

extension ModelPort {
  /// The port as the switch describes it.
  var description: PortDescription {
    PortDescription(
      port: number, macAddress: MACAddress(rawValue: hardwareAddress), name: name,
      configuration: configuration.rawValue & 0x65, state: hasLink ? 4 : 1)
  }
}
