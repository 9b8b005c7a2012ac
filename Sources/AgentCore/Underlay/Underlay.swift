import NetworkTypes
import OVSDB
import Pipeline

/// How this host reaches the others: its tunnel address, and what the interface that has it carries.
struct Underlay: Sendable, Equatable {
  var address: IPv4Address
  /// The interface that has the address.
  var interface: String
  /// The MTU of that interface, in octets.
  var interfaceMTU: Int
}

extension TunnelKind {
  /// The kind as the database has it.
  var encapsulation: HostBridgeRequest.Tunnel.Encapsulation {
    switch self {
    case .vxlan: .vxlan
    case .geneve: .geneve
    case .gre: .gre
    }
  }

  /// The name of the kind's port, the same on every host.
  var interface: String { "alioth-\(rawValue)" }
}
