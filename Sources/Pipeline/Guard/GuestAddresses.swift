import GoalState
import NetworkTypes

/// What a guest may send from with one MAC address.
struct GuestAddresses {
  let mac: MACAddress
  private(set) var v4: [IPv4Prefix] = []
  private(set) var v6: [IPv6Prefix] = []

  private init(_ mac: MACAddress) {
    self.mac = mac
  }

  /// All that a port's guest may send from, the port's own MAC address first: its addresses, its address pairs, what is
  /// delegated to it, and with each MAC address the link-local address that is formed of it (RFC 4862 section 5.3).
  static func of(_ port: Port) -> [GuestAddresses] {
    var own = GuestAddresses(port.mac)
    own.add(.v6(IPv6Prefix(IPv6Address(linkLocalOf: port.mac))))
    for fixedIP in port.fixedIPs { own.add(IPPrefix(fixedIP.address)) }
    for prefix in port.delegatedPrefixes { own.add(.v6(prefix)) }
    var others: [MACAddress: GuestAddresses] = [:]
    for pair in port.allowedAddressPairs {
      guard let mac = pair.mac, mac != port.mac else {
        own.add(pair.prefix)
        continue
      }
      if pair.prefix.version == .v6 {
        others[mac, default: GuestAddresses(mac)].add(.v6(IPv6Prefix(IPv6Address(linkLocalOf: mac))))
      }
      others[mac, default: GuestAddresses(mac)].add(pair.prefix)
    }
    return [own] + others.values.sorted { $0.mac < $1.mac }
  }

  /// An address that is given twice is one: two flows with one key would be one flow's worth of surprise.
  private mutating func add(_ prefix: IPPrefix) {
    switch prefix {
    case .v4(let prefix): if !v4.contains(prefix) { v4.append(prefix) }
    case .v6(let prefix): if !v6.contains(prefix) { v6.append(prefix) }
    }
  }
}
