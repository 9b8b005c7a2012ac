import GoalState
import NetworkTypes

/// What random clouds have.
struct CloudFeatures: OptionSet, Sendable {
  let rawValue: Int

  /// Ports with security groups.
  static let policy = CloudFeatures(rawValue: 1)
  /// Routers.
  static let routing = CloudFeatures(rawValue: 2)
  /// Guests that are held to their addresses, and may have further ones.
  static let guarding = CloudFeatures(rawValue: 4)
  /// IPv6 beside IPv4.
  static let ipv6 = CloudFeatures(rawValue: 8)
  /// Networks that other tunnels than VXLAN's carry, or a physical network.
  static let segments = CloudFeatures(rawValue: 16)

  static let all: CloudFeatures = [.policy, .routing, .guarding, .ipv6, .segments]
}

/// How much random clouds have of everything, to begin with.
struct CloudSize: Sendable {
  var hosts = 2..<4
  /// Groups of networks that routers may join.
  var domains = 1..<4
  /// In each domain.
  var networks: Range<Int>?
  /// In each network.
  var guests = 1..<4

  /// As much as is needed for guests to meet.
  static let small = CloudSize(hosts: 2..<3, domains: 1..<2, networks: 1..<3, guests: 1..<3)
}

/// Random clouds: small, so that guests meet, and with the same addresses in networks that have nothing to do with each other.
struct CloudGenerator {
  var random: SeededGenerator
  let features: CloudFeatures
  /// Counts what has been made, so that nothing has the number of something that is gone.
  private(set) var count = 0
  private var interfaceCount: UInt32 = 0

  private let size: CloudSize

  init(seed: UInt64, features: CloudFeatures, size: CloudSize = CloudSize()) {
    self.size = size
    random = SeededGenerator(seed: seed)
    self.features = features
  }

  /// The next number.
  mutating func next() -> Int {
    count += 1
    return count
  }

  /// The next interface's.
  mutating func interface() -> UInt32 {
    interfaceCount += 1
    return 9 + interfaceCount
  }

  mutating func cloud() -> Cloud {
    var cloud = Cloud(hostCount: random.number(size.hosts))
    for _ in 0..<random.number(size.domains) { addDomain(to: &cloud) }
    if features.contains(.policy) {
      for _ in 0..<3 { cloud.groups.append(group()) }
      for index in cloud.groups.indices { cloud.groups[index].rules = rules(in: cloud) }
    }
    for network in cloud.networks {
      for _ in 0..<random.number(size.guests) {
        if let guest = guest(in: network, cloud) { cloud.guests.append(guest) }
      }
    }
    // Rules may be about addresses that guests have, now that there are guests.
    for index in cloud.groups.indices { cloud.groups[index].rules += rules(in: cloud) }
    for index in cloud.routers.indices { addRoutes(to: &cloud.routers[index], in: cloud) }
    return cloud
  }

  // MARK: Networks

  /// Networks whose addresses do not overlap, so that routers may join them. Another domain has the same addresses again.
  private mutating func addDomain(to cloud: inout Cloud) {
    var block: UInt8 = 0
    var subnets: [Subnet] = []
    for _ in 0..<random.number(size.networks ?? 1..<(features.contains(.routing) ? 4 : 3)) {
      let number = next()
      guard let vni = VNI(1000 + number) else { continue }
      let network = Network(id: NetworkID("n\(number)"), vni: vni, segment: segment(number))
      cloud.networks.append(network)
      let versions: [IPVersion] =
        features.contains(.ipv6) ? random.pick(of: [.v4], [.v4, .v6], [.v4, .v4], [.v6]) : [.v4]
      for (index, version) in versions.enumerated() {
        let subnet = subnet(version, block: block, index: UInt8(index), in: network)
        subnets += subnet.map { [$0] } ?? []
        block += 1
      }
    }
    cloud.subnets += subnets
    guard features.contains(.routing) else { return }
    for _ in 0..<random.number(0..<3) {
      let interfaces = interfaces(among: subnets, beside: cloud)
      guard !interfaces.isEmpty else { continue }
      cloud.routers.append(
        Router(id: RouterID("r\(next())"), adminStateUp: !random.chance(7), interfaces: interfaces))
    }
  }

  private mutating func segment(_ number: Int) -> NetworkSegment {
    guard features.contains(.segments) else { return .vxlan }
    let vlan = NetworkSegment.vlan(UInt16(100 + number), physicalNetwork: Cloud.physicalNetwork)
    return random.pick(of: .vxlan, .vxlan, .geneve, .gre, vlan)
  }

  private mutating func subnet(_ version: IPVersion, block: UInt8, index: UInt8, in network: Network) -> Subnet? {
    let base = IPAddress.base(version, block: block)
    guard let prefix = IPPrefix(containing: base, length: version == .v4 ? 24 : 64), let first = base.plus(1) else {
      return nil
    }
    // Gateways have the same MAC address in several networks.
    let gateway = Subnet.Gateway(address: first, mac: MACAddress(0xfa, 0x16, 0x3e, 0xff, 0, index))
    return Subnet(
      id: SubnetID("s\(next())"), networkID: network.id, prefix: prefix, gateway: random.chance(90) ? gateway : nil,
      dhcpEnabled: random.chance(50))
  }

  /// A router's legs in some of these subnets: as the gateway, unless the subnet has none or another router is it.
  mutating func interfaces(among subnets: [Subnet], beside cloud: Cloud) -> [Router.Interface] {
    var interfaces: [Router.Interface] = []
    for subnet in subnets where random.chance(70) {
      let taken = cloud.routers.flatMap(\.interfaces).contains { $0.subnetID == subnet.id && $0.address == nil }
      var interface = Router.Interface(subnetID: subnet.id)
      if subnet.gateway == nil || taken {
        let number = UInt8(truncatingIfNeeded: next())
        guard let address = subnet.prefix.base.plus(254) else { continue }
        let isTaken = cloud.routers.flatMap(\.interfaces).contains {
          $0.subnetID == subnet.id && $0.address?.address == address
        }
        if isTaken { continue }
        interface.address = Subnet.Gateway(address: address, mac: MACAddress(0xfa, 0x16, 0x3e, 0xfe, 0, number))
      }
      interfaces.append(interface)
    }
    return interfaces
  }

  // MARK: Guests

  mutating func guest(in network: Network, _ cloud: Cloud) -> Cloud.Guest? {
    let number = next()
    let siblings = cloud.guests(in: network.id)
    // The MAC addresses of different networks' guests are the same on purpose.
    var last: UInt8 = 1
    while siblings.contains(where: { sibling in
      sibling.port.mac.octets.last == last
        || sibling.addresses.contains { UInt8(truncatingIfNeeded: $0.value) == 10 + last }
    }) { last += 1 }
    let mac = MACAddress(0xfa, 0x16, 0x3e, 0, 0, last)
    var addresses: [FixedIP] = []
    for subnet in cloud.subnets(of: network.id) where addresses.isEmpty || random.chance(60) {
      let formed = subnet.prefix.v6.flatMap { $0.address(formedOf: mac) }.map(IPAddress.v6)
      let given = subnet.prefix.base.plus(UInt128(10 + last))
      if let address = random.chance(50) ? formed ?? given : given {
        addresses.append(FixedIP(subnetID: subnet.id, address: address))
      }
    }
    guard !addresses.isEmpty else { return nil }
    var port = Port(
      id: PortID("p\(number)"), networkID: network.id, mac: mac, fixedIPs: addresses, adminStateUp: !random.chance(6),
      security: security(in: cloud))
    if features.contains(.guarding), random.chance(20) { port.allowedAddressPairs = [pair(in: cloud, of: network)] }
    return Cloud.Guest(port: port, host: random.number(0..<cloud.hostCount), interface: interface())
  }

  mutating func security(in cloud: Cloud) -> PortSecurity {
    guard features.contains(.policy), random.chance(75) else { return random.chance(40) ? .off : .guarded }
    let count = random.pick(of: 1, 1, 1, 2, 2, 0)
    var groups: [SecurityGroupID] = []
    for _ in 0..<count {
      if let group = random.pick(cloud.groups), !groups.contains(group.id) { groups.append(group.id) }
    }
    return .filtered(groups)
  }

  /// An address that a guest shares with nobody, or a network behind it; with a MAC address of its own at times.
  mutating func pair(in cloud: Cloud, of network: Network) -> AddressPair {
    let mac = random.chance(30) ? MACAddress(0, 0, 0x5e, 0, 1, UInt8(random.number(1..<3))) : nil
    let subnet = random.pick(cloud.subnets(of: network.id))
    let version = subnet?.prefix.version ?? .v4
    let single = subnet?.prefix.base.plus(UInt128(100 + random.number(0..<3)))
    let behind = IPPrefix(containing: .outside(version), length: version == .v4 ? 20 : 52)
    let prefix = random.chance(60) ? single.map(IPPrefix.init) : behind
    return AddressPair(prefix: prefix ?? IPPrefix(.outside(version)), mac: mac)
  }
}

extension IPAddress {
  /// The first address of a domain's block: 10.0.n.0 or fd00:0:0:n::.
  static func base(_ version: IPVersion, block: UInt8) -> IPAddress {
    version == .v4 ? .v4(IPv4Address(10, 0, block, 0)) : .v6(IPv6Address(high: 0xfd00 << 48 | UInt64(block), low: 0))
  }

  /// An address that no subnet has.
  static func outside(_ version: IPVersion) -> IPAddress {
    version == .v4 ? .v4(IPv4Address(172, 16, 5, 5)) : .v6(IPv6Address(high: 0xfd77 << 48, low: 5))
  }

  func plus(_ number: UInt128) -> IPAddress? { IPAddress(version, value: value + number) }
}

extension IPPrefix {
  /// The first address.
  var base: IPAddress {
    switch self {
    case .v4(let prefix): .v4(prefix.address)
    case .v6(let prefix): .v6(prefix.address)
    }
  }
}
