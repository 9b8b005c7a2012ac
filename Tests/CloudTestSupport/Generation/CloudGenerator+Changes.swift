import GoalState
import NetworkTypes

/// What a cloud's owner does to it.
extension CloudGenerator {
  /// The cloud after something was done, with what it was.
  mutating func change(_ cloud: Cloud) -> (cloud: Cloud, what: String) {
    var changed = cloud
    for _ in 0..<20 {
      let what = changeOnce(&changed)
      if changed != cloud { return (changed, what) }
    }
    return (changed, "nothing")
  }

  private mutating func changeOnce(_ cloud: inout Cloud) -> String {
    let hasPolicy = features.contains(.policy)
    let hasRouting = features.contains(.routing)
    switch random.number(0..<12) {
    case 0..<3 where hasPolicy: return changeGroup(&cloud)
    case 3 where hasRouting, 4 where hasRouting: return changeRouter(&cloud)
    case 5: return changeNetwork(&cloud)
    case 6:
      guard let network = random.pick(cloud.networks), let guest = guest(in: network, cloud) else { return "" }
      cloud.guests.append(guest)
      return "guest \(guest.id) comes to host \(guest.host)"
    case 7:
      guard cloud.guests.count > 3 else { return "" }
      let guest = cloud.guests.remove(at: random.number(0..<cloud.guests.count))
      removeRoutes(by: guest.addresses, from: &cloud)
      return "guest \(guest.id) is deleted"
    default: return changeGuest(&cloud)
    }
  }

  private mutating func changeGuest(_ cloud: inout Cloud) -> String {
    guard !cloud.guests.isEmpty else { return "" }
    let index = random.number(0..<cloud.guests.count)
    var guest = cloud.guests[index]
    defer { cloud.guests[index] = guest }
    switch random.number(0..<7) {
    case 0:
      guest.port.adminStateUp.toggle()
      return "guest \(guest.id) is \(guest.port.adminStateUp ? "up" : "down")"
    case 1:
      guest.host = (guest.host + 1) % cloud.hostCount
      guest.interface = interface()
      return "guest \(guest.id) moves to host \(guest.host)"
    case 2:
      guest.port.mac = MACAddress(0xfa, 0x16, 0x3e, 0, 1, UInt8(truncatingIfNeeded: next()))
      return "guest \(guest.id) has MAC address \(guest.port.mac)"
    case 3:
      guard let fixedIP = guest.port.fixedIPs.first, let subnet = cloud.subnet(fixedIP.subnetID),
        let address = subnet.prefix.base.plus(UInt128(30 + UInt8(truncatingIfNeeded: next()) % 60))
      else { return "" }
      let isTaken = cloud.guests(in: guest.port.networkID).contains { $0.addresses.contains(address) }
      let isHop = cloud.routers.contains { router in
        (router.routes + router.interfaces.flatMap(\.routes)).contains { $0.nextHop == fixedIP.address }
      }
      guard !isTaken, !isHop else { return "" }
      guest.port.fixedIPs[0].address = address
      return "guest \(guest.id) has address \(address) instead of \(fixedIP.address)"
    case 4 where features.contains(.guarding):
      guard let network = cloud.network(guest.port.networkID) else { return "" }
      guest.port.allowedAddressPairs =
        guest.port.allowedAddressPairs.isEmpty ? [pair(in: cloud, of: network)] : []
      return "guest \(guest.id) has the address pairs \(guest.port.allowedAddressPairs)"
    default:
      guest.port.security = security(in: cloud)
      return "guest \(guest.id) has security \(guest.port.security)"
    }
  }

  private mutating func changeGroup(_ cloud: inout Cloud) -> String {
    guard !cloud.groups.isEmpty else { return "" }
    let index = random.number(0..<cloud.groups.count)
    let id = cloud.groups[index].id
    switch random.number(0..<8) {
    case 0:
      cloud.groups[index].isStateful.toggle()
      return "group \(id) is \(cloud.groups[index].isStateful ? "stateful" : "stateless")"
    case 1..<5:
      guard !cloud.groups[index].rules.isEmpty else { return "" }
      let rule = cloud.groups[index].rules.remove(at: random.number(0..<cloud.groups[index].rules.count))
      return "group \(id) loses \(rule)"
    default:
      let rule = rule(in: cloud)
      cloud.groups[index].rules.append(rule)
      return "group \(id) has a rule more, \(rule)"
    }
  }

  private mutating func changeRouter(_ cloud: inout Cloud) -> String {
    guard !cloud.routers.isEmpty else { return "" }
    let index = random.number(0..<cloud.routers.count)
    let id = cloud.routers[index].id
    switch random.number(0..<6) {
    case 0:
      cloud.routers[index].adminStateUp.toggle()
      return "router \(id) is \(cloud.routers[index].adminStateUp ? "up" : "down")"
    case 1:
      cloud.routers.remove(at: index)
      return "router \(id) is deleted"
    case 2:
      guard cloud.routers[index].interfaces.count > 1 else { return "" }
      let interface = cloud.routers[index].interfaces.remove(
        at: random.number(0..<cloud.routers[index].interfaces.count))
      let prefix = cloud.subnet(interface.subnetID)?.prefix
      cloud.routers[index].dropRoutes { prefix?.contains($0) ?? true }
      return "router \(id) leaves \(interface.subnetID)"
    case 3:
      cloud.routers[index].dropRoutes { _ in true }
      return "router \(id) has no static routes"
    default:
      addRoutes(to: &cloud.routers[index], in: cloud)
      return "router \(id) has more static routes"
    }
  }

  private mutating func changeNetwork(_ cloud: inout Cloud) -> String {
    if random.chance(60), !cloud.subnets.isEmpty {
      let index = random.number(0..<cloud.subnets.count)
      cloud.subnets[index].dhcpEnabled.toggle()
      return "subnet \(cloud.subnets[index].id) has DHCP: \(cloud.subnets[index].dhcpEnabled)"
    }
    guard cloud.networks.count > 1, random.chance(40), let network = random.pick(cloud.networks) else { return "" }
    removeRoutes(by: cloud.guests(in: network.id).flatMap(\.addresses), from: &cloud)
    let subnets = Set(cloud.subnets(of: network.id).map(\.id))
    for index in cloud.routers.indices {
      let gone = cloud.subnets(of: network.id).map(\.prefix)
      if cloud.routers[index].interfaces.contains(where: { subnets.contains($0.subnetID) }) {
        cloud.routers[index].dropRoutes { address in gone.contains { $0.contains(address) } }
      }
      cloud.routers[index].interfaces.removeAll { subnets.contains($0.subnetID) }
    }
    cloud.routers.removeAll { $0.interfaces.isEmpty }
    cloud.guests.removeAll { $0.port.networkID == network.id }
    cloud.subnets.removeAll { $0.networkID == network.id }
    cloud.networks.removeAll { $0.id == network.id }
    return "network \(network.id) is deleted"
  }

  /// Routes by way of a guest that is gone would lead nowhere, or to whoever has its address next.
  private func removeRoutes(by addresses: [IPAddress], from cloud: inout Cloud) {
    for index in cloud.routers.indices { cloud.routers[index].dropRoutes { addresses.contains($0) } }
  }
}

extension Router {
  fileprivate mutating func dropRoutes(_ isGone: (IPAddress) -> Bool) {
    routes.removeAll { isGone($0.nextHop) }
    for index in interfaces.indices { interfaces[index].routes.removeAll { isGone($0.nextHop) } }
  }
}
