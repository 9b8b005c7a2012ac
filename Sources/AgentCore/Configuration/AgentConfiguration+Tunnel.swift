import Daemon
import NetworkTypes
import Pipeline

extension AgentConfiguration {
  /// What tunnels there are, and which address they come from: one of the two, or neither to take the one that routes to the
  /// controller.
  struct Tunnel: Sendable {
    /// The kind whose port comes with the bridge.
    var firstType: TunnelKind
    /// The others.
    var otherTypes: [TunnelKind]
    var address: IPv4Address?
    var interface: String?
    /// The UDP ports that are not the kinds' own.
    var ports: [TunnelKind: UInt16] = [:]

    /// The kinds that have a port.
    var types: [TunnelKind] { [firstType] + otherTypes }

    /// The kind's UDP port; nil for its own.
    func port(of kind: TunnelKind) -> UInt16? { ports[kind] }
  }
}

extension AgentConfiguration.Tunnel {
  init(_ reader: inout ConfigurationReader) throws(ConfigurationError) {
    let types = try reader.list("tunnel.types", of: "vxlan, geneve or gre", TunnelKind.init(rawValue:))
    let wanted = TunnelKind.allCases.filter { types?.contains($0) ?? true }
    guard let first = wanted.first else {
      throw reader.failure("tunnel.types", "names no kind of tunnel: leave it out for all")
    }
    firstType = first
    otherTypes = Array(wanted.dropFirst())
    address = try reader.parsed("tunnel.address", as: "an IPv4 address of this host") {
      IPv4Address($0).flatMap { $0.isHostAddress ? $0 : nil }
    }
    interface = try reader.parsed("tunnel.interface", as: interfaceNameText) { isInterfaceName($0) ? $0 : nil }
    if address != nil, interface != nil {
      throw reader.failure("tunnel.interface", "cannot be used together with tunnel.address: remove one of them")
    }
    for (key, kind) in [("tunnel.vxlan-port", TunnelKind.vxlan), ("tunnel.geneve-port", .geneve)] {
      ports[kind] = try reader.integer(key, in: 1...65535).map { UInt16($0) }
    }
  }
}
