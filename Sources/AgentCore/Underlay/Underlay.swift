import NetworkTypes
import OVSDB

/// How this host reaches the others: its tunnel address, and what the encapsulation leaves to guests.
struct Underlay: Sendable, Equatable {
  typealias Encapsulation = HostBridgeRequest.Tunnel.Encapsulation

  var encapsulation: Encapsulation
  var address: IPv4Address
  /// The interface that has the address.
  var interface: String
  /// The MTU of that interface, in octets.
  var interfaceMTU: Int

  init(encapsulation: Encapsulation, address: IPv4Address, interface: String, interfaceMTU: Int) {
    self.encapsulation = encapsulation
    self.address = address
    self.interface = interface
    self.interfaceMTU = interfaceMTU
  }

  /// The largest IP packet that guests may send, in octets.
  var guestMTU: Int { max(interfaceMTU - encapsulation.overhead, Underlay.minimumMTU) }

  /// What every IPv4 link carries (RFC 791 section 3.2).
  static let minimumMTU = 68
}

extension HostBridgeRequest.Tunnel.Encapsulation {
  /// The octets that it puts before a guest's IP packet over IPv4: outer IP, its own headers, and the guest's Ethernet
  /// header. VXLAN and Geneve without options: 20 + 8 + 8 + 14 (RFC 7348 section 5, RFC 8926 section 3.4); GRE with a
  /// key: 20 + 8 + 14 (RFC 2890 section 2).
  var overhead: Int {
    switch self {
    case .vxlan, .geneve: 50
    case .gre: 42
    }
  }
}
