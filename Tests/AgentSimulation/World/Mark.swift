import GoalState
import NetworkTypes

/// A port that every version of a goal state has with another MAC address, which says which version it is: so it is seen on the
/// switch which versions have been there, without asking the agent.
enum Mark {

  static func address(epoch: Int, revision: UInt64) -> MACAddress {
    let number = number(epoch: epoch, revision: revision)
    return MACAddress(rawValue: 0x02a1 << 32 | number)
  }

  /// The number of an epoch, which grows.
  static func epoch(of version: GoalStateVersion) -> Int { Int(version.epoch.dropFirst("epoch".count)) ?? 0 }

  /// What stands for a version.
  static func number(epoch: Int, revision: UInt64) -> UInt64 { UInt64(epoch & 0xff) << 24 | revision & 0xff_ffff }

  /// The versions whose marks are in a message, or what looks like one.
  static func all(in message: [UInt8]) -> Set<UInt64> {
    message.withUnsafeBufferPointer { bytes in
      var found: Set<UInt64> = []
      var index = 0
      while index + 6 <= bytes.count {
        if bytes[index] == 0x02, bytes[index + 1] == 0xa1 {
          found.insert((2..<6).reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[index + $1]) })
        }
        index += 1
      }
      return found
    }
  }

  static let id = PortID("mark")
  static let interface: UInt32 = 7

  /// The port with this address, and what it needs.
  static func resources(_ mac: MACAddress) -> [Resource] {
    guard let vni = VNI(9_999_999), let prefix = IPPrefix("198.51.100.0/24") else { return [] }
    let network = Network(id: NetworkID("mark"), vni: vni)
    let subnet = Subnet(id: SubnetID("mark"), networkID: network.id, prefix: prefix, gateway: nil, dhcpEnabled: false)
    let address = FixedIP(subnetID: subnet.id, address: .v4(IPv4Address(198, 51, 100, 2)))
    return [
      .network(network), .subnet(subnet), .port(Port(id: id, networkID: network.id, mac: mac, fixedIPs: [address])),
    ]
  }
}
